import MonitoringModel
import Synchronization

/// Keeps everything appended.
final class RecordingAppender: SampleAppender {
    struct Written: Hashable {
        var time: Int64
        var bits: UInt64
    }

    private struct State {
        var ids: [LabelSet: SeriesID] = [:]
        var labels: [LabelSet] = []
        var lookUps: [Int] = []
        var batches: [SampleBatch] = []
        var metadata: [MetricMetadata] = []
        var outcome = AppendOutcome()
    }

    private let state = Mutex(State())

    func seriesIDs(for labels: [LabelSet]) -> [SeriesID] {
        state.withLock { state in
            state.lookUps.append(labels.count)
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
        state.withLock { state in
            state.batches.append(batch)
            return state.outcome
        }
    }

    /// What every later batch is answered with.
    func answer(_ outcome: AppendOutcome) { state.withLock { $0.outcome = outcome } }

    func describe(_ metadata: [MetricMetadata]) { state.withLock { $0.metadata += metadata } }

    func flush() async throws {}

    var labels: [LabelSet] { state.withLock { $0.labels } }
    var batches: [SampleBatch] { state.withLock { $0.batches } }
    var metadata: [MetricMetadata] { state.withLock { $0.metadata } }
    /// How many label sets each call of `seriesIDs` asked for.
    var lookUps: [Int] { state.withLock { $0.lookUps } }

    var isUntouched: Bool { labels.isEmpty && batches.isEmpty && metadata.isEmpty }

    var sampleCount: Int { batches.reduce(0) { $0 + $1.values.count } }

    /// What was appended of each series, in the order of the calls.
    var history: [LabelSet: [Written]] {
        state.withLock { state in
            var history: [LabelSet: [Written]] = [:]
            for batch in state.batches {
                for (series, value) in batch.values {
                    history[state.labels[Int(series.rawValue)], default: []].append(
                        Written(time: batch.timestamp.milliseconds, bits: value.bitPattern))
                }
            }
            return history
        }
    }
}
