/// Where the chunks of a block lie in its byte stream: chunks of times first, then one chunk a series.
package struct BlockDirectory: Sendable {
    static let version: UInt8 = 1

    /// Start of each chunk of times, and the end of the last: one more than there are.
    package private(set) var timeOffsets: [Int] = [0]
    /// Rising.
    package private(set) var series: [UInt32] = []
    /// Start of each series' chunk, and the end of the last: one more than there are series.
    package private(set) var offsets: [Int] = []
    /// Which chunk of times goes with each series.
    package private(set) var timeIndexes: [Int] = []

    package init() {}

    package var timeCount: Int { timeOffsets.count - 1 }
    /// Bytes of the whole stream.
    package var byteCount: Int { offsets.last ?? timeOffsets[timeOffsets.count - 1] }

    /// Chunks of times come before all others.
    package mutating func addTimes(length: Int) {
        timeOffsets.append(timeOffsets[timeOffsets.count - 1] + length)
    }

    package mutating func add(_ number: UInt32, length: Int, timeIndex: Int) {
        if offsets.isEmpty { offsets.append(timeOffsets[timeOffsets.count - 1]) }
        series.append(number)
        offsets.append(offsets[offsets.count - 1] + length)
        timeIndexes.append(timeIndex)
    }

    package func times(_ index: Int) -> Range<Int> { timeOffsets[index]..<timeOffsets[index + 1] }

    package func chunk(_ index: Int) -> Range<Int> { offsets[index]..<offsets[index + 1] }

    /// The position of a series at or after `start`, or nil when the block has none of it.
    package func position(of number: UInt32, from start: Int = 0) -> Int? {
        var low = start
        var high = series.count
        while low < high {
            let middle = (low + high) / 2
            if series[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < series.count && series[low] == number ? low : nil
    }

    /// - Parameter block: the block's number, which becomes part of the checksum.
    package func encoded(block: Int64) -> [UInt8] {
        var writer = Envelope.begin(version: Self.version, reserving: series.count * 5 + timeCount * 2)
        writer.append(varint: UInt64(timeCount))
        for index in 0..<timeCount { writer.append(varint: UInt64(times(index).count)) }
        writer.append(varint: UInt64(series.count))
        var next: UInt32 = 0
        var previous = 0
        for index in series.indices {
            writer.append(varint: UInt64(series[index] - next))
            next = series[index] &+ 1
            writer.append(varint: UInt64(chunk(index).count))
            writer.append(zigzag: Int64(timeIndexes[index] - previous))
            previous = timeIndexes[index]
        }
        return Envelope.seal(writer, identity: UInt64(bitPattern: block))
    }

    package init(_ buffer: UnsafeRawBufferPointer, block: Int64) throws(ChunkDecodingError) {
        var reader = try Envelope.open(buffer, version: Self.version, identity: UInt64(bitPattern: block))
        let times = try reader.count(atMost: reader.remaining)
        timeOffsets.reserveCapacity(times + 1)
        for _ in 0..<times { addTimes(length: try reader.count(atMost: Int(Int32.max))) }
        let count = try reader.count(atMost: reader.remaining)
        series.reserveCapacity(count)
        offsets.reserveCapacity(count + 1)
        timeIndexes.reserveCapacity(count)
        var next: UInt64 = 0
        var previous: Int64 = 0
        for _ in 0..<count {
            let start = reader.offset
            let gap = try reader.varint()
            let length = try reader.count(atMost: Int(Int32.max))
            let (index, overflow) = previous.addingReportingOverflow(try reader.zigzag())
            guard gap <= UInt64(UInt32.max), next + gap <= UInt64(UInt32.max), !overflow, index >= 0, index < times
            else {
                throw ChunkDecodingError(.malformed, "expected a series and its times, found none", at: start)
            }
            add(UInt32(next + gap), length: length, timeIndex: Int(index))
            next += gap + 1
            previous = index
        }
        guard reader.isAtEnd else {
            throw ChunkDecodingError(.malformed, "expected the end of the directory", at: reader.offset)
        }
    }
}
