/// The only door through which samples enter the store.
///
/// All functions may be called from any thread. Appending does not wait for the disk: samples become visible to readers at
/// once and durable with the next commit, at most about a second later.
package protocol SampleAppender: Sendable {
    /// The numbers of these series, in the same order; unknown ones are created.
    func seriesIDs(for labels: [LabelSet]) -> [SeriesID]

    /// Queues samples for the next commit. When the bounded queue is full the whole batch is dropped and counted.
    ///
    /// A sample that is too far behind the newest of its series is refused and counted.
    @discardableResult
    func append(_ batch: SampleBatch) -> AppendOutcome

    /// Remembers type and help of metrics for exposition pages. The last call for a name wins.
    func describe(_ metadata: [MetricMetadata])

    /// Returns when everything appended before the call is durable.
    /// - Throws: when the commit fails; the samples stay queued and are tried again.
    func flush() async throws
}

/// What became of a batch.
package struct AppendOutcome: Hashable, Sendable {
    /// Samples that will never be taken: too old, too far ahead of the clock, or another value than the one their series has at
    /// that time.
    package var refused = 0
    /// Samples for which there was no room; they may be sent again.
    package var dropped = 0

    package init() {}

    package static func += (total: inout AppendOutcome, other: AppendOutcome) {
        total.refused += other.refused
        total.dropped += other.dropped
    }
}

/// Reads series. Each call sees a consistent state; samples are in time order.
package protocol SeriesSource: Sendable {
    /// Samples with `start <= timestamp <= end` of all series that satisfy every matcher, stale markers included.
    /// - Throws: a bad regular expression, damage found on disk, or `SampleLimitExceeded`.
    func select(_ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp) async throws
        -> [SeriesSamples]

    /// Visits what `select` would give, one series after the other in no particular order, with no more than a few million samples
    /// in memory at once. Samples that come meanwhile may be seen of some series and not of others.
    func forEachSeries(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp,
        _ body: (SeriesSamples) throws -> Void
    ) async throws

    /// The newest sample at or before `time` and newer than `time - lookback` of every matching series.
    /// A series whose newest such sample is a stale marker is left out.
    func latest(_ matchers: [LabelMatcher], at time: Timestamp, lookback: Duration) async throws
        -> [(labels: LabelSet, sample: Sample)]

    /// The labels of the series that satisfy every matcher and may have samples in the range: those that ended before it are left
    /// out, those that began after it may be among them.
    func series(_ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp) async throws -> [LabelSet]

    /// The names of all labels of all series.
    func labelNames() -> [String]

    /// The values of one label over all series.
    func labelValues(of name: String) -> [String]

    /// What was described for these metrics, keyed by name.
    func metadata() -> [String: MetricMetadata]
}

extension SeriesSource {
    package func series(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp
    ) async throws -> [LabelSet] {
        try await select(matchers, from: start, through: end).map(\.labels)
    }

    package func labelNames() -> [String] { [] }

    package func labelValues(of name: String) -> [String] { [] }

    package func forEachSeries(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp,
        _ body: (SeriesSamples) throws -> Void
    ) async throws {
        for series in try await select(matchers, from: start, through: end) { try body(series) }
    }
}

/// A reading would have collected more samples than a source allows; it stopped there and gave nothing.
package struct SampleLimitExceeded: Error, Hashable, Sendable, CustomStringConvertible {
    /// Samples that one reading may collect.
    package var limit: Int

    package init(limit: Int) {
        self.limit = limit
    }

    package var description: String {
        "expected a query that reads at most \(limit) samples, found one that reads more; "
            + "a narrower selector or a shorter range reads fewer"
    }
}
