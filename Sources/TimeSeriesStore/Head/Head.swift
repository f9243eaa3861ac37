import ChunkEncoding
import MonitoringModel

/// Everything the store has in memory, guarded by its one lock. A state machine without I/O.
struct Head {
    /// A bound on memory, far above what one machine polls.
    static let seriesLimit = 1 << 24

    var index = LabelIndex()
    /// By series number.
    private(set) var series: [HeadSeries] = []
    var statistics = StoreStatistics()
    /// Milliseconds. Each series' newest durable sample is at or after it, or in the table `series_newest`: so start-up reads
    /// the batches from here on and that table, and knows every series' newest sample.
    var start = Int64.min
    private(set) var metadata: [String: MetricMetadata] = [:]

    private let queueLimit: Int
    private var queue: [SampleBatch] = []
    /// Samples in `queue` and in a commit under way.
    private var queuedSamples = 0
    private var persistedSeries: UInt32 = 0
    private var changedMetadata: Set<String> = []
    private var knownDamage: Set<DamageRecord> = []
    private var unrecordedDamage: [DamageRecord] = []

    init(queueLimit: Int) {
        self.queueLimit = queueLimit
    }

    // MARK: Appending

    /// The number of a series, which is created when it is unknown. Beyond the limit it is one that takes no samples.
    mutating func number(of labels: LabelSet) -> UInt32 {
        if let number = index.number(of: labels) { return number }
        guard series.count < Self.seriesLimit else { return .max }
        let (number, shared) = index.insert(labels)
        series.append(HeadSeries(labels: shared))
        statistics.series = index.count
        return number
    }

    mutating func append(_ batch: SampleBatch) {
        guard !batch.values.isEmpty else { return }
        guard queuedSamples + batch.values.count <= queueLimit else {
            statistics.samplesDropped += batch.values.count
            return
        }
        var refused: [Int] = []
        for index in batch.values.indices {
            let (id, value) = batch.values[index]
            let number = Int(id.rawValue)
            guard number < series.count else {
                statistics.samplesDropped += 1
                refused.append(index)
                continue
            }
            if !series[number].append(Sample(batch.timestamp, value), isPending: true) {
                statistics.samplesOutOfOrder += 1
                refused.append(index)
            }
        }
        var accepted = batch
        // From the back, so that the indices in front stay right.
        for index in refused.reversed() { accepted.values.remove(at: index) }
        guard !accepted.values.isEmpty else { return }
        queue.append(accepted)
        queuedSamples += accepted.values.count
        statistics.samplesAppended += accepted.values.count
        statistics.samplesQueued = queuedSamples
    }

    mutating func describe(_ descriptions: [MetricMetadata]) {
        for description in descriptions where metadata[description.name] != description {
            metadata[description.name] = description
            changedMetadata.insert(description.name)
        }
    }

    mutating func note(_ damage: DamageRecord) {
        guard knownDamage.insert(damage).inserted else { return }
        unrecordedDamage.append(damage)
        statistics.damagedRows = knownDamage.count
    }

    // MARK: Committing

    /// Takes everything that is not durable yet out of the queue.
    mutating func beginCommit() -> CommitWork {
        var work = CommitWork()
        swap(&work.batches, &queue)
        work.sampleCount = work.batches.reduce(0) { $0 + $1.values.count }
        work.firstNewSeries = persistedSeries
        for number in persistedSeries..<index.upperBound {
            work.newSeries.append((number, series[Int(number)].labels))
        }
        work.metadata = changedMetadata.sorted().compactMap { metadata[$0] }
        changedMetadata = []
        swap(&work.damage, &unrecordedDamage)
        for batch in work.batches where batch.timestamp.milliseconds < start {
            for (id, value) in batch.values {
                // Everything pending is in this work, so the last sample in memory is the last one of the work.
                guard series[Int(id.rawValue)].samples.last?.timestamp == batch.timestamp else { continue }
                work.newest.append((id.rawValue, Sample(batch.timestamp, value)))
            }
        }
        return work
    }

    /// The commit returned: its samples are durable.
    mutating func complete(_ work: CommitWork) {
        for batch in work.batches {
            for (id, _) in batch.values { series[Int(id.rawValue)].markDurable() }
        }
        for (number, sample) in work.newest {
            series[Int(number)].recordedThrough = sample.timestamp.milliseconds
        }
        // Back-filled samples leave memory at once; the others go with `evict`.
        for batch in work.batches where batch.timestamp.milliseconds < start {
            for (id, _) in batch.values { series[Int(id.rawValue)].evict(before: start) }
        }
        persistedSeries = max(persistedSeries, work.firstNewSeries + UInt32(work.newSeries.count))
        queuedSamples -= work.sampleCount
        statistics.samplesQueued = queuedSamples
        statistics.samplesCommitted += work.sampleCount
        statistics.lastCommitError = nil
    }

    /// The commit failed: its work goes back to the front of the queue.
    mutating func abandon(_ work: CommitWork, reason: String) {
        queue = work.batches + queue
        changedMetadata.formUnion(work.metadata.map(\.name))
        unrecordedDamage = work.damage + unrecordedDamage
        statistics.failedCommits += 1
        statistics.lastCommitError = reason
    }

    // MARK: Moving the start of the head

    /// The newest durable samples that have to be in `series_newest` before the head may start at `bound`.
    func unrecordedNewest(before bound: Int64) -> [(series: UInt32, sample: Sample)] {
        var result: [(series: UInt32, sample: Sample)] = []
        for number in series.indices {
            guard let newest = series[number].newestDurable, newest.timestamp.milliseconds < bound,
                newest.timestamp.milliseconds > series[number].recordedThrough
            else { continue }
            result.append((UInt32(number), newest))
        }
        return result
    }

    /// The start of the head was moved on disk.
    mutating func move(start bound: Int64, recorded: [(series: UInt32, sample: Sample)]) {
        start = bound
        for (number, sample) in recorded { series[Int(number)].recordedThrough = sample.timestamp.milliseconds }
    }

    /// Gives back the memory of durable samples older than `bound`.
    mutating func evict(before bound: Int64) {
        for number in series.indices { series[number].evict(before: bound) }
    }

    // MARK: Start-up

    mutating func restoreSeries(_ labels: LabelSet, as number: UInt32) {
        skipSeries(to: number)
        let shared = index.insert(labels, as: number)
        var restored = HeadSeries(labels: shared)
        restored.evictedThrough = start == .min ? .min : start - 1
        series.append(restored)
        persistedSeries = index.upperBound
        statistics.series = index.count
    }

    /// Series below `bound` that have no readable row keep their number and are never found.
    mutating func skipSeries(to bound: UInt32) {
        index.skip(to: bound)
        while series.count < Int(bound) { series.append(HeadSeries(labels: LabelSet())) }
        persistedSeries = max(persistedSeries, bound)
    }

    mutating func restoreSamples(_ group: SampleGroup) {
        guard group.timestamp.milliseconds >= start else { return }
        for (position, number) in group.series.enumerated() where Int(number) < series.count {
            _ = series[Int(number)].append(Sample(group.timestamp, group.values[position]), isPending: false)
        }
    }

    mutating func restoreNewest(_ sample: Sample, of number: UInt32) {
        guard Int(number) < series.count else { return }
        series[Int(number)].recordedThrough = sample.timestamp.milliseconds
        guard series[Int(number)].samples.isEmpty else { return }
        _ = series[Int(number)].append(sample, isPending: false)
        series[Int(number)].evictedThrough = sample.timestamp.milliseconds - 1
    }

    mutating func restoreMetadata(_ stored: [MetricMetadata]) {
        for description in stored { metadata[description.name] = description }
    }

    mutating func restoreDamage(_ stored: [DamageRecord]) {
        knownDamage.formUnion(stored)
        statistics.damagedRows = knownDamage.count
    }
}
