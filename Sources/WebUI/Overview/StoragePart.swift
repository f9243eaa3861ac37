import MonitoringModel

/// The storage pools, the fullest first and those without data last.
struct StoragePart {
    let writer: PageWriter

    init(_ writer: PageWriter) {
        self.writer = writer
    }

    var values: TemplateValues {
        let pools = writer.model.pools.enumerated().sorted { first, second in
            let a = PoolRow.share(first.element) ?? -1
            let b = PoolRow.share(second.element) ?? -1
            return a != b ? a > b : first.offset < second.offset
        }.map { PoolRow(writer: writer, pool: $0.element).values }
        return ["hasPools": !pools.isEmpty, "pools": pools]
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

    /// Critical from the level that counts as full, a warning from nine tenths of it.
    static func level(_ pool: OverviewModel.Pool) -> PageWriter.Level {
        guard let share = share(pool) else { return .none }
        return share >= pool.fullAt ? .crit : share >= 0.9 * pool.fullAt ? .warn : .good
    }

    var values: TemplateValues {
        let level = Self.level(pool)
        var values: TemplateValues = [
            "id": pool.id, "name": DisplayText.readable(pool.name), "level": level.rawValue,
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
            values["spark"] =
                [
                    "path": spark.path, "limitY": svgNumber(spark.limitY), "x": svgNumber(spark.end.x),
                    "y": svgNumber(spark.end.y),
                    "summary": writer.text(
                        .trend,
                        ["first": writer.numbers.bytes(spark.first), "last": writer.numbers.bytes(spark.last)]),
                ] as TemplateValues
        }
        return values
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

/// The last 90 days of a pool as a small line with the level that counts as full.
package struct Sparkline: Sendable {
    package let path: String
    package let limitY: Double
    package let end: Point
    /// First and last known value, bytes.
    package let first: Double
    package let last: Double

    private static let width = 180.0
    private static let height = 36.0
    private static let points = 90

    /// Nil without at least two known values.
    package init?(_ pool: OverviewModel.Pool) {
        let history = Self.thinned(pool.history)
        let known = history.filter(\.isFinite)
        guard known.count >= 2, let first = known.first, let last = known.last else { return nil }
        let limit = pool.size.map { $0 * pool.fullAt } ?? known.reduce(first, max)
        let top = known.reduce(limit, max)
        let bottom = known.reduce(first, min)
        let range = max((top - bottom) * 1.08, top.magnitude * 1e-6, 1e-9)
        func y(_ value: Double) -> Double { Self.height - 3 - (value - bottom) / range * (Self.height - 6) }

        var path = ""
        var end = Point(x: 0, y: 0)
        var isPenDown = false
        for (index, value) in history.enumerated() {
            // A gap in what is known stays a gap in the line.
            guard value.isFinite else {
                isPenDown = false
                continue
            }
            end = Point(x: 3 + Double(index) / Double(max(1, history.count - 1)) * (Self.width - 6), y: y(value))
            path += (isPenDown ? "L" : "M") + svgNumber(end.x) + " " + svgNumber(end.y)
            isPenDown = true
        }
        self.path = path
        limitY = y(limit)
        self.end = end
        self.first = first
        self.last = last
    }

    /// At most `points` values: the means of what is known in each stretch.
    private static func thinned(_ history: [Double]) -> [Double] {
        guard history.count > points else { return history }
        return (0..<points).map { index in
            let stretch = history[(index * history.count / points)..<((index + 1) * history.count / points)]
            let known = stretch.filter(\.isFinite)
            return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
        }
    }
}
