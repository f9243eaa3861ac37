import MonitoringModel

/// The storage pools by fewest days to full; those without a date follow, the fullest first and those without data last.
struct StoragePart {
    let writer: PageWriter
    let frame: PageFrame

    init(_ writer: PageWriter, frame: PageFrame) {
        self.writer = writer
        self.frame = frame
    }

    var values: TemplateValues {
        let pools = writer.model.pools.map { PoolRow(writer: writer, pool: $0) }
            .map { (row: $0, days: $0.daysToFull ?? .infinity, share: PoolRow.share($0.pool) ?? -1) }
            .enumerated().sorted { first, second in
                let (a, b) = (first.element, second.element)
                return a.days != b.days
                    ? a.days < b.days : a.share != b.share ? a.share > b.share : first.offset < second.offset
            }.map { $0.element.row.values(link: frame.link(toResource: [("resource", $0.element.row.pool.id)])) }
        let made = writer.model.pools.compactMap { $0.forecast?.madeAt }.max()
        return [
            "hasPools": !pools.isEmpty, "pools": pools,
            "forecastMade": made.map { writer.text(.forecastMade, ["time": writer.shortTime($0)]) } ?? false as Any,
            "forecastMadeISO": made.map(writer.machineTime) ?? "",
        ]
    }
}

/// One line of the storage table.
struct PoolRow {
    let writer: PageWriter
    let pool: OverviewModel.Pool

    private static let meterWidth = 200.0

    /// Used of size, or nil when either is unknown.
    static func share(_ pool: OverviewModel.Pool) -> Double? {
        guard let used = pool.used, let size = pool.size, used.isFinite, size.isFinite, size > 0 else { return nil }
        return used / size
    }

    /// Nil without a forecast.
    var fill: FillColumns? {
        pool.forecast.map {
            FillColumns(
                writer: writer.capacity, abstention: $0.abstention, fill: $0.fill, orderWithin: $0.orderWithin,
                madeAt: $0.madeAt)
        }
    }

    /// Nil where no date is named.
    var daysToFull: Double? { pool.forecast.flatMap { $0.abstention == nil ? $0.fill.p50 : nil } }

    var level: Level {
        guard let share = Self.share(pool) else { return .none }
        return FillColumns.level(used: share, limit: pool.fullAt, order: fill?.level)
    }

    /// - Parameter link: to the page that tells more about the pool.
    func values(link: String) -> TemplateValues {
        var values: TemplateValues = [
            "id": pool.id, "name": DisplayText.readable(pool.name), "link": link, "level": level.rawValue,
            "levelWord": writer.word(level), "known": false, "noData": noData,
            "usedRaw": PageWriter.raw(pool.used), "sizeRaw": PageWriter.raw(pool.size),
            "growthRaw": PageWriter.raw(pool.growthPerDay), "hasGrowth": pool.growthPerDay != nil,
            "growth": growth, "spark": false, "trendNone": writer.text(.trendNone),
            "ageText": pool.age.map(writer.ago) ?? writer.text(.noData), "isOld": writer.isOld(pool.age),
        ]
        if let share = Self.share(pool), let used = pool.used, let size = pool.size {
            let fill = min(max(share, 0), 1) * Self.meterWidth
            values["known"] = true
            values["fill"] = svgNumber(fill)
            values["round"] = svgNumber(min(4, fill / 2))
            values["limit"] = svgNumber(min(max(pool.fullAt, 0), 1) * Self.meterWidth)
            values["amount"] = writer.numbers.bytes(used, of: size)
            values["share"] = writer.numbers.percent(share)
        }
        if let spark = Sparkline(pool) {
            values["spark"] = spark.values(
                summary: writer.text(
                    .trend, ["first": writer.numbers.bytes(spark.first), "last": writer.numbers.bytes(spark.last)]))
        }
        let columns = fill?.values ?? FillColumns.silence(label: nil, text: writer.text(.poolNoForecast))
        return values.merging(columns) { first, _ in first }
    }

    private var noData: String {
        guard let age = pool.age else { return writer.text(.noData) }
        return writer.text(.noDataSince, ["span": writer.span(age)])
    }

    private var growth: String {
        guard let growth = pool.growthPerDay else { return writer.text(.growthUnknown) }
        let terabytes = growth / 1e12
        return (growth > 0 ? "+" : "") + writer.numbers.decimal(terabytes, digits: terabytes.magnitude < 0.1 ? 3 : 2)
    }
}

extension Sparkline {
    private static let days = 90.0
    private static let points = 90

    /// The last 90 days of a pool and the next 90, with the level that counts as full.
    package init?(_ pool: OverviewModel.Pool) {
        let past = pool.history.thinned(to: Self.points)
        self.init(
            past: past, every: Self.days / Double(Swift.max(1, past.count - 1)),
            ahead: pool.forecast?.band.map(\.expectation) ?? [], over: -Self.days...Self.days,
            limit: pool.size.map { $0 * pool.fullAt })
    }
}
