import MonitoringModel
import RE2

/// Series in memory, read as the protocol's comments say.
struct MemorySource: SeriesSource {
    var series: [SeriesSamples]
    /// Thrown by every read.
    var error: (any Error)?
    /// Awaited by every read before it answers.
    var pause: (@Sendable () async -> Void)?

    /// - Parameter series: Labels, then values at 0, 10, 20, … seconds; nil: none then.
    init(_ series: [(LabelSet, [Double?])]) {
        self.series = series.map { labels, values in
            SeriesSamples(
                labels: labels,
                samples: values.enumerated().compactMap { index, value in
                    value.map { Sample(Timestamp(milliseconds: Int64(index) * 10_000), $0) }
                })
        }
    }

    func select(_ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp) async throws
        -> [SeriesSamples]
    {
        await pause?()
        if let error { throw error }
        return try series.filter { try Self.satisfies($0.labels, matchers) }.map { one in
            SeriesSamples(
                labels: one.labels, samples: one.samples.filter { start <= $0.timestamp && $0.timestamp <= end })
        }
    }

    func latest(_ matchers: [LabelMatcher], at time: Timestamp, lookback: Duration) async throws
        -> [(labels: LabelSet, sample: Sample)]
    {
        try await select(matchers, from: time - lookback + .milliseconds(1), through: time).compactMap { one in
            one.samples.last.flatMap { StaleMarker.isStale($0.value) ? nil : (one.labels, $0) }
        }
    }

    func metadata() -> [String: MetricMetadata] { [:] }

    private static func satisfies(_ labels: LabelSet, _ matchers: [LabelMatcher]) throws -> Bool {
        try matchers.allSatisfy { matcher in
            let value = labels[matcher.name] ?? ""
            return switch matcher.operation {
            case .equal: value == matcher.value
            case .notEqual: value != matcher.value
            case .matches: try Pattern(matcher.value).matches(value)
            case .doesNotMatch: try !Pattern(matcher.value).matches(value)
            }
        }
    }
}
