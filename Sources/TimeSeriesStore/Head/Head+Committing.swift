import ChunkEncoding
import MonitoringModel

/// What one commit makes durable. It stays here until the commit returned, so a failed one loses nothing.
struct CommitWork {
    /// Oldest first.
    var rows: [BatchRow] = []
    /// The number of the first row; the others follow.
    var firstNumber: Int64 = 0
    /// Series that have no row yet, rising.
    var newSeries: [(number: UInt32, labels: LabelSet)] = []
    var seriesBound: UInt32 = 0
    var metadata: [MetricMetadata] = []
    var damage: [DamageRecord] = []

    var isEmpty: Bool { rows.isEmpty && newSeries.isEmpty && metadata.isEmpty && damage.isEmpty }
    var byteCount: Int { rows.reduce(0) { $0 + $1.byteCount } }
    var sampleCount: Int { rows.reduce(0) { $0 + $1.sampleCount } }
    /// The number of the last row that is durable after this commit.
    var lastNumber: Int64 { firstNumber + Int64(rows.count) - 1 }
}

extension Head {
    /// What is not durable yet: everything, or the oldest rows of at most so many bytes, one at least.
    mutating func beginCommit(atMost limit: Int = .max) -> CommitWork {
        var work = CommitWork()
        let rows = encoder.takeRows()
        waitingBytes += rows.reduce(0) { $0 + $1.byteCount }
        waiting += rows
        if waitingBytes <= limit {
            swap(&work.rows, &waiting)
        } else {
            var bytes = 0
            let count = waiting.prefix {
                bytes += $0.byteCount
                return bytes <= limit
            }.count
            work.rows = Array(waiting.prefix(max(count, 1)))
            waiting.removeFirst(work.rows.count)
        }
        work.firstNumber = nextBatch
        work.seriesBound = UInt32(newest.count)
        for number in persistedSeries..<work.seriesBound { work.newSeries.append((number, index.labels(of: number))) }
        work.metadata = changedMetadata.sorted().compactMap { metadata[$0] }
        changedMetadata = []
        swap(&work.damage, &unrecordedDamage)
        return work
    }

    /// The commit returned: its samples are durable.
    mutating func complete(_ work: CommitWork) {
        persistedSeries = max(persistedSeries, work.seriesBound)
        nextBatch = work.lastNumber + 1
        waitingBytes -= work.byteCount
        queuedSamples -= work.sampleCount
        statistics.samplesQueued = queuedSamples
        statistics.samplesCommitted += work.sampleCount
        statistics.lastCommitError = nil
    }

    /// The commit failed: its work goes back to the front of what waits.
    mutating func abandon(_ work: CommitWork, reason: String) {
        waiting = work.rows + waiting
        changedMetadata.formUnion(work.metadata.map(\.name))
        unrecordedDamage = work.damage + unrecordedDamage
        statistics.failedCommits += 1
        statistics.lastCommitError = reason
    }
}
