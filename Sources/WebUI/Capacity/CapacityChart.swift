import MonitoringModel

/// The use of one resource: half a year back, and ahead with its 80 % band until a little behind the end of the range
/// of fill dates.
struct CapacityChart {
    let writer: CapacityWriter
    let resource: CapacityModel.Resource
    let madeAt: Timestamp

    private static let width = 1120.0
    private static let height = 330.0
    private static let left = 78.0
    private static let right = 14.0
    private static let top = 26.0
    private static let bottom = 28.0
    /// Days ahead that are drawn at least and at most.
    private static let leastAhead = 90
    private static let mostAhead = 365

    /// Nil without at least two known values.
    var values: TemplateValues? {
        let known = resource.history.filter(\.isFinite)
        guard known.count >= 2, let first = known.first, let last = known.last else { return nil }
        let scale = Scale(resource)
        let today = scale.x(0)
        var values: TemplateValues = [
            "width": svgNumber(Self.width), "height": svgNumber(Self.height),
            "past": past(scale), "limit": limit(scale), "band": "", "ahead": "",
            "ticks": verticalTicks(scale), "months": months(scale),
            "left": svgNumber(Self.left), "right": svgNumber(Self.width - Self.right),
            "top": svgNumber(Self.top), "bottom": svgNumber(Self.height - Self.bottom),
            "today": svgNumber(today), "todayLabel": writer.times.date(madeAt), "limitLabel": false,
            "marks": marks(scale),
            "summary": summary(first, last),
        ]
        if let limit = resource.limit {
            values["limitLabel"] = writer.text(.capacityFullAt, ["amount": writer.amount(limit, resource.unit)])
            values["limitLabelY"] = svgNumber(scale.y(limit) - 6)
        }
        let ahead = resource.band.filter { $0.day <= scale.lastDay }
        if !ahead.isEmpty {
            var middle = PathText()
            var around = PathText()
            middle.draw(to: Point(x: today, y: scale.y(last)))
            around.draw(to: Point(x: today, y: scale.y(last)))
            for use in ahead {
                middle.draw(to: Point(x: scale.x(use.day), y: scale.y(use.p50)))
                around.draw(to: Point(x: scale.x(use.day), y: scale.y(use.p90)))
            }
            for use in ahead.reversed() { around.draw(to: Point(x: scale.x(use.day), y: scale.y(use.p10))) }
            values["ahead"] = middle.text
            values["band"] = around.text + "Z"
        }
        return values
    }

    private func summary(_ first: Double, _ last: Double) -> String {
        let (from, to) = (writer.amount(first, resource.unit), writer.amount(last, resource.unit))
        guard resource.abstention == nil, let days = resource.fill.p50 else {
            return writer.text(.capacityChartNoDate, ["first": from, "last": to])
        }
        return writer.text(
            .capacityChartDate, ["first": from, "last": to, "date": writer.date(days, after: madeAt)])
    }

    // MARK: Lines

    private func past(_ scale: Scale) -> String {
        var path = PathText()
        for (offset, value) in resource.history.enumerated() {
            guard value.isFinite else {
                path.lift()
                continue
            }
            path.draw(to: Point(x: scale.x(offset - resource.history.count + 1), y: scale.y(value)))
        }
        return path.text
    }

    /// A staircase: the level changes on one day.
    private func limit(_ scale: Scale) -> String {
        guard let limit = resource.limit else { return "" }
        var path = PathText()
        var before: Double?
        for (offset, value) in resource.limits.enumerated() where value.isFinite {
            let x = scale.x(offset - resource.limits.count + 1)
            if let before, before != value { path.draw(to: Point(x: x, y: scale.y(before))) }
            if before != value { path.draw(to: Point(x: x, y: scale.y(value))) }
            before = value
        }
        if before == nil { path.draw(to: Point(x: scale.x(scale.firstDay), y: scale.y(limit))) }
        path.draw(to: Point(x: scale.x(scale.lastDay), y: scale.y(limit)))
        return path.text
    }

    /// The fill date, and the ends of its range.
    private func marks(_ scale: Scale) -> [TemplateValues] {
        guard resource.abstention == nil, let limit = resource.limit else { return [] }
        let fill = resource.fill
        return [(fill.p10, false), (fill.p50, true), (fill.p90, false)].compactMap { days, isMain in
            guard let days, Int(days) <= scale.lastDay else { return nil }
            let x = scale.x(Int(days.rounded()))
            let isLate = x > Self.width * 0.8
            return [
                "x": svgNumber(x), "y": svgNumber(scale.y(limit)), "main": isMain,
                "date": writer.date(days, after: madeAt), "anchor": isLate ? "end" : "start",
                "textX": svgNumber(isLate ? x - 6 : x + 6), "textY": svgNumber(scale.y(limit) - 8),
            ]
        }
    }

    // MARK: Axes

    private func verticalTicks(_ scale: Scale) -> [TemplateValues] {
        scale.ticks.map { value in
            [
                "y": svgNumber(scale.y(value)), "textY": svgNumber(scale.y(value) + 4),
                "text": writer.amount(value, resource.unit),
            ]
        }
    }

    /// The first days of months, every second one where they stand close.
    private func months(_ scale: Scale) -> [TemplateValues] {
        var ticks: [(day: Int, text: String)] = []
        var before = ""
        for day in scale.firstDay...scale.lastDay {
            let text = writer.times.month(madeAt + .seconds(day * 86_400))
            if !before.isEmpty, text != before { ticks.append((day, text)) }
            before = text
        }
        let step = ticks.count > 14 ? 2 : 1
        return ticks.enumerated().filter { $0.offset % step == 0 }.map { _, tick in
            ["x": svgNumber(scale.x(tick.day)), "text": tick.text]
        }
    }

    /// From days and amounts to the picture.
    private struct Scale {
        let firstDay: Int
        let lastDay: Int
        private let low: Double
        private let high: Double
        /// Round amounts.
        let ticks: [Double]

        init(_ resource: CapacityModel.Resource) {
            firstDay = -max(resource.history.count - 1, 1)
            let fill = resource.abstention == nil ? resource.fill : CapacityModel.FillDays(p10: nil, p50: nil, p90: nil)
            let end = (fill.p90 ?? fill.p50 ?? fill.p10).map { Int($0) + 30 } ?? 0
            let last = resource.band.last?.day ?? CapacityChart.leastAhead
            lastDay = min(max(end, CapacityChart.leastAhead), max(last, 1), CapacityChart.mostAhead)
            let shown = resource.band.filter { [lastDay] in $0.day <= lastDay }
            var amounts = resource.history.filter(\.isFinite) + shown.map(\.p10) + shown.map(\.p90)
            if let limit = resource.limit { amounts.append(limit) }
            let least = amounts.min() ?? 0
            let most = amounts.max() ?? 1
            let span = max(most - least, most.magnitude * 0.01, 1e-9)
            // A pool that is far from empty is not drawn from 0, so that its growth can be seen.
            low = least < 0.35 * most ? min(0, least) : least - span * 0.06
            high = most + span * 0.08
            ticks = Self.roundAmounts(from: low, to: high)
        }

        func x(_ day: Int) -> Double {
            let share = Double(day - firstDay) / Double(max(lastDay - firstDay, 1))
            return CapacityChart.left + share * (CapacityChart.width - CapacityChart.left - CapacityChart.right)
        }

        func y(_ amount: Double) -> Double {
            let bottom = CapacityChart.height - CapacityChart.bottom
            return bottom - (amount - low) / max(high - low, 1e-12) * (bottom - CapacityChart.top)
        }

        private static func roundAmounts(from low: Double, to high: Double) -> [Double] {
            let rough = (high - low) / 5
            guard rough.isFinite, rough > 0 else { return [] }
            var power = 1.0
            while power * 10 <= rough { power *= 10 }
            while power > rough { power /= 10 }
            let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
            var ticks: [Double] = []
            var tick = (low / step).rounded(.up) * step
            while tick <= high, ticks.count < 20 {
                ticks.append(tick)
                tick += step
            }
            return ticks
        }
    }
}
