package import MonitoringModel

/// Writes one target's samples: gives each the target's labels and keeps the slots of its series.
package struct TargetSeries: Sendable {
    /// The labels every series of the target carries: `job`, `instance`, `site`.
    package let base: [Label]
    package var ledger = SeriesLedger()
    private let appender: any SampleAppender
    /// Slots of single series, by their labels without `base`.
    private var named: [LabelSet: SeriesLedger.Slot] = [:]
    private var described: [String: MetricMetadata] = [:]

    package init(target: PollTarget, appender: any SampleAppender) {
        self.base = Self.labels(of: target)
        self.appender = appender
    }

    package static func labels(of target: PollTarget) -> [Label] {
        [
            Label("instance", target.id.instance), Label("job", target.id.job), Label("site", target.site),
        ]
    }

    /// Writes one of the target's few single series. For rows of tables keep slots instead.
    package mutating func write(_ metric: String, _ labels: [Label] = [], _ value: Double) {
        let key = LabelSet(metric: metric, labels)
        if let slot = named[key] {
            ledger.write(slot, value)
        } else {
            let slot = slots(for: [LabelSet(key.labels + base)])[0]
            named[key] = slot
            ledger.write(slot, value)
        }
    }

    /// The slots of series given by all their labels, in the same order.
    package mutating func slots(for labels: [LabelSet]) -> [SeriesLedger.Slot] {
        guard !labels.isEmpty else { return [] }
        let ids = appender.seriesIDs(for: labels)
        var slots: [SeriesLedger.Slot] = []
        slots.reserveCapacity(ids.count)
        for id in ids { slots.append(ledger.slot(for: id)) }
        return slots
    }

    /// Hands on the metadata that is new or changed since the last call for the same name.
    package mutating func describe(_ metadata: [MetricMetadata]) {
        let news = metadata.filter { described[$0.name] != $0 }
        guard !news.isEmpty else { return }
        for item in news { described[item.name] = item }
        appender.describe(news)
    }

    /// Ends the poll and hands everything to the appender as one batch.
    package mutating func append(at time: Timestamp) {
        let values = ledger.finish()
        if !values.isEmpty { appender.append(SampleBatch(timestamp: time, values: values)) }
    }

    /// Marks every series as ended.
    package mutating func end(at time: Timestamp) {
        let values = ledger.end()
        if !values.isEmpty { appender.append(SampleBatch(timestamp: time, values: values)) }
    }

    /// Forgets ended series when they are most of what is held.
    /// - Returns: whether slots kept by the caller must be dropped.
    package mutating func compact() -> Bool {
        guard ledger.compact() else { return false }
        named = [:]
        return true
    }
}
