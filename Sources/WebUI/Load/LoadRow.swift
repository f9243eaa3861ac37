import MonitoringModel

/// One line of the table of load ahead.
struct LoadRow {
    let writer: LoadWriter
    let row: LoadModel.Row
    /// The start of the first hour ahead.
    let start: Timestamp

    private static let meterWidth = 150.0
    /// Hours that the sparkline shows.
    private static let past = 336
    private static let next = 168
    /// Hours that are one point of it.
    private static let hoursPerPoint = 4

    /// - Parameter link: to the page with this row in its chart.
    func values(link: String, isChosen: Bool) -> TemplateValues {
        let level = level
        var values: TemplateValues = [
            "id": row.id, "name": DisplayText.readable(row.name, limit: 80), "link": link, "chosen": isChosen,
            "kind": writer.word(row.kind), "level": level.rawValue, "levelWord": writer.word(level),
            "now": row.current.map { writer.amount($0, row.unit) } ?? NumberFormat.nothing,
            "nowRaw": PageWriter.raw(row.current), "silence": false, "peak": false, "spark": false,
            "trendNone": writer.text(.trendNone), "record": row.record.map(writer.record) ?? NumberFormat.nothing,
        ]
        if let abstention = row.abstention {
            values["silence"] = writer.reason(abstention)
        } else if let peak = row.peak {
            values["peak"] = self.peak(peak)
        }
        if let spark {
            values["spark"] = spark.values(summary: writer.summary(row))
        }
        return values
    }

    private func peak(_ peak: LoadModel.Peak) -> TemplateValues {
        var values: TemplateValues = [
            "amount": writer.amount(peak.p50, row.unit), "raw": PageWriter.raw(peak.p50),
            "highest": writer.text(.loadUpTo, ["amount": writer.amount(peak.p90, row.unit)]),
            "when": writer.times.dayAndHour(start.hour(after: peak.hour)), "meter": false, "share": false,
            "whenISO": writer.times.machineTime(start.hour(after: peak.hour)),
        ]
        if let share = row.share(peak.p50), let highest = row.share(peak.p90) {
            let width = { (share: Double) in min(max(share, 0), 1) * Self.meterWidth }
            values["meter"] =
                [
                    "fill": svgNumber(width(share)), "round": svgNumber(min(4, width(share) / 2)),
                    "maybe": svgNumber(width(highest)), "maybeRound": svgNumber(min(4, width(highest) / 2)),
                ] as TemplateValues
            // A ratio is its own share.
            if row.unit != .ratio { values["share"] = writer.numbers.percent(share) }
        }
        return values
    }

    private var level: Level {
        guard row.abstention == nil, let peak = row.peak, let share = row.share(peak.p50),
            let highest = row.share(peak.p90)
        else { return .none }
        return share >= 0.9 ? .crit : highest >= 0.9 || share >= 0.8 ? .warn : .good
    }

    private var spark: Sparkline? {
        let history = row.history.suffix(Self.past)
        let points = (history.count + Self.hoursPerPoint - 1) / Self.hoursPerPoint
        let ahead = row.expectations
        return Sparkline(
            past: history.thinned(to: points), every: Double(history.count) / Double(max(points, 1)),
            ahead: stride(from: 0, to: ahead.count, by: Self.hoursPerPoint).map {
                Expectation(meanOf: ahead[$0..<min($0 + Self.hoursPerPoint, ahead.count)])
            }, over: Double(-Self.past)...Double(Self.next), limit: row.capacityInSight)
    }
}

extension Expectation {
    /// Of steps that follow each other; at the last of them.
    fileprivate init(meanOf some: ArraySlice<Expectation>) {
        let mean = { (value: (Expectation) -> Double) in
            some.reduce(0) { $0 + value($1) } / Double(max(some.count, 1))
        }
        self.init(step: some.last?.step ?? 1, p10: mean(\.p10), p50: mean(\.p50), p90: mean(\.p90))
    }
}

extension LoadModel.Row {
    /// The hours ahead; the first is step 1.
    var expectations: [Expectation] {
        zip(ahead.p50.indices, zip(ahead.p50, zip(ahead.p10, ahead.p90))).compactMap { hour, values in
            let (p50, (p10, p90)) = values
            guard p10.isFinite, p50.isFinite, p90.isFinite else { return nil }
            return Expectation(step: hour + 1, p10: p10, p50: p50, p90: p90)
        }
    }

    /// A load as a share of what can be borne; nil when that is not known.
    func share(_ load: Double) -> Double? {
        guard let capacity, capacity.isFinite, capacity > 0, load.isFinite else { return nil }
        return load / capacity
    }

    /// The capacity, unless a line there would press the load into the floor.
    var capacityInSight: Double? {
        guard let capacity, capacity.isFinite, capacity > 0 else { return nil }
        let most = max(history.filter(\.isFinite).max() ?? 0, expectations.map(\.p90).max() ?? 0)
        return capacity < 3 * most ? capacity : nil
    }
}

extension LoadWriter {
    /// The curve of a row in words.
    func summary(_ row: LoadModel.Row) -> String {
        let known = row.history.filter(\.isFinite)
        let (low, high) = (amount(known.min() ?? .nan, row.unit), amount(known.max() ?? .nan, row.unit))
        guard row.abstention == nil, let peak = row.peak else {
            return text(.loadTrendPast, ["low": low, "high": high])
        }
        return text(.loadTrend, ["low": low, "high": high, "peak": amount(peak.p50, row.unit)])
    }
}
