package import MonitoringModel
import Synchronization

/// What one poll outside the schedule brought, for people.
package struct PollReport: Sendable {
    package var outcome: PollOutcome
    /// Everything the poll wrote, in the order written.
    package var samples: [(labels: LabelSet, sample: Sample)]
    /// The modules that applied and why; empty for HTTP targets.
    package var matches: [ModuleMatch]
    /// Nil for HTTP targets, and where the agent did not answer.
    package var findings: AgentFindings?
}

/// Keeps what is appended instead of storing it.
final class ReportAppender: SampleAppender {
    private struct State {
        var ids: [LabelSet: SeriesID] = [:]
        var labels: [LabelSet] = []
        var samples: [(labels: LabelSet, sample: Sample)] = []
    }

    private let state = Mutex(State())

    var samples: [(labels: LabelSet, sample: Sample)] { state.withLock { $0.samples } }

    func seriesIDs(for labels: [LabelSet]) -> [SeriesID] {
        state.withLock { state in
            labels.map { set in
                if let id = state.ids[set] { return id }
                let id = SeriesID(rawValue: UInt32(truncatingIfNeeded: state.labels.count))
                state.ids[set] = id
                state.labels.append(set)
                return id
            }
        }
    }

    func append(_ batch: SampleBatch) -> AppendOutcome {
        state.withLock { state in
            for (series, value) in batch.values {
                state.samples.append((state.labels[Int(series.rawValue)], Sample(batch.timestamp, value)))
            }
        }
        return AppendOutcome()
    }

    func describe(_ metadata: [MetricMetadata]) {}

    func flush() async throws {}
}
