import ChunkEncoding

/// A span of a group's rounds, encoded: one run of times, then one run of values for each series.
struct HeadBlock: Sendable {
    /// Milliseconds, both inclusive.
    var firstTime: Int64
    var lastTime: Int64
    var rounds: Int
    /// For the times, then for each series in the group's order: the length of the run as a varint, the run.
    var bytes: [UInt8]
}

/// Series that are appended together and so share their times: what one poll of one device gives.
///
/// The newest rounds are decoded, the rest is encoded in blocks of `blockRounds`. All of it is not sealed yet. The head's lock
/// guards it.
///
/// Invariants:
/// 1. Times rise strictly from block to block and on to the tail.
/// 2. `tail` holds `tailTimes.count` rounds of `series.count` values each.
/// 3. All series are of one shard.
final class SeriesGroup {
    /// Rounds that are kept decoded at most. Measured: fewer make the encoded part longer, more the decoded part.
    static let blockRounds = 24
    /// A round in as many is written whole, so that a damaged row of batches takes few others with it.
    static let keyInterval = 16

    /// What changes with every round, in one value: a class checks each access to each of its properties.
    struct Content {
        var tailTimes: [Int64] = []
        /// Round by round.
        var tail: [Double] = []
        var blocks: [HeadBlock] = []
        var rounds = 0
        /// Time of the newest round.
        var newest = Int64.min
        /// When the oldest of the rounds arrived, by the clock, in milliseconds.
        var oldestArrival = Int64.max
        /// Rounds written since the last key round; `keyInterval` asks for one.
        var roundsSinceKey = SeriesGroup.keyInterval
        var roundState: RoundState
    }

    let number: UInt32
    /// In the order in which polls list them.
    let series: [UInt32]
    /// Series that are appended elsewhere by now; their values here are absent from then on.
    private(set) var leavers = 0
    private(set) var content: Content

    init(number: UInt32, series: [UInt32]) {
        self.number = number
        self.series = series
        content = Content(roundState: RoundState(columns: series.count))
    }

    var shard: Shard.Number { Shard.number(of: series[0]) }
    var members: Int { series.count - leavers }
    var rounds: Int { content.rounds }
    var newest: Int64 { content.newest }

    func leave() { leavers += 1 }

    /// Adds a round and writes it to a batch.
    ///
    /// - Parameters:
    ///   - values: in the order of `series`, `AbsentValue` where there is none; `samples` of them are there.
    ///   - batch: nil while batches are read back.
    func append(
        time: Int64, values: UnsafeBufferPointer<Double>, samples: Int, arrival: Int64,
        encoder: inout HeadBlockEncoder, batch: inout BatchEncoder
    ) {
        content.append(time: time, values: values, arrival: arrival, encoder: &encoder)
        let isKey = content.roundsSinceKey >= Self.keyInterval
        content.roundsSinceKey = isKey ? 1 : content.roundsSinceKey + 1
        batch.append(
            group: number, series: isKey ? series : nil, time: time, values: values, samples: samples,
            state: &content.roundState)
    }

    /// Takes back a round that a batch holds.
    func restore(time: Int64, values: UnsafeBufferPointer<Double>, encoder: inout HeadBlockEncoder) {
        content.append(time: time, values: values, arrival: time, encoder: &encoder)
    }

    /// Lends everything as blocks for a seal, and makes the next round a key round: what comes before it will be sealed.
    func beginSeal(_ encoder: inout HeadBlockEncoder) -> [HeadBlock] {
        content.closeTail(&encoder)
        content.roundsSinceKey = Self.keyInterval
        return content.blocks
    }

    /// Forgets the oldest blocks: they are sealed.
    func dropBlocks(_ count: Int, arrival: Int64) {
        content.rounds -= content.blocks[..<count].reduce(0) { $0 + $1.rounds }
        content.blocks.removeFirst(count)
        content.oldestArrival = rounds == 0 ? .max : arrival
    }
}

extension SeriesGroup.Content {
    fileprivate mutating func append(
        time: Int64, values: UnsafeBufferPointer<Double>, arrival: Int64, encoder: inout HeadBlockEncoder
    ) {
        if tailTimes.count == SeriesGroup.blockRounds { closeTail(&encoder) }
        if rounds == 0 { oldestArrival = arrival }
        // The first few rounds grow it as they come: not every group lives long.
        if tailTimes.count == 4 { tail.reserveCapacity(SeriesGroup.blockRounds * values.count) }
        tailTimes.append(time)
        tail.append(contentsOf: values)
        rounds += 1
        newest = time
    }

    /// Encodes the decoded rounds.
    fileprivate mutating func closeTail(_ encoder: inout HeadBlockEncoder) {
        guard !tailTimes.isEmpty else { return }
        blocks.append(encoder.encode(times: tailTimes, values: tail, columns: tail.count / tailTimes.count))
        tailTimes.removeAll(keepingCapacity: true)
        tail.removeAll(keepingCapacity: true)
    }
}

/// Encodes head blocks; owns the scratch memory for it.
struct HeadBlockEncoder {
    private var runs = RunEncoder()
    private var run: [UInt8] = []
    private var column: [Double] = []

    /// - Parameter values: round by round.
    mutating func encode(times: [Int64], values: [Double], columns: Int) -> HeadBlock {
        var writer = ByteWriter(reserving: times.count * columns * 2 + 64)
        run.removeAll(keepingCapacity: true)
        times.withUnsafeBufferPointer { runs.encode(times: $0, to: &run) }
        writer.append(varint: UInt64(run.count))
        writer.append(contentsOf: run)
        if column.count != times.count { column = Array(repeating: 0, count: times.count) }
        values.withUnsafeBufferPointer { values in
            for index in 0..<columns {
                var position = index
                for round in column.indices {
                    column[round] = values[position]
                    position += columns
                }
                run.removeAll(keepingCapacity: true)
                column.withUnsafeBufferPointer { runs.encode(values: $0, to: &run) }
                writer.append(varint: UInt64(run.count))
                run.withUnsafeBytes { writer.append(contentsOf: $0) }
            }
        }
        // A copy of just the size: most of the head's memory is these.
        return HeadBlock(
            firstTime: times[0], lastTime: times[times.count - 1], rounds: times.count,
            bytes: writer.bytes.withUnsafeBytes { Array($0) })
    }
}

/// Decodes head blocks column by column; owns the scratch memory for it.
struct HeadBlockDecoder {
    private var runs = RunDecoder()
    private(set) var times: [Int64] = []
    private(set) var values: [Double] = []

    /// Decodes the times and the values of some columns.
    ///
    /// - Parameters:
    ///   - columns: rising.
    ///   - visit: gets the index in `columns`; the decoder's `times` and `values` hold the rounds meanwhile.
    mutating func decode(
        _ block: HeadBlock, columns: [Int], visit: (Int, [Int64], [Double]) throws -> Void
    ) throws {
        if times.count != block.rounds {
            times = Array(repeating: 0, count: block.rounds)
            values = Array(repeating: 0, count: block.rounds)
        }
        try block.bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            let encodedTimes = try reader.bytes(reader.count(atMost: buffer.count))
            try times.withUnsafeMutableBufferPointer { try runs.decodeTimes(encodedTimes, into: $0) }
            var column = 0
            for (index, wanted) in columns.enumerated() {
                while column < wanted {
                    _ = try reader.skip(try reader.count(atMost: buffer.count))
                    column += 1
                }
                let run = try reader.bytes(try reader.count(atMost: buffer.count))
                column += 1
                try values.withUnsafeMutableBufferPointer { try runs.decodeValues(run, into: $0) }
                try visit(index, times, values)
            }
        }
    }
}
