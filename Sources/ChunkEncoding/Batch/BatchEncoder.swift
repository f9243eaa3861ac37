/// Encodes what commits store: rounds of groups, and loose samples. The format is drawn in TimeSeriesStore's article "The batch
/// format".
///
/// Not safe for use from several threads: the head's lock guards it.
package struct BatchEncoder {
    static let version: UInt8 = 2
    /// A row is cut after about this many samples, so that a damaged row loses little and a reader holds little.
    static let sampleLimit = 65_536
    /// The most series of a group; keeps a segment's length within its two bytes.
    package static let columnLimit = 512

    private var writer = ByteWriter()
    private var open = BatchRow()
    private var previousTime: Int64 = 0
    private var finished: [BatchRow] = []
    private let scratch = Scratch()

    package init() {}

    /// Bytes that wait to be taken.
    package private(set) var byteCount = 0

    /// Appends the values of one round; its state goes on with them.
    ///
    /// - Parameters:
    ///   - series: the group's series when this is a key round, which needs no earlier one; else nil.
    ///   - values: as many as the group has series; `AbsentValue` where there is none.
    ///   - samples: how many of the values are not absent.
    package mutating func append(
        group: UInt32, series: [UInt32]?, time: Int64, values: UnsafeBufferPointer<Double>, samples: Int,
        state: inout RoundState
    ) {
        beginSegment(time: time, samples: samples)
        let start = writer.count
        writer.append(series == nil ? BatchSegment.follow : BatchSegment.key)
        writer.append(zeros: 2)
        writer.append(varint: UInt64(group))
        writer.append(zigzag: time &- previousTime)
        previousTime = time
        if let series {
            writer.append(varint: UInt64(series.count))
            var next: UInt32 = 0
            for number in series {
                writer.append(zigzag: Int64(number) - Int64(next))
                next = number &+ 1
            }
            state.reset()
        }
        appendValues(values, state: &state)
        endSegment(from: start)
    }

    /// Appends one sample outside of rounds: one that came late.
    package mutating func append(late series: UInt32, time: Int64, value: Double) {
        beginSegment(time: time, samples: 1)
        let start = writer.count
        writer.append(BatchSegment.late)
        writer.append(zeros: 2)
        writer.append(varint: UInt64(series))
        writer.append(zigzag: time &- previousTime)
        previousTime = time
        writer.append(littleEndian: value.bitPattern)
        endSegment(from: start)
    }

    /// The rows so far, oldest first; the encoder starts anew.
    package mutating func takeRows() -> [BatchRow] {
        finishRow()
        byteCount = 0
        defer { finished = [] }
        return finished
    }

    private mutating func beginSegment(time: Int64, samples: Int) {
        if open.sampleCount >= Self.sampleLimit { finishRow() }
        if open.sampleCount == 0 {
            writer = Envelope.begin(version: Self.version, reserving: 1024)
            previousTime = 0
            open.firstTime = time
            open.lastTime = time
        }
        open.firstTime = min(open.firstTime, time)
        open.lastTime = max(open.lastTime, time)
        open.sampleCount += samples
    }

    private mutating func endSegment(from start: Int) {
        let length = UInt16(writer.count - start - 3)
        byteCount += Int(length) + 3
        writer.withBytes { bytes in
            bytes[start + 1] = UInt8(truncatingIfNeeded: length)
            bytes[start + 2] = UInt8(truncatingIfNeeded: length >> 8)
        }
    }

    private mutating func finishRow() {
        guard open.sampleCount > 0 else { return }
        open.bytes = writer.bytes
        finished.append(open)
        open = BatchRow()
        writer = ByteWriter()
    }

    private mutating func appendValues(_ values: UnsafeBufferPointer<Double>, state: inout RoundState) {
        let pointer = scratch.bytes
        let tags = scratch.tags
        var length = 0
        var anyTag: UInt8 = 0
        state.previous.withUnsafeMutableBufferPointer { previous in
            for index in 0..<values.count {
                let value = values[index]
                var tag = RoundTag.integer
                if let whole = RoundTag.whole(value) {
                    length &+= Self.store(zigzag: whole &- (RoundTag.whole(previous[index]) ?? 0), at: pointer + length)
                    previous[index] = value
                } else if AbsentValue.isAbsent(value) {
                    tag = .absent
                } else if let scaled = RoundTag.thousandths(value) {
                    tag = .thousandths
                    let base = RoundTag.thousandths(previous[index]) ?? 0
                    length &+= Self.store(zigzag: scaled &- base, at: pointer + length)
                    previous[index] = value
                } else {
                    tag = .raw
                    UnsafeMutableRawPointer(pointer + length)
                        .storeBytes(of: value.bitPattern.littleEndian, as: UInt64.self)
                    length &+= 8
                    previous[index] = value
                }
                tags[index] = tag.rawValue
                anyTag |= tag.rawValue
            }
        }
        appendTags(UnsafeBufferPointer(start: tags, count: values.count), anyTag: anyTag, state: &state)
        writer.append(contentsOf: UnsafeRawBufferPointer(start: pointer, count: length))
    }

    private mutating func appendTags(_ tags: UnsafeBufferPointer<UInt8>, anyTag: UInt8, state: inout RoundState) {
        guard anyTag != 0 else {
            state.tags.removeAll(keepingCapacity: true)
            writer.append(RoundTags.allIntegers)
            return
        }
        if state.tags.elementsEqual(tags) {
            writer.append(RoundTags.asBefore)
            return
        }
        state.tags.removeAll(keepingCapacity: true)
        state.tags.append(contentsOf: tags)
        writer.append(RoundTags.listed)
        for start in stride(from: 0, to: tags.count, by: 4) {
            var byte: UInt8 = 0
            for index in start..<min(start + 4, tags.count) { byte |= tags[index] << UInt8(2 * (index - start)) }
            writer.append(byte)
        }
    }

    @inline(__always)
    private static func store(zigzag value: Int64, at pointer: UnsafeMutablePointer<UInt8>) -> Int {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        var count = 0
        while rest >= 0x80 {
            pointer[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            count &+= 1
        }
        pointer[count] = UInt8(truncatingIfNeeded: rest)
        return count &+ 1
    }
}

/// One round under construction.
private final class Scratch {
    /// Values, each at most 10 bytes.
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: BatchEncoder.columnLimit * 10)
    let tags = UnsafeMutablePointer<UInt8>.allocate(capacity: BatchEncoder.columnLimit)

    deinit {
        bytes.deallocate()
        tags.deallocate()
    }
}

/// One row of `batches` without its number, which its checksum needs.
package struct BatchRow: Sendable {
    /// Milliseconds, both inclusive.
    package var firstTime: Int64 = 0
    package var lastTime: Int64 = 0
    package var sampleCount = 0
    var bytes: [UInt8] = []

    package init() {}

    package var byteCount: Int { bytes.count }

    /// The BLOB for the row with this number.
    package func sealed(as number: Int64) -> [UInt8] {
        var sealed = bytes
        Envelope.seal(&sealed, identity: UInt64(bitPattern: number))
        return sealed
    }
}
