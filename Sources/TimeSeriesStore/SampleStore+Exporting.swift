import ChunkEncoding
import DatabaseFiles
import GRDB
package import MonitoringModel
import Synchronization

extension SampleStore {
    /// Samples that an export holds in memory at most, unless one series alone has more.
    private static let exportLimit = 1_000_000

    /// Hands over series after series with all samples of a time range, as they all were at one moment, however long it takes.
    ///
    /// A connection of its own holds the snapshot, so neither the writer nor other readers wait. Meanwhile SQLite keeps what it
    /// needs in its write-ahead log, which grows. About a million samples are in memory at once, or as many as one series has.
    ///
    /// - Parameters:
    ///   - selectors: a series is handed over when it satisfies every matcher of one of them; none: all are.
    ///   - family: series whose metric names give the same text come one after another, in the order of these texts; nil: in
    ///     the order in which they were created.
    ///   - begin: gets, before the first series, the metric names of all that may follow, and how many series these are.
    ///   - body: gets the series that have samples in the range; stale markers are among these. What it throws ends the
    ///     reading.
    /// - Returns: the rows that could not be read: what they hold of the range is missing.
    /// - Throws: a bad regular expression; `CancellationError`; what `body` throws.
    @discardableResult
    package func forEachSeries(
        ofAny selectors: [[LabelMatcher]], from start: Timestamp, through end: Timestamp,
        groupedBy family: ((String) -> String)? = nil,
        begin: (_ names: Set<String>, _ count: Int) async throws -> Void = { _, _ in },
        _ body: (SeriesSamples) async throws -> Void
    ) async throws -> Int {
        guard start <= end else { return 0 }
        let lists = try (selectors.isEmpty ? [[]] : selectors).map { try matchingSeries($0) }
        let numbers = lists.count == 1 ? lists[0] : Set(lists.joined()).sorted()
        let order = exportOrder(of: numbers, groupedBy: family)
        try await begin(order.names, numbers.count)
        let snapshot = try await StoreSnapshot(self, numbers, range: start.milliseconds...end.milliseconds)
        let outcome: Result<Int, any Error>
        do {
            outcome = .success(try await hand(over: snapshot, in: order.positions, to: body))
        } catch {
            outcome = .failure(error)
        }
        await snapshot.close()
        return try outcome.get()
    }

    /// The series that satisfy every matcher, in the order in which they were created.
    @discardableResult
    package func forEachSeries(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp,
        _ body: (SeriesSamples) async throws -> Void
    ) async throws -> Int {
        try await forEachSeries(ofAny: [matchers], from: start, through: end, body)
    }

    private func hand(
        over snapshot: StoreSnapshot, in order: [Int], to body: (SeriesSamples) async throws -> Void
    ) async throws -> Int {
        var damage: Set<DamageRecord> = []
        var place = 0
        while place < order.count {
            try Task.checkCancellation()
            let end = snapshot.sliceEnd(of: order, from: place, limit: Self.exportLimit)
            let positions = order[place..<end].sorted()
            let (samples, damaged) = try await snapshot.samples(at: positions)
            if !damaged.isEmpty {
                damage.formUnion(damaged)
                head.withLock { head in damaged.forEach { head.note($0) } }
            }
            let indexes = Dictionary(uniqueKeysWithValues: positions.enumerated().map { ($0.element, $0.offset) })
            let numbers = snapshot.numbers
            for position in order[place..<end] {
                guard let index = indexes[position], !samples[index].isEmpty else { continue }
                try Task.checkCancellation()
                // One at a time: who appends waits for no more than that.
                let labels = head.withLock { $0.index.labels(of: numbers[position]) }
                try await body(SeriesSamples(labels: labels, samples: samples[index]))
            }
            place = end
        }
        return damage.count
    }

    /// Positions in `numbers` in the order of handing over, and the metric names among the series.
    private func exportOrder(
        of numbers: [UInt32], groupedBy family: ((String) -> String)?
    ) -> (positions: [Int], names: Set<String>) {
        var idOfName: [String: Int] = [:]
        var names: [String] = []
        // One at a time: who appends waits for no more than that.
        let nameOf = numbers.map { number -> Int in
            let name = head.withLock { $0.index.labels(of: number) }.metricName
            if let known = idOfName[name] { return known }
            idOfName[name] = names.count
            names.append(name)
            return names.count - 1
        }
        guard let family else { return (Array(numbers.indices), Set(names)) }
        let families = names.map(family)
        let sorted = names.indices.sorted { (families[$0], names[$0]) < (families[$1], names[$1]) }
        var rank = [Int](repeating: 0, count: names.count)
        for (place, name) in sorted.enumerated() { rank[name] = place }
        return (numbers.indices.sorted { (rank[nameOf[$0]], $0) < (rank[nameOf[$1]], $1) }, Set(names))
    }
}

/// What some series are at one moment: what memory holds of them, and a read transaction of a connection of its own that goes
/// with it.
struct StoreSnapshot: Sendable {
    /// Rising; their order gives the positions.
    let numbers: [UInt32]
    private let range: ClosedRange<Int64>
    private let capture: HeadCapture
    /// The parts of the capture by shard.
    private let parts: [Shard.Number: [HeadCapture.Part]]
    private let late: [Int: [Sample]]
    private let blocks: [Shard.Number: [BlockHeader]]
    private let connection: DatabaseConnection

    /// - Throws: `DatabaseFileError`; `CancellationError`.
    init(_ store: SampleStore, _ numbers: [UInt32], range: ClosedRange<Int64>) async throws {
        self.numbers = numbers
        self.range = range
        connection = try DatabaseFile.openReader(MetricsSchema.format, in: store.directory, holdsSnapshot: true)
        do {
            capture = try await Self.begin(store, numbers, range, connection)
        } catch {
            try? connection.close()
            throw error
        }
        var parts: [Shard.Number: [HeadCapture.Part]] = [:]
        for part in capture.parts {
            guard let first = part.positions.first else { continue }
            parts[Shard.number(of: numbers[first]), default: []].append(part)
        }
        self.parts = parts
        late = Dictionary(capture.late.map { ($0.position, $0.samples) }, uniquingKeysWith: { $0 + $1 })
        blocks = Dictionary(
            uniqueKeysWithValues: capture.shards.map { shard in
                let raw = shard.blocks.filter { $0.resolution == 0 && $0.reaches(into: range) }
                return (Shard.number(of: numbers[shard.positions.lowerBound]), raw)
            })
    }

    /// Repeats until no block went away between the look at memory and the begin of the transaction.
    private static func begin(
        _ store: SampleStore, _ numbers: [UInt32], _ range: ClosedRange<Int64>, _ connection: DatabaseConnection
    ) async throws -> HeadCapture {
        while true {
            try Task.checkCancellation()
            let capture = store.head.withLock { $0.capture(numbers, range: range) }
            let isWhole = try await connection.access { db in
                try db.beginTransaction(.deferred)
                // The snapshot begins with the first look.
                try RawStatement(db, "SELECT id FROM blocks LIMIT 1").forEachRow { _ in }
                if store.head.withLock({ $0.removals }) == capture.removals { return true }
                try db.commit()
                return false
            }
            if isWhole { return capture }
        }
    }

    func close() async {
        try? await connection.access { try $0.commit() }
        try? connection.close()
    }

    /// Where the slice of an order ends that begins at `start` and has about `limit` samples: one series at least.
    func sliceEnd(of order: [Int], from start: Int, limit: Int) -> Int {
        var expected: [Shard.Number: Int] = [:]
        var total = 0
        var end = start
        while end < order.count {
            let shard = Shard.number(of: numbers[order[end]])
            let count = expected[shard] ?? expectedSamples(of: shard)
            expected[shard] = count
            total += count
            if end > start, total > limit { break }
            end += 1
        }
        return end
    }

    /// Samples in the range that a series of the shard has on average.
    private func expectedSamples(of shard: Shard.Number) -> Int {
        let stored = (blocks[shard] ?? []).reduce(0) { $0 + $1.expectedSamples(in: range) }
        let unsealed = (parts[shard] ?? []).reduce(0) {
            max($0, $1.tailTimes.count + $1.blocks.reduce(0) { $0 + $1.rounds })
        }
        return stored + unsealed + 1
    }

    /// The samples of the series at some positions, each rising strictly in time, and what could not be read.
    ///
    /// - Parameter positions: rising.
    func samples(at positions: [Int]) async throws -> (samples: [[Sample]], damage: [DamageRecord]) {
        let cancellation = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await connection.access { db in try read(positions, db, cancellation) }
        } onCancel: {
            cancellation.isSet.store(true, ordering: .relaxed)
        }
    }

    private func read(
        _ positions: [Int], _ db: Database, _ cancellation: CancellationFlag
    ) throws -> (samples: [[Sample]], damage: [DamageRecord]) {
        var collector = SampleCollector(count: positions.count, range: range, limit: .max)
        var damage: [DamageRecord] = []
        var reader = BlockSampleReader()
        var start = 0
        while start < positions.count {
            let shard = Shard.number(of: numbers[positions[start]])
            var end = start
            while end < positions.count, Shard.number(of: numbers[positions[end]]) == shard { end += 1 }
            let wanted = (start..<end).map { (series: numbers[positions[$0]], position: $0) }
            for header in blocks[shard] ?? [] {
                if cancellation.isSet.load(ordering: .relaxed) { throw CancellationError() }
                try reader.read(header, db, wanted: wanted, into: &collector, damaged: { damage.append($0) })
            }
            try memory(of: shard, Array(positions[start..<end]), from: start).collect(into: &collector)
            start = end
        }
        collector.settle()
        return (collector.samples, damage)
    }

    /// What the capture holds of some series of a shard, for a collector in which the first of them is at `base`.
    private func memory(of shard: Shard.Number, _ positions: [Int], from base: Int) -> HeadCapture {
        var memory = HeadCapture()
        let indexes = Dictionary(uniqueKeysWithValues: positions.enumerated().map { ($0.element, $0.offset + base) })
        for part in parts[shard] ?? [] {
            let kept = part.positions.indices.filter { indexes[part.positions[$0]] != nil }
            guard !kept.isEmpty else { continue }
            let rounds = part.tailTimes.count
            memory.parts.append(
                HeadCapture.Part(
                    blocks: part.blocks, positions: kept.compactMap { indexes[part.positions[$0]] },
                    columns: kept.map { part.columns[$0] }, tailTimes: part.tailTimes,
                    tail: kept.flatMap { part.tail[$0 * rounds..<($0 + 1) * rounds] }))
        }
        for position in positions {
            if let samples = late[position], let index = indexes[position] { memory.late.append((index, samples)) }
        }
        return memory
    }
}
