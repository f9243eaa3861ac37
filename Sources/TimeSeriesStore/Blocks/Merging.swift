import ChunkEncoding
import GRDB
import MonitoringModel

/// Makes one block of several. Runs are copied as they are; only short ones and those that overlap are encoded anew.
///
/// Confined to one database access.
struct BlockMerger {
    /// One run of one of the blocks.
    private struct Piece {
        var block: Int
        var run: Int
        var span: RunSpan
    }

    /// What becomes of some pieces that follow each other.
    private enum Step {
        case copy(Piece)
        /// Decoded together, put in order, divided anew; `order` lists which of the samples stay.
        case encode([Piece], order: [Int])

        /// How many of the runs are of this block.
        func runs(of block: Int) -> Int {
            switch self {
            case .copy(let piece): piece.block == block ? 1 : 0
            case .encode(let pieces, _): pieces.count { $0.block == block }
            }
        }
    }

    /// The same for all series that share their times in each of the blocks.
    private struct TimePlan {
        var steps: [Step]
        /// The runs of the result; their payloads lie in `payload`.
        var spans: [RunSpan]
        var payload: [UInt8]
        /// The times of the result, when a rollup is made.
        var times: [Int64]
    }

    private let readers: [BlockReader]
    private let makesRollups: Bool
    private var plans: [TimePlan] = []
    private var decoder = RunDecoder()
    private var encoder = RunEncoder()

    /// - Parameter blocks: of one shard, raw, by number.
    /// - Throws: `DamageRecord` when one of them cannot be read.
    init(_ blocks: [BlockHeader], makesRollups: Bool, _ db: Database) throws {
        readers = try blocks.map { try BlockReader($0, db, isShared: true) }
        self.makesRollups = makesRollups
    }

    /// The merged block and, when asked for, its rollups by resolution.
    ///
    /// - Throws: `DamageRecord` when something in the blocks cannot be read: they must stay as they are then.
    mutating func merge() throws -> (block: BlockDraft, rollups: [(resolution: UInt32, draft: BlockDraft)]) {
        let sources = sourcesBySeries()
        var planIndexes: [[Int]: Int] = [:]
        var planOf: [Int] = []
        for (_, places) in sources {
            let key = places.flatMap { [$0.block, readers[$0.block].directory.timeIndexes[$0.position]] }
            if let known = planIndexes[key] {
                planOf.append(known)
            } else {
                planIndexes[key] = plans.count
                planOf.append(plans.count)
                plans.append(try plan(key))
            }
        }
        var draft = BlockDraft(
            firstTime: plans.reduce(.max) { min($0, $1.spans[0].first) },
            lastTime: plans.reduce(.min) { max($0, $1.spans[$1.spans.count - 1].last) })
        for plan in plans {
            let start = draft.stream.count
            plan.payload.withUnsafeBytes { payload in
                ChunkLayout.writeTimes(
                    plan.spans, base: draft.firstTime,
                    payload: { UnsafeRawBufferPointer(rebasing: payload[plan.spans[$0].payload]) }, to: &draft.stream)
            }
            draft.directory.addTimes(length: draft.stream.count - start)
        }
        var rollups = Rollup.resolutions.map { (resolution: $0, builder: BlockBuilder()) }
        for (index, source) in sources.enumerated() {
            let plan = plans[planOf[index]]
            let start = draft.stream.count
            let values = try write(source.places, plan, to: &draft.stream)
            draft.directory.add(source.series, length: draft.stream.count - start, timeIndex: planOf[index])
            draft.sampleCount += plan.spans.reduce(0) { $0 + $1.count }
            guard makesRollups else { continue }
            var buckets = values.withUnsafeBufferPointer {
                Rollup.buckets(times: plan.times, values: $0, resolution: Rollup.resolutions[0])
            }
            for level in rollups.indices where !buckets.isEmpty {
                if level > 0 { buckets = Rollup.coarser(buckets, resolution: rollups[level].resolution) }
                rollups[level].builder.add(
                    source.series, times: buckets.map(\.timestamp.milliseconds), columns: Rollup.columns(of: buckets))
            }
        }
        readers.forEach { $0.finish() }
        guard makesRollups else { return (draft, []) }
        var drafts: [(resolution: UInt32, draft: BlockDraft)] = []
        for level in rollups.indices {
            if let draft = rollups[level].builder.finish() { drafts.append((rollups[level].resolution, draft)) }
        }
        return (draft, drafts)
    }

    /// Where each series is, rising by series.
    private func sourcesBySeries() -> [(series: UInt32, places: [(block: Int, position: Int)])] {
        var all: [(series: UInt32, block: Int, position: Int)] = []
        for (block, reader) in readers.enumerated() {
            for (position, series) in reader.directory.series.enumerated() { all.append((series, block, position)) }
        }
        all.sort { ($0.series, $0.block) < ($1.series, $1.block) }
        var result: [(series: UInt32, places: [(block: Int, position: Int)])] = []
        for (series, block, position) in all {
            if result.last?.series == series {
                result[result.count - 1].places.append((block, position))
            } else {
                result.append((series, [(block, position)]))
            }
        }
        return result
    }

    // MARK: Times

    /// - Parameter key: block and index of the chunk of times, alternating.
    private mutating func plan(_ key: [Int]) throws -> TimePlan {
        var pieces: [Piece] = []
        var chunks: [Int: [UInt8]] = [:]
        for index in stride(from: 0, to: key.count, by: 2) {
            let reader = readers[key[index]]
            let chunk = try reader.withBytes(reader.directory.times(key[index + 1])) { Array($0) }
            let spans = try explaining(reader) {
                try chunk.withUnsafeBytes { try ChunkLayout.readTimes($0, base: reader.header.firstTime) }
            }
            chunks[key[index]] = chunk
            for (run, span) in spans.enumerated() { pieces.append(Piece(block: key[index], run: run, span: span)) }
        }
        let isOrdered = zip(pieces, pieces.dropFirst()).allSatisfy { $0.span.last < $1.span.first }
        let bundles = isOrdered ? Self.bundles(pieces) : [pieces]
        var plan = TimePlan(steps: [], spans: [], payload: [], times: [])
        for bundle in bundles {
            let times = try decodedTimes(bundle, chunks)
            if bundle.count == 1, isOrdered {
                var span = bundle[0].span
                let start = plan.payload.count
                plan.payload += chunks[bundle[0].block]?[span.payload] ?? []
                span.payload = start..<plan.payload.count
                plan.spans.append(span)
                plan.steps.append(.copy(bundle[0]))
                if makesRollups { plan.times += times }
                continue
            }
            let order = Self.order(of: times)
            let ordered = order.map { times[$0] }
            ordered.withUnsafeBufferPointer { ordered in
                var start = 0
                for count in ChunkLayout.runLengths(ordered.count) {
                    let run = UnsafeBufferPointer(rebasing: ordered[start..<start + count])
                    let before = plan.payload.count
                    encoder.encode(times: run, to: &plan.payload)
                    plan.spans.append(
                        RunSpan(
                            count: count, first: run[0], last: run[count - 1], payload: before..<plan.payload.count))
                    start += count
                }
            }
            plan.steps.append(.encode(bundle, order: order))
            if makesRollups { plan.times += ordered }
        }
        return plan
    }

    /// Runs that are encoded together: neighbours of which one is short.
    private static func bundles(_ pieces: [Piece]) -> [[Piece]] {
        var bundles: [[Piece]] = []
        var count = 0
        for piece in pieces {
            let isShort = min(count, piece.span.count) < ChunkLayout.shortestRun
            if count > 0, isShort, count + piece.span.count <= ChunkLayout.longestRun {
                bundles[bundles.count - 1].append(piece)
                count += piece.span.count
            } else {
                bundles.append([piece])
                count = piece.span.count
            }
        }
        return bundles
    }

    private mutating func decodedTimes(_ pieces: [Piece], _ chunks: [Int: [UInt8]]) throws -> [Int64] {
        guard makesRollups || pieces.count > 1 else { return [] }
        var times = [Int64](repeating: 0, count: pieces.reduce(0) { $0 + $1.span.count })
        var start = 0
        for piece in pieces {
            guard let chunk = chunks[piece.block] else { continue }
            try explaining(readers[piece.block]) {
                try chunk.withUnsafeBytes { chunk in
                    try times.withUnsafeMutableBufferPointer { times in
                        try decoder.decodeTimes(
                            UnsafeRawBufferPointer(rebasing: chunk[piece.span.payload]),
                            into: UnsafeMutableBufferPointer(rebasing: times[start..<start + piece.span.count]))
                    }
                }
            }
            start += piece.span.count
        }
        return times
    }

    /// The samples in order of time; of several at one time the first stays.
    private static func order(of times: [Int64]) -> [Int] {
        let sorted = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var order: [Int] = []
        order.reserveCapacity(sorted.count)
        for index in sorted where order.last.map({ times[$0] }) != times[index] { order.append(index) }
        return order
    }

    // MARK: Values

    /// Appends one series' chunk.
    ///
    /// - Returns: its values, when a rollup is made.
    private mutating func write(
        _ places: [(block: Int, position: Int)], _ plan: TimePlan, to writer: inout ByteWriter
    ) throws -> [Double] {
        var chunks: [Int: (bytes: [UInt8], runs: [Range<Int>])] = [:]
        for (block, position) in places {
            let reader = readers[block]
            let bytes = try reader.withBytes(reader.directory.chunk(position)) { Array($0) }
            var runs: [Range<Int>] = []
            let count = plan.steps.reduce(0) { $0 + $1.runs(of: block) }
            try explaining(reader) {
                try bytes.withUnsafeBytes { try ChunkLayout.readValues($0, runs: count, into: &runs) }
            }
            chunks[block] = (bytes, runs)
        }
        var payload: [UInt8] = []
        var ranges: [Range<Int>] = []
        var all: [Double] = []
        for step in plan.steps {
            let before = payload.count
            switch step {
            case .copy(let piece):
                guard let (bytes, runs) = chunks[piece.block] else { continue }
                payload += bytes[runs[piece.run]]
                ranges.append(before..<payload.count)
                if makesRollups { all += try values([piece], chunks) }
            case .encode(let pieces, let order):
                let decoded = try values(pieces, chunks)
                let ordered = order.map { decoded[$0] }
                var start = 0
                for count in ChunkLayout.runLengths(ordered.count) {
                    let before = payload.count
                    ordered.withUnsafeBufferPointer {
                        encoder.encode(values: UnsafeBufferPointer(rebasing: $0[start..<start + count]), to: &payload)
                    }
                    ranges.append(before..<payload.count)
                    start += count
                }
                if makesRollups { all += ordered }
            }
        }
        payload.withUnsafeBytes { payload in
            ChunkLayout.writeValues(
                runs: ranges.count, payload: { UnsafeRawBufferPointer(rebasing: payload[ranges[$0]]) }, to: &writer)
        }
        return all
    }

    private mutating func values(
        _ pieces: [Piece], _ chunks: [Int: (bytes: [UInt8], runs: [Range<Int>])]
    ) throws -> [Double] {
        var values = [Double](repeating: 0, count: pieces.reduce(0) { $0 + $1.span.count })
        var start = 0
        for piece in pieces {
            guard let (bytes, runs) = chunks[piece.block] else { continue }
            try explaining(readers[piece.block]) {
                try bytes.withUnsafeBytes { bytes in
                    try values.withUnsafeMutableBufferPointer { values in
                        try decoder.decodeValues(
                            UnsafeRawBufferPointer(rebasing: bytes[runs[piece.run]]),
                            into: UnsafeMutableBufferPointer(rebasing: values[start..<start + piece.span.count]))
                    }
                }
            }
            start += piece.span.count
        }
        return values
    }

    /// Decoding errors behind a right checksum are damage of the block all the same.
    private func explaining<Value>(_ reader: BlockReader, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ChunkDecodingError {
            throw DamageRecord(table: .blocks, row: reader.header.number, reason: error.description)
        }
    }
}
