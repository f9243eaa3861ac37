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
        let matched = try matchingSeries(matchers)
        var older = OlderSamples()
        var result: [SeriesSamples] = []
        result.reserveCapacity(matched.count)
        let limit = options.readLimit
        var collected = 0
        try head.withLock { head in
            for number in matched {
                let series = head.series[Int(number)]
                let samples = series.samples(from: start.milliseconds, through: end.milliseconds)
                collected += samples.count
                guard collected <= limit else { throw SampleLimitExceeded(limit: limit) }
                if series.evictedThrough >= start.milliseconds {
                    older.want(number, position: result.count, through: min(series.evictedThrough, end.milliseconds))
                }
                result.append(SeriesSamples(labels: series.labels, samples: Array(samples)))
            }
        }
        // Whatever left memory before the look above was durable before it, so the file has it.
        if !older.isEmpty {
            let found = try await read(older, from: start.milliseconds, beside: collected)
            for (position, samples) in found { result[position].samples = samples + result[position].samples }
        }
        return result.filter { !$0.samples.isEmpty }
    }

    package func latest(
        _ matchers: [LabelMatcher], at time: Timestamp, lookback: Duration
    ) async throws -> [(labels: LabelSet, sample: Sample)] {
        let (first, overflow) = (time - lookback).milliseconds.addingReportingOverflow(1)
        guard !overflow, first <= time.milliseconds else { return [] }
        let matched = try matchingSeries(matchers)
        var older = OlderSamples()
        var result: [(labels: LabelSet, sample: Sample?)] = []
        result.reserveCapacity(matched.count)
        head.withLock { head in
            for number in matched {
                let index = Int(number)
                if let sample = head.series[index].newest(through: time.milliseconds) {
                    // What is in memory is newer than what is not, so it is the answer even when it is too old.
                    guard sample.timestamp.milliseconds >= first else { continue }
                    result.append((head.series[index].labels, sample))
                } else if head.series[index].evictedThrough >= first {
                    let through = min(head.series[index].evictedThrough, time.milliseconds)
                    older.want(number, position: result.count, through: through)
                    result.append((head.series[index].labels, nil))
                }
            }
        }
        if !older.isEmpty {
            let found = try await read(older, from: first, beside: 0)
            for (position, samples) in found { result[position].sample = samples.last }
        }
        return result.compactMap { labels, sample in
            guard let sample, !StaleMarker.isStale(sample.value) else { return nil }
            return (labels, sample)
        }
    }

    package func metadata() -> [String: MetricMetadata] {
        head.withLock { $0.metadata }
    }

    /// The numbers of the series that satisfy every matcher, rising.
    private func matchingSeries(_ matchers: [LabelMatcher]) throws -> [UInt32] {
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

    /// Reads what is wanted from the file, by position of the result. Damaged rows are noted and left out.
    ///
    /// - Parameter collected: samples that the same reading found in memory: they count toward its limit.
    /// - Throws: `SampleLimitExceeded` as soon as it holds one sample too many.
    private func read(
        _ older: OlderSamples, from start: Int64, beside collected: Int
    ) async throws -> [(position: Int, samples: [Sample])] {
        let limit = options.readLimit
        let turn = nextReader.wrappingAdd(1, ordering: .relaxed).oldValue
        let reader = readers[Int(UInt(bitPattern: turn) % UInt(readers.count))]
        let cancellation = CancellationFlag()
        let (found, damage) = try await withTaskCancellationHandler {
            try await reader.access { db in
                var collector = SampleCollector(older, from: start, limit: limit, collected: collected)
                var damage: [DamageRecord] = []
                try BatchTable.read(
                    db, from: start, through: older.end, until: cancellation,
                    visit: { try collector.visit($0) }, damaged: { damage.append($0) })
                return (collector.found, damage)
            }
        } onCancel: {
            cancellation.isSet.store(true, ordering: .relaxed)
        }
        if !damage.isEmpty {
            head.withLock { head in
                for record in damage { head.note(record) }
            }
        }
        return found
    }
}

/// Carries a task's cancellation to the queue of its connection.
final class CancellationFlag: Sendable {
    let isSet = Atomic<Bool>(false)
}

/// The series whose samples have to be read from the file, and up to when.
struct OlderSamples: Sendable {
    private(set) var series: [(number: UInt32, position: Int, through: Int64)] = []
    /// The newest time wanted of any series.
    private(set) var end = Int64.min

    var isEmpty: Bool { series.isEmpty }

    /// Series come in rising order.
    mutating func want(_ number: UInt32, position: Int, through end: Int64) {
        series.append((number, position, end))
        self.end = max(self.end, end)
    }
}

/// Picks the wanted samples out of groups.
private struct SampleCollector {
    private let start: Int64
    private let wanted: OlderSamples
    /// By series number: index into `samples`, or -1.
    private var slots: [Int32]
    private var samples: [[Sample]]
    private let limit: Int
    /// Samples of the whole reading so far, those in memory included; at most `limit`.
    private var collected: Int

    init(_ wanted: OlderSamples, from start: Int64, limit: Int, collected: Int) {
        self.start = start
        self.limit = limit
        self.collected = collected
        self.wanted = wanted
        slots = Array(repeating: -1, count: Int(wanted.series.last?.number ?? 0) + 1)
        samples = Array(repeating: [], count: wanted.series.count)
        for (slot, series) in wanted.series.enumerated() { slots[Int(series.number)] = Int32(slot) }
    }

    mutating func visit(_ group: SampleGroup) throws(SampleLimitExceeded) {
        let time = group.timestamp.milliseconds
        guard time >= start, time <= wanted.end else { return }
        for index in group.series.indices {
            let number = Int(group.series[index])
            guard number < slots.count else { break }  // rising: no later one is wanted either
            let slot = Int(slots[number])
            guard slot >= 0, time <= wanted.series[slot].through else { continue }
            // Rising in a file that is whole; where it is not, time order still holds for readers.
            if let last = samples[slot].last, group.timestamp <= last.timestamp { continue }
            guard collected < limit else { throw SampleLimitExceeded(limit: limit) }
            collected += 1
            samples[slot].append(Sample(group.timestamp, group.values[index]))
        }
    }

    var found: [(position: Int, samples: [Sample])] {
        zip(wanted.series, samples).map { ($0.position, $1) }
    }
}
