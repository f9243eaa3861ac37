import MonitoringModel

/// One line of the capacity table.
struct CapacityRow {
    let writer: CapacityWriter
    let resource: CapacityModel.Resource
    let madeAt: Timestamp
    /// Seconds after which a sample is old.
    let oldAfter: Double

    private static let meterWidth = 150.0
    /// An order that has to be out within so many days is a warning.
    private static let orderSoon = 60.0

    /// - Parameter link: to the page with this resource in its chart.
    func values(link: String, isChosen: Bool) -> TemplateValues {
        let level = level
        var values: TemplateValues = [
            "id": resource.id, "name": DisplayText.readable(resource.name, limit: 80), "link": link,
            "chosen": isChosen, "level": level.rawValue, "levelWord": word(level), "known": false,
            "used": writer.amount(resource.used, resource.unit), "usedRaw": PageWriter.raw(resource.used),
            "growth": resource.growthPerDay.map { writer.change($0, resource.unit) } ?? NumberFormat.nothing,
            "spark": false, "trendNone": writer.text(.trendNone), "order": order, "record": record,
            "ageText": resource.age.map(writer.times.ago) ?? writer.text(.noData),
            "isOld": resource.age.map { $0 > oldAfter } ?? true, "abstains": resource.abstention != nil,
            "reason": resource.abstention.map(writer.reason) ?? "",
        ]
        if let size = resource.size, size > 0, resource.used.isFinite {
            let fill = min(max(resource.used / size, 0), 1) * Self.meterWidth
            values["known"] = true
            values["fill"] = svgNumber(fill)
            values["round"] = svgNumber(min(4, fill / 2))
            values["mark"] = svgNumber(min(max((resource.limit ?? size) / size, 0), 1) * Self.meterWidth)
            values["amount"] = writer.amount(resource.used, of: size, resource.unit)
            values["share"] = writer.numbers.percent(resource.used / size)
        }
        if let spark = ForecastSparkline(resource) {
            values["spark"] =
                [
                    "past": spark.past, "ahead": spark.ahead, "band": spark.band, "limitY": svgNumber(spark.limitY),
                    "x": svgNumber(spark.end.x), "y": svgNumber(spark.end.y),
                    "summary": writer.text(
                        .trend,
                        [
                            "first": writer.amount(spark.first, resource.unit),
                            "last": writer.amount(spark.last, resource.unit),
                        ]),
                ] as TemplateValues
        }
        return values.merging(days) { first, _ in first }
    }

    // MARK: Days

    private var days: TemplateValues {
        let fill = resource.fill
        guard resource.abstention == nil else { return ["days": "", "range": "", "fullOn": "", "daysRaw": ""] }
        if let p50 = fill.p50, p50 < 0.5 {
            return ["days": writer.text(.capacityFullNow), "range": "", "fullOn": "", "daysRaw": "0"]
        }
        let range = fill.p10.map { low in
            let high = fill.p90.map(writer.days) ?? writer.text(.capacityMoreThanYear)
            return "(\(writer.days(low))–\(high))"
        }
        guard let p50 = fill.p50 else {
            return [
                "days": writer.text(.capacityMoreThanYear), "range": range ?? "", "fullOn": NumberFormat.nothing,
                "daysRaw": "",
            ]
        }
        return [
            "days": writer.days(p50), "range": range ?? "", "fullOn": writer.date(p50, after: madeAt),
            "daysRaw": PageWriter.raw(p50),
        ]
    }

    /// The chip in the column of orders: level, sign and text.
    private var order: TemplateValues {
        guard resource.abstention == nil else { return ["level": false, "text": NumberFormat.nothing] }
        guard let within = resource.orderWithin else {
            return ["level": false, "text": writer.text(.capacityNoOrder)]
        }
        if within < 0 {
            let text = writer.text(.capacityOverdue, ["n": writer.days(-within)])
            return ["level": "crit", "sign": "✕", "text": text]
        }
        let text = writer.text(.capacityOrderBy, ["date": writer.date(within, after: madeAt)])
        return within < Self.orderSoon
            ? ["level": "warn", "sign": "▲", "text": text] : ["level": "good", "sign": "●", "text": text]
    }

    /// Of the longest horizon that has scores: what planners look at.
    private var record: String {
        resource.record.last.map(writer.record) ?? writer.text(.capacityRecordNone)
    }

    // MARK: Level

    private var level: PageWriter.Level {
        guard let size = resource.size, let limit = resource.limit, size > 0 else { return .none }
        if resource.used >= limit { return .crit }
        if let within = resource.orderWithin, resource.abstention == nil {
            return within < 0 ? .crit : within < Self.orderSoon ? .warn : .good
        }
        return resource.used >= 0.9 * limit ? .warn : .good
    }

    private func word(_ level: PageWriter.Level) -> String {
        switch level {
        case .good: writer.text(.levelGood)
        case .warn: writer.text(.levelWarning)
        case .crit: writer.text(.levelCritical)
        case .none: writer.text(.levelUnknown)
        }
    }
}

/// The last 90 days of a resource and the next 90 with their band, as a small picture.
struct ForecastSparkline {
    /// Outlines for `d` attributes; "" where there is nothing.
    let past: String
    let ahead: String
    let band: String
    let limitY: Double
    /// The newest reading.
    let end: Point
    /// First and last known value.
    let first: Double
    let last: Double

    private static let width = 180.0
    private static let height = 36.0
    private static let days = 90

    /// Nil without at least two known values.
    init?(_ resource: CapacityModel.Resource) {
        let history = resource.history.suffix(Self.days + 1)
        let known = history.filter(\.isFinite)
        guard known.count >= 2, let first = known.first, let last = known.last else { return nil }
        let ahead = resource.band.filter { $0.day <= Self.days }
        let limit = resource.limit ?? known.reduce(first, max)
        let top = ahead.map(\.p90).reduce(known.reduce(limit, max), max)
        let bottom = ahead.map(\.p10).reduce(known.reduce(first, min), min)
        let range = max((top - bottom) * 1.08, top.magnitude * 1e-6, 1e-9)
        func point(_ day: Int, _ value: Double) -> Point {
            Point(
                x: 3 + Double(day + Self.days) / Double(2 * Self.days) * (Self.width - 6),
                y: Self.height - 3 - (value - bottom) / range * (Self.height - 6))
        }
        var path = PathText()
        var end = Point(x: 0, y: 0)
        for (offset, value) in history.enumerated() {
            guard value.isFinite else {
                path.lift()
                continue
            }
            end = point(offset - history.count + 1, value)
            path.draw(to: end)
        }
        past = path.text
        self.end = end
        self.first = first
        self.last = last
        limitY = point(0, limit).y
        var middle = PathText()
        var around = PathText()
        if !ahead.isEmpty {
            middle.draw(to: end)
            around.draw(to: end)
            for use in ahead {
                middle.draw(to: point(use.day, use.p50))
                around.draw(to: point(use.day, use.p90))
            }
            for use in ahead.reversed() { around.draw(to: point(use.day, use.p10)) }
        }
        self.ahead = middle.text
        band = around.text.isEmpty ? "" : around.text + "Z"
    }
}

/// The text of a `d` attribute, one stroke after the other.
struct PathText {
    private(set) var text = ""
    private var isDown = false

    mutating func draw(to point: Point) {
        text += (isDown ? "L" : "M") + svgNumber(point.x) + " " + svgNumber(point.y)
        isDown = true
    }

    /// A gap in what is known stays a gap in the line.
    mutating func lift() {
        isDown = false
    }
}
