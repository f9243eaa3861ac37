import MonitoringModel

/// The load of one row: 14 days back by hour, and 7 ahead with their 80 % band.
struct LoadChart {
    let writer: LoadWriter
    let row: LoadModel.Row
    /// The start of the first hour ahead.
    let start: Timestamp

    /// Days with a text are so far apart that their texts do not touch.
    private static let mostDayTexts = 12
    /// Half as wide as the text of a day.
    private static let hoursOfHalfText = 18

    /// Nil without at least two known values.
    var values: TemplateValues? {
        guard row.history.count(where: \.isFinite) >= 2 else { return nil }
        // Ticks are round in what is shown: of traffic, bits.
        let factor = row.unit == .bytesPerSecond ? 8.0 : 1
        let ahead = row.expectations.map {
            Expectation(step: $0.step, p10: $0.p10 * factor, p50: $0.p50 * factor, p90: $0.p90 * factor)
        }
        let past = row.history.map { $0 * factor }
        let capacity = row.capacityInSight.map { $0 * factor }
        let scale = ChartScale(
            steps: -(past.count - 1)...max(ahead.last?.step ?? 0, 1),
            values: [0] + past.filter(\.isFinite) + ahead.map(\.p10) + ahead.map(\.p90) + (capacity.map { [$0] } ?? []),
            leastTick: row.unit == .count ? 1 : 0)
        var values = scale.values(
            ForecastLines(past: past, ahead: ahead, at: scale.point), notches: midnights(scale),
            nowLabel: writer.times.dayAndHour(start), summary: writer.summary(row)
        ) { writer.amount($0 / factor, row.unit) }
        if let capacity {
            values["limit"] =
                "M\(svgNumber(scale.x(Double(scale.steps.lowerBound)))) \(svgNumber(scale.y(capacity)))"
                + "H\(svgNumber(scale.x(Double(scale.steps.upperBound))))"
            values["limitLabel"] = writer.text(
                .loadCapacity, ["amount": writer.amount(capacity / factor, row.unit)])
            values["limitLabelY"] = svgNumber(scale.y(capacity) - 6)
        }
        if let peak = row.peak {
            values["marks"] = [
                scale.mark(
                    at: peak.hour + 1, value: peak.p50 * factor, label: writer.amount(peak.p50, row.unit), tone: "peak")
            ]
        }
        return values
    }

    /// The first hours of days; some of many have a text.
    private func midnights(_ scale: ChartScale) -> [(step: Int, text: String?)] {
        let hours = scale.steps.filter { CivilTime(start.hour(after: $0 - 1), in: writer.times.zone).hour == 0 }
        // Beyond it a text would leave the picture.
        let lastText = scale.steps.upperBound - Self.hoursOfHalfText
        let every = (hours.count + Self.mostDayTexts - 1) / Self.mostDayTexts
        return hours.enumerated().map { place, step in
            (step, place % max(every, 1) == 0 && step <= lastText ? writer.times.day(start.hour(after: step - 1)) : nil)
        }
    }
}

extension Timestamp {
    /// So many hours later.
    func hour(after hours: Int) -> Timestamp { self + .seconds(hours * 3_600) }
}
