import MonitoringModel
import Synchronization

/// Keeps everything appended.
final class RecordingAppender: SampleAppender {
    struct State {
        var ids: [LabelSet: SeriesID] = [:]
        var labels: [LabelSet] = []
        var batches: [SampleBatch] = []
        var metadata: [String: MetricMetadata] = [:]
        var lookedUp = 0
    }

    private let state = Mutex(State())

    func seriesIDs(for labels: [LabelSet]) -> [SeriesID] {
        state.withLock { state in
            state.lookedUp += labels.count
            return labels.map { set in
                if let id = state.ids[set] { return id }
                let id = SeriesID(rawValue: UInt32(state.labels.count))
                state.ids[set] = id
                state.labels.append(set)
                return id
            }
        }
    }

    func append(_ batch: SampleBatch) -> AppendOutcome {
        state.withLock { $0.batches.append(batch) }
        return AppendOutcome()
    }

    func describe(_ metadata: [MetricMetadata]) {
        state.withLock { state in
            for item in metadata { state.metadata[item.name] = item }
        }
    }

    func flush() async throws {}

    var batches: [SampleBatch] { state.withLock { $0.batches } }
    /// Label sets given to `seriesIDs` so far.
    var lookedUp: Int { state.withLock { $0.lookedUp } }

    /// The samples of a batch as text `metric{label="value",…}` without the target's own labels → value; -1 is the last batch.
    func values(_ batch: Int = -1, hiding hidden: Set<String> = ["job", "instance", "site"]) -> [String: Double] {
        state.withLock { state in
            let index = batch < 0 ? state.batches.count + batch : batch
            guard state.batches.indices.contains(index) else { return [:] }
            var result: [String: Double] = [:]
            for (series, value) in state.batches[index].values {
                result[Self.text(state.labels[Int(series.rawValue)], hiding: hidden)] = value
            }
            return result
        }
    }

    /// The values of one series through all batches.
    func history(_ name: String) -> [Double] {
        batches.indices.compactMap { values($0)[name] }
    }

    private static func text(_ labels: LabelSet, hiding hidden: Set<String>) -> String {
        let shown = labels.labels.filter { $0.name != Label.metricName && !hidden.contains($0.name) }
        guard !shown.isEmpty else { return labels.metricName }
        return labels.metricName + "{" + shown.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }
}

extension RecordingAppender: SeriesSource {
    /// Takes matchers of kind `equal` only.
    func select(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp
    ) async throws -> [SeriesSamples] {
        state.withLock { state in
            let wanted = state.labels.indices.filter { number in
                matchers.allSatisfy { state.labels[number][$0.name] ?? "" == $0.value }
            }
            var samples: [Int: [Sample]] = [:]
            for batch in state.batches where (start...end).contains(batch.timestamp) {
                for (series, value) in batch.values {
                    samples[Int(series.rawValue), default: []].append(Sample(batch.timestamp, value))
                }
            }
            return wanted.compactMap { number in
                samples[number].map { SeriesSamples(labels: state.labels[number], samples: $0) }
            }
        }
    }

    func latest(
        _ matchers: [LabelMatcher], at time: Timestamp, lookback: Duration
    ) async throws -> [(labels: LabelSet, sample: Sample)] {
        try await select(matchers, from: time - lookback, through: time).compactMap { series in
            series.samples.last.map { (series.labels, $0) }
        }
    }

    func metadata() -> [String: MetricMetadata] { state.withLock { $0.metadata } }
}

extension Dictionary where Key == String, Value == Double {
    /// The names whose value is not a stale marker.
    var live: Set<String> { Set(filter { !StaleMarker.isStale($0.value) }.keys) }
    var stale: Set<String> { Set(filter { StaleMarker.isStale($0.value) }.keys) }
}
