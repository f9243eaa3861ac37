import MonitoringModel

/// One line of the capacity table.
struct CapacityRow {
    let writer: CapacityWriter
    let resource: CapacityModel.Resource
    let madeAt: Timestamp
    /// Seconds after which a sample is old.
    let oldAfter: Double

    private static let meterWidth = 150.0

    /// - Parameter link: to the page with this resource in its chart.
    func values(link: String, isChosen: Bool) -> TemplateValues {
        let level = level
        var values: TemplateValues = [
            "id": resource.id, "name": DisplayText.readable(resource.name, limit: 80), "link": link,
            "chosen": isChosen, "level": level.rawValue, "levelWord": writer.word(level), "known": false,
            "used": writer.amount(resource.used, resource.unit), "usedRaw": PageWriter.raw(resource.used),
            "growth": resource.growthPerDay.map { writer.change($0, resource.unit) } ?? NumberFormat.nothing,
            "spark": false, "trendNone": writer.text(.trendNone), "record": record,
            "ageText": resource.age.map(writer.times.ago) ?? writer.text(.noData),
            "isOld": resource.age.map { $0 > oldAfter } ?? true,
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
        if let spark = Sparkline(
            past: Array(resource.history.suffix(91)), ahead: resource.band.map(\.expectation), over: -90...90,
            limit: resource.limit)
        {
            values["spark"] = spark.values(
                summary: writer.text(
                    .trend,
                    [
                        "first": writer.amount(spark.first, resource.unit),
                        "last": writer.amount(spark.last, resource.unit),
                    ]))
        }
        return values.merging(fill.values) { first, _ in first }
    }

    /// Of the longest horizon that has scores: what planners look at.
    private var record: String {
        resource.record.last.map(writer.record) ?? writer.text(.capacityRecordNone)
    }

    private var fill: FillColumns {
        FillColumns(
            writer: writer, abstention: resource.abstention, fill: resource.fill, orderWithin: resource.orderWithin,
            madeAt: madeAt)
    }

    private var level: Level {
        guard let size = resource.size, let limit = resource.limit, size > 0 else { return .none }
        return FillColumns.level(used: resource.used, limit: limit, order: fill.level)
    }
}

extension CapacityModel.UsePoint {
    /// A step is a day.
    var expectation: Expectation { Expectation(step: day, p10: p10, p50: p50, p90: p90) }
}
