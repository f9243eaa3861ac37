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
    /// What is to happen to counters when they are next written.
    private var starts: [LabelSet: Start] = [:]
    /// Whether there are shifts in `starts` that nobody told yet where their counters stood.
    package private(set) var hasWaitingShifts = false

    private enum Start {
        case goOn(from: Double)
        /// `last` is the value before as it was stored, if that is known.
        case shift(by: Double, last: Double?)
    }

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
        if !starts.isEmpty {
            for (slot, labels) in zip(slots, labels) {
                switch starts.removeValue(forKey: labels) {
                case .goOn(let value)?: ledger.goOn(slot, labels, from: value)
                case .shift(let amount, let last)?: ledger.shift(slot, labels, by: amount, after: last)
                case nil: break
                }
            }
        }
        return slots
    }

    /// Lets counters go on from where they were, because another device counts from now on. Slots kept by the caller must be
    /// dropped.
    package mutating func goOn(from last: [LabelSet: Double]) {
        ledger.dropShifts()
        starts = last.mapValues { .goOn(from: $0) }
        hasWaitingShifts = false
        named = [:]
    }

    /// Takes up shifts that were kept.
    package mutating func shift(_ shifts: [DeviceMemory.CounterShift]) {
        for shift in shifts { starts[shift.series] = .shift(by: shift.amount, last: nil) }
        hasWaitingShifts = !shifts.isEmpty
    }

    /// Tells waiting shifts where their counters stood: one that was reset since is not shifted any more.
    mutating func recall(_ last: [LabelSet: Double]) {
        hasWaitingShifts = false
        for (labels, start) in starts {
            if case .shift(let amount, nil) = start { starts[labels] = .shift(by: amount, last: last[labels]) }
        }
    }

    /// Hands on the metadata that is new or changed since the last call for the same name.
    package mutating func describe(_ metadata: [MetricMetadata]) {
        let news = metadata.filter { described[$0.name] != $0 }
        guard !news.isEmpty else { return }
        for item in news { described[item.name] = item }
        appender.describe(news)
    }

    /// All shifts, if one came or went since the last call.
    package mutating func takeShifts() -> [DeviceMemory.CounterShift]? {
        guard let shifts = ledger.takeShifts() else { return nil }
        let waiting = starts.compactMap { labels, start in
            if case .shift(let amount, _) = start { (labels: labels, amount: amount) } else { nil }
        }
        return (shifts + waiting).map { DeviceMemory.CounterShift(series: $0.labels, amount: $0.amount) }
            .sorted { $0.series < $1.series }
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
