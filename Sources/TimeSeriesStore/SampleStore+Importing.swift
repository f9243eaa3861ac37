import ChunkEncoding
import DatabaseFiles
import GRDB
package import MonitoringModel
import Synchronization

/// What became of the samples of one import step.
package struct ImportCounts: Hashable, Sendable {
    /// Samples that are new, and durable.
    package var taken = 0
    /// Samples of a time at which their series had one already; that one stays.
    package var duplicates = 0
    /// Samples too far ahead of the clock.
    package var inFuture = 0
    /// Samples older than the retention of raw samples: they would be deleted at once.
    package var expired = 0
    /// Samples of series that the store has no number for.
    package var refusedSeries = 0
    package var seriesCreated = 0
    /// Of the samples that are new; nil: none are.
    package var span: TimeSpan?

    package init() {}
}

extension SampleStore {
    /// Stored samples that are compared with imported ones at once.
    private static let comparisonLimit = 1_000_000

    /// Takes in samples of any age up to the retention, older than the out-of-order window too, and returns when they are
    /// durable: all that are new, or none when it throws. Doing it again changes nothing.
    ///
    /// They become blocks at once, in one transaction; a batch of some 100,000 to a few millions serves best, since each makes a
    /// block of every shard it has series of. The batch may name a series several times and its samples may be in any order.
    /// Polling and other imports may go on beside; of samples of one time, the first that came stays.
    package func importSamples(_ batch: [(labels: LabelSet, samples: [Sample])]) async throws -> ImportCounts {
        try await writer.access { try self.importSamples(batch, $0) }
    }

    /// Describes metrics that have no description yet.
    package func describeUnknown(_ metadata: [MetricMetadata]) {
        head.withLock { head in head.describe(metadata.filter { head.metadata[$0.name] == nil }) }
    }

    private func importSamples(
        _ batch: [(labels: LabelSet, samples: [Sample])], _ db: Database
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        let now = clock.now
        let limit = now + options.futureLimit
        let oldest = now - options.rawRetention
        let (numbers, created) = head.withLock { $0.importedSeries(batch.map(\.labels)) }
        counts.seriesCreated = created
        // The rows of new series come before the blocks that name them, and nothing that memory holds waits any more.
        try commit(db)

        var bySeries: [UInt32: [Sample]] = [:]
        for (number, entry) in zip(numbers, batch) {
            guard let number else {
                counts.refusedSeries += entry.samples.count
                continue
            }
            var due = entry.samples.filter { $0.timestamp <= limit }
            counts.inFuture += entry.samples.count - due.count
            let before = due.count
            due.removeAll { $0.timestamp < oldest }
            counts.expired += before - due.count
            if !due.isEmpty { bySeries[number, default: []] += due }
        }
        let total = bySeries.values.reduce(0) { $0 + $1.count }
        var drafts: [(shard: Shard.Number, draft: BlockDraft, newest: [(series: UInt32, sample: Sample)])] = []
        for (shard, series) in Dictionary(grouping: bySeries.keys, by: Shard.number).sorted(by: { $0.key < $1.key }) {
            var fresh: [(series: UInt32, samples: [Sample])] = []
            for number in series.sorted() {
                fresh.append((number, SampleCollector.inOrder(Self.storable(bySeries[number] ?? []))))
            }
            try leaveOutStored(&fresh, of: shard, db)
            var builder = BlockBuilder()
            for (number, samples) in fresh { builder.add(number, samples: samples) }
            guard let draft = builder.finish() else { continue }
            let newest = fresh.compactMap { entry in entry.samples.last.map { (entry.series, $0) } }
            drafts.append((shard, draft, newest))
            counts.taken += draft.sampleCount
            let span = TimeSpan(draft.firstTime, draft.lastTime)
            counts.span?.extend(to: span)
            counts.span = counts.span ?? span
        }
        counts.duplicates = total - counts.taken
        try write(drafts, now: now, db)
        return counts
    }

    private func write(
        _ drafts: [(shard: Shard.Number, draft: BlockDraft, newest: [(series: UInt32, sample: Sample)])],
        now: Timestamp, _ db: Database
    ) throws {
        guard !drafts.isEmpty else { return }
        var blocks: [(header: BlockHeader, newest: [(series: UInt32, sample: Sample)])] = []
        try db.inTransaction(.immediate) {
            var number = try BlockTable.nextNumber(in: db)
            for (shard, draft, newest) in drafts {
                let header = draft.header(number: number, shard: shard, level: 1)
                try BlockTable.insert(header, draft.directory, stream: draft.stream.bytes, into: db)
                let state = head.withLock { $0.shardState(of: shard, adding: number, newest: newest) }
                try BlockTable.write(state, of: shard, to: db)
                blocks.append((header, newest))
                number += 1
            }
            return .commit
        }
        let written = blocks
        head.withLock { $0.complete(importOf: written, now: now.milliseconds) }
        refreshFigures()
    }

    /// The bits that stand for "no sample" in rounds cannot be kept; an ordinary NaN takes their place, as for polled samples.
    private static func storable(_ samples: [Sample]) -> [Sample] {
        guard samples.contains(where: { AbsentValue.isAbsent($0.value) }) else { return samples }
        return samples.map { AbsentValue.isAbsent($0.value) ? Sample($0.timestamp, .nan) : $0 }
    }

    /// Removes the samples of times that the series of a shard have a sample of, in blocks or in memory.
    ///
    /// - Parameter imported: rising by series, each rising strictly in time.
    private func leaveOutStored(
        _ imported: inout [(series: UInt32, samples: [Sample])], of shard: Shard.Number, _ db: Database
    ) throws {
        // Nothing but appending to memory goes on meanwhile: this is the writer's queue.
        let blocks = head.withLock { $0.shards[Int(shard)].blocks }.filter { $0.resolution == 0 }
        var damage: [DamageRecord] = []
        var reader = BlockSampleReader()
        var start = 0
        while start < imported.count {
            let (end, range) = Self.comparison(imported, from: start, blocks)
            let numbers = imported[start..<end].map(\.series)
            var collector = SampleCollector(count: numbers.count, range: range, limit: .max)
            let wanted = numbers.enumerated().map { (series: $0.element, position: $0.offset) }
            for header in blocks where header.reaches(into: range) {
                try reader.read(header, db, wanted: wanted, into: &collector, damaged: { damage.append($0) })
            }
            try head.withLock { $0.capture(numbers, range: range) }.collect(into: &collector)
            for (offset, stored) in collector.samples.enumerated() where !stored.isEmpty {
                let times = Set(stored.lazy.map(\.timestamp))
                imported[start + offset].samples.removeAll { times.contains($0.timestamp) }
            }
            start = end
        }
        let found = damage
        if !found.isEmpty { head.withLock { head in found.forEach { head.note($0) } } }
    }

    /// So many series from `start` on that about `comparisonLimit` stored samples lie in the range that they share.
    private static func comparison(
        _ imported: [(series: UInt32, samples: [Sample])], from start: Int, _ blocks: [BlockHeader]
    ) -> (end: Int, range: ClosedRange<Int64>) {
        func range(_ index: Int) -> ClosedRange<Int64> {
            let samples = imported[index].samples
            return samples[0].timestamp.milliseconds...samples[samples.count - 1].timestamp.milliseconds
        }
        var common = range(start)
        var end = start + 1
        while end < imported.count {
            let own = range(end)
            let wider = min(common.lowerBound, own.lowerBound)...max(common.upperBound, own.upperBound)
            let expected = blocks.reduce(0) { $0 + $1.expectedSamples(in: wider) } * (end + 1 - start)
            guard expected <= comparisonLimit else { break }
            common = wider
            end += 1
        }
        return (end, common)
    }
}
