import CPlatform
import ChunkEncoding
import DatabaseFiles
import GRDB
package import MonitoringModel
import Synchronization

extension SampleStore {
    // MARK: SeriesSource

    package func select(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp
    ) async throws -> [SeriesSamples] {
        guard start <= end else { return [] }
        let numbers = try matchingSeries(matchers)
        let samples = try await samples(of: numbers, range: start.milliseconds...end.milliseconds)
        let labels = labels(of: numbers, where: { !samples[$0].isEmpty })
        return zip(labels, samples).compactMap { labels, samples in
            labels.map { SeriesSamples(labels: $0, samples: samples) }
        }
    }

    package func forEachSeries(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp,
        _ body: (SeriesSamples) throws -> Void
    ) async throws {
        guard start <= end else { return }
        var rest = try matchingSeries(matchers)[...]
        // A few series show how many samples to expect of the others.
        var count = 32
        while !rest.isEmpty {
            let numbers = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            var samples = try await samples(of: numbers, range: start.milliseconds...end.milliseconds)
            let labels = labels(of: numbers, where: { !samples[$0].isEmpty })
            let read = samples.reduce(0) { $0 + $1.count }
            for (position, labels) in labels.enumerated() {
                guard let labels else { continue }
                var taken: [Sample] = []
                swap(&taken, &samples[position])
                try body(SeriesSamples(labels: labels, samples: taken))
            }
            // Series that ended long ago say little of those that follow, so the step up is small.
            count = max(8, min(Self.batchSamples / max(1, read / numbers.count), count * 2, 4_096))
        }
    }

    /// Samples that `forEachSeries` reads at once, about: 16 MB.
    private static let batchSamples = 1_000_000

    package func latest(
        _ matchers: [LabelMatcher], at time: Timestamp, lookback: Duration
    ) async throws -> [(labels: LabelSet, sample: Sample)] {
        let (first, overflow) = (time - lookback).milliseconds.addingReportingOverflow(1)
        guard !overflow, first <= time.milliseconds else { return [] }
        let numbers = try matchingSeries(matchers)
        var found: [(labels: LabelSet, sample: Sample)] = []
        // Series whose newest sample is later than asked for, and where in `found` they belong.
        var earlier: [(number: UInt32, place: Int)] = []
        head.withLock { head in
            found.reserveCapacity(numbers.count)
            for number in numbers {
                let newest = head.newest[Int(number)]
                if newest.timestamp > time {
                    earlier.append((number, found.count))
                } else if newest.timestamp.milliseconds >= first, !StaleMarker.isStale(newest.value) {
                    found.append((head.index.labels(of: number), newest))
                }
            }
        }
        guard !earlier.isEmpty else { return found }
        let samples = try await samples(of: earlier.map(\.number), range: first...time.milliseconds)
        let labels = labels(of: earlier.map(\.number)) {
            samples[$0].last.map { !StaleMarker.isStale($0.value) } ?? false
        }
        var result: [(labels: LabelSet, sample: Sample)] = []
        result.reserveCapacity(found.count + earlier.count)
        var next = 0
        for (index, (_, place)) in earlier.enumerated() {
            result += found[next..<place]
            next = place
            if let labels = labels[index], let sample = samples[index].last { result.append((labels, sample)) }
        }
        return result + found[next...]
    }

    package func series(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp
    ) async throws -> [LabelSet] {
        let numbers = try matchingSeries(matchers)
        return head.withLock { head in
            numbers.compactMap { number in
                head.newest[Int(number)].timestamp >= start ? head.index.labels(of: number) : nil
            }
        }
    }

    package func labelNames() -> [String] { head.withLock { $0.index.labelNames() } }

    package func labelValues(of name: String) -> [String] { head.withLock { $0.index.values(of: name) } }

    package func metadata() -> [String: MetricMetadata] {
        head.withLock { $0.metadata }
    }

    // MARK: Series

    /// The numbers of the series that satisfy every matcher, rising.
    func matchingSeries(_ matchers: [LabelMatcher]) throws -> [UInt32] {
        let compiled = try matchers.map { try CompiledMatcher($0) }
        // Patterns run on a copy of the values, outside the lock. Series that appear meanwhile are left out by the bound, so a
        // value nobody tried a pattern on decides nothing.
        let (bound, values) = head.withLock { head in
            (
                head.index.upperBound,
                compiled.map { $0.needsValues ? head.index.values(of: $0.name) : [] }
            )
        }
        let conditions = zip(compiled, values).map { $0.condition(on: $1) }
        return head.withLock { $0.index.series(satisfying: conditions, below: bound) }
    }

    /// The labels of those series whose position is wanted.
    func labels(of numbers: [UInt32], where isWanted: (Int) -> Bool) -> [LabelSet?] {
        let positions = numbers.indices.map(isWanted)
        return head.withLock { head in
            zip(numbers, positions).map { number, isWanted in isWanted ? head.index.labels(of: number) : nil }
        }
    }

    // MARK: Samples

    /// Lets the process keep up to 64 MB of freed memory a heap: four million samples. A quarter of the CPU of a large reading
    /// goes into fresh pages otherwise. To be called once by a program that reads again and again.
    package static func keepFreedMemory() {
        cp_keep_freed_memory(64 << 20)
    }

    /// The samples of series in a range, by position; each rising strictly in time. One moment's state of all of them.
    ///
    /// Where the retention has taken the samples, the rollups that are left stand in for them: the last value of each bucket, at its
    /// end.
    ///
    /// - Parameter numbers: rising.
    /// - Throws: `SampleLimitExceeded` as soon as there is one too many; `CancellationError`.
    func samples(of numbers: [UInt32], range: ClosedRange<Int64>) async throws -> [[Sample]] {
        let collector = SampleCollector(count: numbers.count, range: range, limit: options.readLimit)
        let collected = try await reading(numbers, range: range) { capture, db, cancellation in
            var collector = collector
            var damage: [DamageRecord] = []
            if let db {
                var blocks = BlockSampleReader()
                var rollups = RollupReader()
                for (headers, positions) in capture.shards {
                    let wanted = positions.lazy.map { (series: numbers[$0], position: $0) }
                    let expected = headers.reduce(0) { $0 + $1.expectedSamples(in: range) }
                    for position in positions { collector.reserve(expected, at: position) }
                    for header in headers where header.resolution == 0 && header.reaches(into: range) {
                        if cancellation.isSet.load(ordering: .relaxed) { throw CancellationError() }
                        try blocks.read(
                            header, db, wanted: wanted, into: &collector, damaged: { damage.append($0) })
                    }
                    // After the samples: where the last bucket ends at the time of one, the sample counts.
                    for header in headers.standingIn where header.reaches(into: range) {
                        try rollups.read(
                            header, db, wanted: wanted, range: range, damaged: { damage.append($0) },
                            visit: { try collector.append(Sample($1.timestamp, $1.last), to: $0) })
                    }
                }
            }
            try capture.collect(into: &collector)
            collector.settle()
            return (collector, damage)
        }
        return collected.samples
    }

    /// Runs `body` on what memory holds of some series and, when their blocks are needed, a snapshot of the file that goes with
    /// it: no block that was captured is gone from it. Notes the damage that `body` reports.
    func reading<Value: Sendable>(
        _ numbers: [UInt32], range: ClosedRange<Int64>,
        _ body: @escaping @Sendable (HeadCapture, Database?, CancellationFlag) throws -> (Value, [DamageRecord])
    ) async throws -> Value {
        let cancellation = CancellationFlag()
        while true {
            try Task.checkCancellation()
            let capture = head.withLock { $0.capture(numbers, range: range) }
            guard capture.shards.contains(where: { $0.blocks.contains { $0.reaches(into: range) } }) else {
                return try body(capture, nil, cancellation).0
            }
            let turn = nextReader.wrappingAdd(1, ordering: .relaxed).oldValue
            let reader = readers[Int(UInt(bitPattern: turn) % UInt(readers.count))]
            let outcome = try await withTaskCancellationHandler {
                try await reader.access { db in
                    var outcome: (Value, [DamageRecord])?
                    try db.inTransaction(.deferred) {
                        // The snapshot begins with the first look. Blocks that went before it are missed by it.
                        try RawStatement(db, "SELECT id FROM blocks LIMIT 1").forEachRow { _ in }
                        if self.head.withLock({ $0.removals }) == capture.removals {
                            outcome = try body(capture, db, cancellation)
                        }
                        return .commit
                    }
                    return outcome
                }
            } onCancel: {
                cancellation.isSet.store(true, ordering: .relaxed)
            }
            guard let (value, damage) = outcome else { continue }
            if !damage.isEmpty {
                head.withLock { head in damage.forEach { head.note($0) } }
            }
            return value
        }
    }
}

/// Carries a task's cancellation to the queue of its connection.
final class CancellationFlag: Sendable {
    let isSet = Atomic<Bool>(false)
}

extension BlockHeader {
    /// About how many raw samples of each of its series lie in a range.
    func expectedSamples(in range: ClosedRange<Int64>) -> Int {
        guard resolution == 0, reaches(into: range), seriesCount > 0 else { return 0 }
        let length = Double(lastTime - firstTime + 1)
        let overlap = Double(min(lastTime, range.upperBound) - max(firstTime, range.lowerBound) + 1)
        return Int(Double(sampleCount / seriesCount + 1) * overlap / length)
    }

    func reaches(into range: ClosedRange<Int64>) -> Bool {
        // A bucket ends up to its length after its first sample.
        firstTime - Int64(resolution) * 1000 <= range.upperBound && lastTime >= range.lowerBound
    }
}
