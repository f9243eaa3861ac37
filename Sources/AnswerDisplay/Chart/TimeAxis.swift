import MonitoringModel

/// The x axis: times that people count by, where they stand and how they are written.
struct TimeAxis {
    /// By column.
    private(set) var ticks: [(column: Int, text: String)] = []

    private let columns: Int

    init(_ window: QueryWindow, zone: ClockZone, columns: Int) {
        self.columns = columns
        let span = window.end.milliseconds - window.start.milliseconds
        guard span > 0 else { return }
        let step = Self.step(for: span, columns: columns)
        var local = zone.local(window.start).roundedUp(to: step)
        let last = zone.local(window.end)
        while local <= last {
            let time = zone.time(ofLocal: local)
            if time >= window.start, time <= window.end {
                let share = Double(time.milliseconds - window.start.milliseconds) / Double(span)
                let column = Int((share * Double(columns - 1)).rounded())
                ticks.append((column, Self.text(time, step: step, span: span, zone: zone)))
            }
            local += step
        }
    }

    private static let day: Int64 = 86_400_000

    /// The shortest step whose texts do not touch.
    private static func step(for span: Int64, columns: Int) -> Int64 {
        func fits(_ step: Int64) -> Bool {
            Double(columns) * Double(step) / Double(span) >= Double(textWidth(step: step, span: span) + 3)
        }
        let longest = TimeStep.nice[TimeStep.nice.count - 1]
        if let step = TimeStep.nice.first(where: fits) { return step }
        return longest * (span / longest / 5 + 1)
    }

    private static func textWidth(step: Int64, span: Int64) -> Int {
        if step >= day { return span > 300 * day ? 10 : 5 }
        return step >= 60_000 ? 5 : step >= 1000 ? 8 : 12
    }

    private static func text(_ time: Timestamp, step: Int64, span: Int64, zone: ClockZone) -> String {
        let (date, clock) = zone.face(time)
        // Days are told where they begin.
        let isMidnight = clock == "00:00:00.000"
        if step >= day || isMidnight && step >= 60_000 {
            return textWidth(step: step, span: span) == 10 ? date : String(date.suffix(5))
        }
        return String(clock.prefix(textWidth(step: step, span: span)))
    }

    /// The axis itself.
    var rule: String {
        var rule = Array(repeating: Character("─"), count: columns)
        for tick in ticks { rule[tick.column] = "┬" }
        return String(rule)
    }

    /// The texts below it, each in the middle of its tick unless it would stand out.
    var texts: String {
        var line = ""
        for (column, text) in ticks {
            let start = min(max(column - text.count / 2, 0), columns - text.count)
            guard start >= 0, line.isEmpty || start > line.count else { continue }
            line += String(repeating: " ", count: start - line.count) + text
        }
        return line
    }
}

extension Int64 {
    /// The least multiple of `step`, which is positive, that is not below this number.
    fileprivate func roundedUp(to step: Int64) -> Int64 {
        let remainder = self % step
        return remainder == 0 ? self : remainder > 0 ? self - remainder + step : self - remainder
    }
}
