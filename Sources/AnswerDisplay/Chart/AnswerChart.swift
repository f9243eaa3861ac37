package import MonitoringModel

/// A range's series drawn with characters, and a legend with the last, least and greatest value of each.
///
/// Where a series has no sample at a step there is a gap. Values that are no finite numbers are gaps too.
package struct AnswerChart {
    /// Where it is drawn.
    package struct Style: Sendable {
        /// Columns of the terminal.
        package var width = 80
        /// Rows of the drawing itself, without axis, title and legend.
        package var rows = 15
        /// Whether escape codes for colours may be written. Without them several series are drawn with digits.
        package var hasColours = false
        package var zone = ClockZone.utc

        package init() {}
    }

    /// Without line breaks; nothing when no series has a sample.
    package private(set) var lines: [String] = []

    /// More are not told apart.
    package static let mostSeries = 8
    /// Columns that a drawing has at least, however narrow the terminal.
    private static let fewestColumns = 20

    private let window: QueryWindow
    private let style: Style
    private let series: [SeriesSamples]
    private let units: [ValueUnit]

    /// - Parameters:
    ///   - unit: of values whose series has no metric name.
    ///   - window: the times asked for; samples lie within.
    package init(_ series: [SeriesSamples], unit: ValueUnit = .number, window: QueryWindow, style: Style = Style()) {
        let filled = series.filter { !$0.samples.isEmpty }
        self.series = Array(filled.prefix(Self.mostSeries))
        self.window = window
        self.style = style
        units = self.series.map { $0.labels[Label.metricName].map { ValueUnit(metric: $0) } ?? unit }
        guard !filled.isEmpty else { return }
        lines = plot() + [caption, ""] + legend()
        if filled.count > Self.mostSeries {
            lines.append(
                "\(Self.mostSeries) of \(filled.count) series are drawn; topk(\(Self.mostSeries), …) or a narrower selector "
                    + "draws others")
        }
    }

    // MARK: Drawing

    private func plot() -> [String] {
        let unit = units.allSatisfy { $0 == units[0] } ? units[0] : .number
        let rows = max(style.rows, 3)
        let vertical = ValueAxis(range, unit: unit, mostTicks: max(rows / 2, 2))
        let gutter = vertical.ticks.reduce(0) { max($0, TerminalText.width($1.text)) }
        let columns = max(style.width - gutter - 2, Self.fewestColumns)
        let isTold = style.hasColours || series.count == 1
        var canvas = PlotCanvas(columns: columns, rows: rows, marks: isTold ? .dots : .digits)
        for (index, series) in series.enumerated() { draw(series, index, vertical, on: &canvas) }

        var texts: [Int: String] = [:]
        for tick in vertical.ticks { texts[canvas.row(ofDot: dotRow(of: tick.value, vertical, canvas))] = tick.text }
        let horizontal = TimeAxis(window, zone: style.zone, columns: columns)
        var lines = title.map { [$0] } ?? []
        for row in 0..<rows {
            let text = texts[row] ?? ""
            let padding = String(repeating: " ", count: gutter - TerminalText.width(text))
            lines.append(padding + text + (texts[row] == nil ? " │" : " ┤") + self.text(of: canvas.cells(ofRow: row)))
        }
        lines.append(String(repeating: " ", count: gutter) + " └" + horizontal.rule)
        if !horizontal.ticks.isEmpty { lines.append(String(repeating: " ", count: gutter + 2) + horizontal.texts) }
        return lines
    }

    /// The least and the greatest finite value.
    private var range: ClosedRange<Double> {
        var range: ClosedRange<Double>?
        for series in series {
            for sample in series.samples where sample.value.isFinite {
                let known = range ?? sample.value...sample.value
                range = min(known.lowerBound, sample.value)...max(known.upperBound, sample.value)
            }
        }
        return range ?? 0...0
    }

    private func dotRow(of value: Double, _ axis: ValueAxis, _ canvas: PlotCanvas) -> Int {
        Int(((1 - axis.position(of: value)) * Double(canvas.dotsDown - 1)).rounded())
    }

    private func draw(_ series: SeriesSamples, _ index: Int, _ axis: ValueAxis, on canvas: inout PlotCanvas) {
        let span = window.end.milliseconds - window.start.milliseconds
        var before: (time: Timestamp, x: Int, y: Int)?
        for sample in series.samples {
            guard sample.value.isFinite else {
                before = nil
                continue
            }
            let share =
                span > 0 ? Double(sample.timestamp.milliseconds - window.start.milliseconds) / Double(span) : 0.5
            let x = Int((min(max(share, 0), 1) * Double(canvas.dotsAcross - 1)).rounded())
            let y = dotRow(of: sample.value, axis, canvas)
            if let before, !isGap(from: before.time, to: sample.timestamp) {
                canvas.line(from: (before.x, before.y), to: (x, y), series: index)
            } else {
                canvas.set(x, y, series: index)
            }
            before = (sample.timestamp, x, y)
        }
    }

    /// Whether a step without a sample lies between.
    private func isGap(from start: Timestamp, to end: Timestamp) -> Bool { end - start > window.step * 3 / 2 }

    private func text(of cells: [(character: Character, series: Int)?]) -> String {
        var text = ""
        var present: Int?
        for cell in cells[..<((cells.lastIndex { $0 != nil } ?? -1) + 1)] {
            if style.hasColours, cell?.series != present, let cell {
                text += Self.colour(of: cell.series)
                present = cell.series
            }
            text.append(cell?.character ?? " ")
        }
        return text + (present == nil ? "" : Self.colourEnd)
    }

    // MARK: Colours

    /// Colours that are seen on light and on dark: cyan, red, yellow, green, magenta, blue and two bright ones.
    private static let colours = [36, 31, 33, 32, 35, 34, 96, 95]

    private static func colour(of series: Int) -> String { "\u{1b}[\(colours[series % colours.count])m" }

    private static let colourEnd = "\u{1b}[0m"

    // MARK: Words

    /// The labels that all series have; nil where the legend tells them.
    private var title: String? {
        let common = commonLabels(of: series.map(\.labels))
        return common.isEmpty
            ? nil : TerminalText.cut(LabelSet(Array(common)).selectorText, to: max(style.width, Self.fewestColumns))
    }

    /// The days, the step and the zone, which the axis has no room for.
    private var caption: String {
        let (first, last) = (style.zone.face(window.start), style.zone.face(window.end))
        let end = (first.date == last.date ? "" : last.date + " ") + Self.clock(last.clock)
        return
            "\(first.date) \(Self.clock(first.clock)) to \(end), step \(SpanText.text(window.step.wholeMilliseconds)), "
            + style.zone.name(at: window.end)
    }

    /// Without what is zero at the end.
    private static func clock(_ text: String) -> String {
        for ending in [":00.000", ".000"] where text.hasSuffix(ending) { return String(text.dropLast(ending.count)) }
        return text
    }

    private func legend() -> [String] {
        let common = commonLabels(of: series.map(\.labels))
        // Names come last: they may be longer than the line, and what tells them apart often stands at their end.
        var rows = [["", "last", "min", "max", ""]]
        for (index, series) in series.enumerated() {
            let values = series.samples.lazy.map(\.value).filter { !$0.isNaN }
            let figures = [series.samples.last?.value, values.min(), values.max()].map { value in
                value.map { figure($0, units[index]) } ?? ""
            }
            rows.append([mark(index)] + figures + [series.labels.selectorText(leavingOut: common) + end(of: series)])
        }
        var lines = AlignedRows(sides: Self.sides, rows: rows).lines
        if style.hasColours {
            for index in series.indices {
                let line = lines[index + 1]
                lines[index + 1] =
                    Self.colour(of: index) + line.prefix(Self.lineMark.count) + Self.colourEnd
                    + line.dropFirst(Self.lineMark.count)
            }
        }
        return lines
    }

    private static let sides: [AlignedRows.Side] = [.left, .right, .right, .right, .left]
    private static let lineMark = "──"

    private func mark(_ index: Int) -> String {
        style.hasColours ? Self.lineMark : series.count == 1 ? "" : "\(index + 1)"
    }

    private func figure(_ value: Double, _ unit: ValueUnit) -> String {
        unit == .time
            ? ReadableNumber.beside(value, unit, zone: style.zone) ?? ReadableNumber.plain(value)
            : ReadableNumber.text(value, unit)
    }

    /// Since when a series that ends before the window has nothing.
    private func end(of series: SeriesSamples) -> String {
        guard let last = series.samples.last?.timestamp, last + window.step <= window.end else { return "" }
        let face = style.zone.face(last)
        let isSameDay = face.date == style.zone.face(window.end).date
        return "  none since " + (isSameDay ? "" : face.date.suffix(5) + " ") + Self.clock(face.clock)
    }
}
