import MonitoringModel

/// The use of one resource: half a year back, and ahead with its 80 % band until a little behind the end of the range
/// of fill dates.
struct CapacityChart {
    let writer: CapacityWriter
    let resource: CapacityModel.Resource
    let madeAt: Timestamp

    /// Days ahead that are drawn at least and at most.
    private static let leastAhead = 90
    private static let mostAhead = 365

    /// Nil without at least two known values.
    var values: TemplateValues? {
        let known = resource.history.filter(\.isFinite)
        guard known.count >= 2, let first = known.first, let last = known.last else { return nil }
        let lastDay = lastDay
        let ahead = resource.band.filter { $0.day <= lastDay }
        let scale = ChartScale(
            steps: -max(resource.history.count - 1, 1)...lastDay,
            values: known + ahead.map(\.p10) + ahead.map(\.p90) + (resource.limit.map { [$0] } ?? []))
        let lines = ForecastLines(past: resource.history, ahead: ahead.map(\.expectation), at: scale.point)
        var values = scale.values(
            lines, notches: months(scale), nowLabel: writer.times.date(madeAt), summary: summary(first, last)
        ) { writer.amount($0, resource.unit) }
        values["marks"] = marks(scale)
        if let limit = resource.limit {
            values["limit"] = staircase(to: limit, scale)
            values["limitLabel"] = writer.text(.capacityFullAt, ["amount": writer.amount(limit, resource.unit)])
            values["limitLabelY"] = svgNumber(scale.y(limit) - 6)
        }
        return values
    }

    private var lastDay: Int {
        let fill = resource.abstention == nil ? resource.fill : CapacityModel.FillDays(p10: nil, p50: nil, p90: nil)
        let end = (fill.p90 ?? fill.p50 ?? fill.p10).map { Int($0) + 30 } ?? 0
        let last = resource.band.last?.day ?? Self.leastAhead
        return min(max(end, Self.leastAhead), max(last, 1), Self.mostAhead)
    }

    private func summary(_ first: Double, _ last: Double) -> String {
        let (from, to) = (writer.amount(first, resource.unit), writer.amount(last, resource.unit))
        guard resource.abstention == nil, let days = resource.fill.p50 else {
            return writer.text(.capacityChartNoDate, ["first": from, "last": to])
        }
        return writer.text(
            .capacityChartDate, ["first": from, "last": to, "date": writer.date(days, after: madeAt)])
    }

    /// The level changes on one day.
    private func staircase(to limit: Double, _ scale: ChartScale) -> String {
        var path = PathText()
        var before: Double?
        for (offset, value) in resource.limits.enumerated() where value.isFinite {
            let day = Double(offset - resource.limits.count + 1)
            if let before, before != value { path.draw(to: scale.point(day, before)) }
            if before != value { path.draw(to: scale.point(day, value)) }
            before = value
        }
        if before == nil { path.draw(to: scale.point(Double(scale.steps.lowerBound), limit)) }
        path.draw(to: scale.point(Double(scale.steps.upperBound), limit))
        return path.text
    }

    /// The fill date, and the ends of its range.
    private func marks(_ scale: ChartScale) -> [TemplateValues] {
        guard resource.abstention == nil, let limit = resource.limit else { return [] }
        let fill = resource.fill
        return [(fill.p10, false), (fill.p50, true), (fill.p90, false)].compactMap { days, isMain in
            guard let days, Int(days) <= scale.steps.upperBound else { return nil }
            return scale.mark(
                at: Int(days.rounded()), value: limit, label: isMain ? writer.date(days, after: madeAt) : nil,
                tone: isMain ? "main" : "")
        }
    }

    /// The first days of months, every second one where they stand close.
    private func months(_ scale: ChartScale) -> [(step: Int, text: String?)] {
        var ticks: [(step: Int, text: String?)] = []
        var before = ""
        for day in scale.steps {
            let text = writer.times.month(madeAt + .seconds(day * 86_400))
            if !before.isEmpty, text != before { ticks.append((day, text)) }
            before = text
        }
        let every = ticks.count > 14 ? 2 : 1
        return ticks.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    }
}
