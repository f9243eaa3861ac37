import ChunkEncoding
import DatabaseFiles
import GRDB
package import MonitoringModel
import Synchronization

extension SampleStore {
    /// Aggregates over the spans (`start`, `start + step`], … that reach up to `end` at least, of all series that satisfy every
    /// matcher; spans without samples are left out, and so are stale markers and other NaNs.
    ///
    /// Answered from the coarsest rollups whose buckets are not longer than `step`; from raw samples where there are no such
    /// rollups yet; from the finest that are left where the retention has taken what would do better. A bucket counts to the span
    /// in which it ends, so answers are exact when `start` and `step` are multiples of it.
    ///
    /// - Parameter step: at least a millisecond.
    /// - Throws: a bad regular expression; `SampleLimitExceeded` when more raw samples than allowed would be decoded at once;
    ///   `CancellationError`.
    package func aggregates(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp, step: Duration
    ) async throws -> [SeriesAggregates] {
        let length = step.wholeMilliseconds
        guard start < end, length > 0 else { return [] }
        let numbers = try matchingSeries(matchers)
        let range = start.milliseconds + 1...end.milliseconds
        let options = options
        let spans = try await reading(numbers, range: range) { capture, db, cancellation in
            var spans = numbers.map { _ in AggregateSpans(start: start.milliseconds, step: length) }
            var damage: [DamageRecord] = []
            var collector = SampleCollector(count: numbers.count, range: range, limit: options.readLimit)
            if let db {
                var rollups = RollupReader()
                var blocks = BlockSampleReader()
                for (headers, positions) in capture.shards {
                    let wanted = positions.lazy.map { (series: numbers[$0], position: $0) }
                    let answering = headers.answering(step: length).filter { $0.reaches(into: range) }
                    let raw = answering.filter { $0.resolution == 0 }
                    // Samples of one time that are in two places count once: only together can that be seen. Otherwise a block
                    // at a time is enough, so that a year of raw samples is never in memory at once.
                    let isApart =
                        capture.late.isEmpty && zip(raw, raw.dropFirst()).allSatisfy { $0.lastTime < $1.firstTime }
                    for header in answering {
                        if cancellation.isSet.load(ordering: .relaxed) { throw CancellationError() }
                        if header.resolution > 0 {
                            try rollups.read(
                                header, db, wanted: wanted, range: range, damaged: { damage.append($0) },
                                visit: { spans[$0].add($1) })
                            continue
                        }
                        try blocks.read(
                            header, db, wanted: wanted, into: &collector, damaged: { damage.append($0) })
                        guard isApart else { continue }
                        for position in positions { spans[position].add(collector.take(position)) }
                    }
                }
            }
            try capture.collect(into: &collector)
            collector.settle()
            for position in spans.indices { spans[position].add(collector.samples[position]) }
            return (spans, damage)
        }
        let labels = labels(of: numbers, where: { !spans[$0].aggregates.isEmpty })
        return zip(labels, spans).compactMap { labels, spans in
            labels.map { SeriesAggregates(labels: $0, aggregates: spans.aggregates) }
        }
    }
}

extension [BlockHeader] {
    /// The rollups that are left of samples that are gone, the finest of each.
    var standingIn: [BlockHeader] {
        // Where there are samples, they answer the shortest step best.
        answering(step: 0).filter { $0.resolution > 0 }
    }

    /// Of the blocks that hold the same samples, raw or rolled up, the one that answers a step best.
    ///
    /// - Parameter step: milliseconds.
    fileprivate func answering(step: Int64) -> [BlockHeader] {
        var best: [Int64: BlockHeader] = [:]
        for header in self {
            let source = header.resolution == 0 ? header.number : header.source
            guard let other = best[source] else {
                best[source] = header
                continue
            }
            let (longer, shorter) = other.resolution > header.resolution ? (other, header) : (header, other)
            best[source] = Int64(longer.resolution) * 1000 <= step ? longer : shorter
        }
        return best.values.sorted { ($0.firstTime, $0.number) < ($1.firstTime, $1.number) }
    }
}

/// The aggregates of one series by span, built from parts that mostly come in time order.
struct AggregateSpans: Sendable {
    let start: Int64
    let step: Int64
    private(set) var aggregates: [Aggregate] = []

    init(start: Int64, step: Int64) {
        self.start = start
        self.step = step
    }

    /// Samples that rise in time and lie after `start`.
    mutating func add(_ samples: [Sample]) {
        for sample in samples where !sample.value.isNaN { add(Aggregate(sample.timestamp, sample.value)) }
    }

    /// A part, counted to the span in which it ends. Of parts that come late, `last` is taken as if they had not.
    mutating func add(_ part: Aggregate) {
        var part = part
        let index = (part.timestamp.milliseconds - start - 1) / step
        part.timestamp = Timestamp(milliseconds: start + (index + 1) * step)
        guard let newest = aggregates.last, part.timestamp <= newest.timestamp else {
            aggregates.append(part)
            return
        }
        let place = aggregates.lastIndex { $0.timestamp <= part.timestamp }
        guard let place, aggregates[place].timestamp == part.timestamp else {
            aggregates.insert(part, at: place.map { $0 + 1 } ?? 0)
            return
        }
        aggregates[place].add(part)
    }
}
