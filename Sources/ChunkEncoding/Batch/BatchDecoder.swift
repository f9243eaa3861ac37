/// Decodes rows of batches in the order of their numbers.
///
/// Most rounds go on from the group's last one, so a decoder that missed a row must `forget`: it then steps over the rounds
/// whose key it does not have until the group's next key, at most 15 rounds later, and counts them.
package struct BatchDecoder {
    /// What a row holds, in the order of writing.
    package enum Content {
        /// The values of one round, lent for the call: as many as `series`, `AbsentValue` where there is none.
        case round(group: UInt32, series: [UInt32], time: Int64, values: UnsafeBufferPointer<Double>)
        case late(series: UInt32, time: Int64, value: Double)
    }

    private final class Group {
        var series: [UInt32]
        var state: RoundState
        var values: [Double]

        init(series: [UInt32]) {
            self.series = series
            state = RoundState(columns: series.count)
            values = Array(repeating: 0, count: series.count)
        }
    }

    /// A group's number is below this: the head gives small ones.
    private static let groupLimit: UInt32 = 1 << 24
    /// By number: they are dense.
    private var groups: [Group?] = []
    /// Rounds stepped over since their key was missing.
    package private(set) var roundsWithoutKey = 0

    package init() {}

    /// A row is missing or damaged: no round after it may go on from one before it.
    package mutating func forget() {
        groups = []
    }

    /// - Parameters:
    ///   - number: the row's number; the BLOB of another row fails the checksum, which is verified before anything is visited.
    ///   - visit: gets each round and late sample. Its errors end the decoding.
    package mutating func decode(
        _ buffer: UnsafeRawBufferPointer, number: Int64, visit: (Content) throws -> Void
    ) throws {
        var reader = try Envelope.open(
            buffer, version: BatchEncoder.version, identity: UInt64(bitPattern: number))
        var time: Int64 = 0
        while !reader.isAtEnd {
            let kind = try reader.byte()
            let length = Int(try reader.byte()) | Int(try reader.byte()) << 8
            let end = reader.offset + length
            guard length <= reader.remaining else {
                throw ChunkDecodingError(
                    .truncated, "expected a segment of \(length) bytes, found \(reader.remaining)", at: reader.offset)
            }
            let first = try reader.varint()
            guard let subject = UInt32(exactly: first) else {
                throw ChunkDecodingError(.malformed, "expected a number of at most 32 bits", at: reader.offset)
            }
            time &+= try reader.zigzag()
            switch kind {
            case BatchSegment.key:
                guard subject < Self.groupLimit else {
                    throw ChunkDecodingError(
                        .malformed, "expected a group below \(Self.groupLimit), found \(subject)", at: end - length)
                }
                let group = Group(series: try Self.series(&reader))
                while groups.count <= Int(subject) { groups.append(nil) }
                groups[Int(subject)] = group
                try round(subject, group, time, &reader, visit)
            case BatchSegment.follow:
                if Int(subject) < groups.count, let group = groups[Int(subject)] {
                    try round(subject, group, time, &reader, visit)
                } else {
                    roundsWithoutKey += 1
                    _ = try reader.skip(end - reader.offset)
                }
            case BatchSegment.late:
                let value = Double(bitPattern: try reader.littleEndian64())
                try visit(.late(series: subject, time: time, value: value))
            default:
                throw ChunkDecodingError(
                    .malformed, "expected a segment of kind 1 to 3, found \(kind)", at: end - length)
            }
            guard reader.offset == end else {
                throw ChunkDecodingError(.malformed, "expected the segment's end at byte \(end)", at: reader.offset)
            }
        }
    }

    private static func series(_ reader: inout ByteReader) throws(ChunkDecodingError) -> [UInt32] {
        let count = try reader.count(atMost: BatchEncoder.columnLimit)
        var series: [UInt32] = []
        series.reserveCapacity(count)
        var next: Int64 = 0
        for _ in 0..<count {
            let start = reader.offset
            guard let number = UInt32(exactly: next &+ (try reader.zigzag())) else {
                throw ChunkDecodingError(.malformed, "expected a series number of at most 32 bits", at: start)
            }
            series.append(number)
            next = Int64(number) + 1
        }
        return series
    }

    private func round(
        _ number: UInt32, _ group: Group, _ time: Int64, _ reader: inout ByteReader, _ visit: (Content) throws -> Void
    ) throws {
        // Taken out for the time: a class checks each access to each of its properties.
        var state = RoundState(columns: 0)
        var values: [Double] = []
        swap(&state, &group.state)
        swap(&values, &group.values)
        defer {
            swap(&state, &group.state)
            swap(&values, &group.values)
        }
        try Self.tags(&reader, &state, count: values.count)
        let tags = state.tags
        try values.withUnsafeMutableBufferPointer { values in
            try state.previous.withUnsafeMutableBufferPointer { previous in
                for index in 0..<values.count {
                    switch tags.isEmpty ? RoundTag.integer.rawValue : tags[index] {
                    case RoundTag.integer.rawValue:
                        let whole = (RoundTag.whole(previous[index]) ?? 0) &+ (try reader.zigzag())
                        values[index] = Double(whole)
                        previous[index] = values[index]
                    case RoundTag.thousandths.rawValue:
                        let scaled = (RoundTag.thousandths(previous[index]) ?? 0) &+ (try reader.zigzag())
                        values[index] = Double(scaled) / 1000
                        previous[index] = values[index]
                    case RoundTag.raw.rawValue:
                        values[index] = Double(bitPattern: try reader.littleEndian64())
                        previous[index] = values[index]
                    default:
                        values[index] = AbsentValue.value
                    }
                }
            }
        }
        try values.withUnsafeBufferPointer {
            try visit(.round(group: number, series: group.series, time: time, values: $0))
        }
    }

    private static func tags(
        _ reader: inout ByteReader, _ state: inout RoundState, count: Int
    ) throws(ChunkDecodingError) {
        let start = reader.offset
        switch try reader.byte() {
        case RoundTags.allIntegers: state.tags.removeAll(keepingCapacity: true)
        case RoundTags.asBefore:
            guard state.tags.count == count else {
                throw ChunkDecodingError(.malformed, "expected tags in an earlier round, found none", at: start)
            }
        case RoundTags.listed:
            state.tags.removeAll(keepingCapacity: true)
            let packed = try reader.bytes((count + 3) / 4)
            for index in 0..<count { state.tags.append((packed[index / 4] >> UInt8(2 * (index % 4))) & 3) }
        case let other:
            throw ChunkDecodingError(.malformed, "expected tags of kind 0 to 2, found \(other)", at: start)
        }
    }
}
