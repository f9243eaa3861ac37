package import MonitoringModel

/// What has to be known of a shard at the start: written anew with each of its seals and merges.
package struct ShardState: Sendable {
    static let version: UInt8 = 1

    /// Every sample of the shard in batches up to this one is in its blocks.
    package var sealedBatch: Int64 = 0
    /// The numbers of all its blocks, rising: a block that is missing from the file is missed.
    package var blocks: [Int64] = []
    /// The newest sample of each series, rising by series; of those that have one.
    package var newest: [(series: UInt32, sample: Sample)] = []

    package init() {}

    package func encoded(shard: UInt32) -> [UInt8] {
        var writer = Envelope.begin(version: Self.version, reserving: 16 + blocks.count * 2 + newest.count * 12)
        writer.append(zigzag: sealedBatch)
        writer.append(varint: UInt64(blocks.count))
        var previous: Int64 = 0
        for number in blocks {
            writer.append(zigzag: number - previous)
            previous = number
        }
        writer.append(varint: UInt64(newest.count))
        var next: UInt32 = 0
        var time: Int64 = 0
        for (series, sample) in newest {
            writer.append(varint: UInt64(series - next))
            next = series &+ 1
            writer.append(zigzag: sample.timestamp.milliseconds &- time)
            time = sample.timestamp.milliseconds
            if let whole = RoundTag.whole(sample.value) {
                writer.append(0)
                writer.append(zigzag: whole)
            } else {
                writer.append(1)
                writer.append(littleEndian: sample.value.bitPattern)
            }
        }
        return Envelope.seal(writer, identity: UInt64(shard))
    }

    package init(_ buffer: UnsafeRawBufferPointer, shard: UInt32) throws(ChunkDecodingError) {
        var reader = try Envelope.open(buffer, version: Self.version, identity: UInt64(shard))
        sealedBatch = try reader.zigzag()
        var previous: Int64 = 0
        for _ in 0..<(try reader.count(atMost: reader.remaining)) {
            previous &+= try reader.zigzag()
            blocks.append(previous)
        }
        let count = try reader.count(atMost: reader.remaining)
        newest.reserveCapacity(count)
        var next: UInt64 = 0
        var time: Int64 = 0
        for _ in 0..<count {
            let start = reader.offset
            let gap = try reader.varint()
            guard gap <= UInt64(UInt32.max), next + gap <= UInt64(UInt32.max) else {
                throw ChunkDecodingError(.malformed, "expected a series number of at most 32 bits", at: start)
            }
            time &+= try reader.zigzag()
            let isWhole = try reader.byte() == 0
            let value =
                isWhole ? Double(try reader.zigzag()) : Double(bitPattern: try reader.littleEndian64())
            newest.append((UInt32(next + gap), Sample(Timestamp(milliseconds: time), value)))
            next += gap + 1
        }
    }
}
