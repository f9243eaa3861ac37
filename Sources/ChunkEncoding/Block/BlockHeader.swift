/// What is known of a block without reading it.
package struct BlockHeader: Hashable, Sendable {
    static let version: UInt8 = 1

    /// The block's number; a later block has a larger one.
    package var number: Int64
    package var shard: UInt32
    /// 1: sealed from the head; each merge adds one.
    package var level: UInt8
    /// Seconds of a rollup's buckets; 0: raw samples.
    package var resolution: UInt32
    /// Times of the oldest and the newest sample (of a rollup: of bucket), milliseconds.
    package var firstTime: Int64
    package var lastTime: Int64
    /// Raw samples, or buckets.
    package var sampleCount: Int
    package var seriesCount: Int
    /// Bytes of the stream, which pages hold.
    package var byteCount: Int
    /// Of a rollup: the raw block whose samples it holds; 0: raw samples.
    package var source: Int64

    package init(
        number: Int64, shard: UInt32, level: UInt8, resolution: UInt32 = 0, firstTime: Int64, lastTime: Int64,
        sampleCount: Int, seriesCount: Int, byteCount: Int, source: Int64 = 0
    ) {
        self.number = number
        self.shard = shard
        self.level = level
        self.resolution = resolution
        self.firstTime = firstTime
        self.lastTime = lastTime
        self.sampleCount = sampleCount
        self.seriesCount = seriesCount
        self.byteCount = byteCount
        self.source = source
    }

    package func encoded() -> [UInt8] {
        var writer = Envelope.begin(version: Self.version, reserving: 48)
        writer.append(varint: UInt64(shard))
        writer.append(level)
        writer.append(varint: UInt64(resolution))
        writer.append(zigzag: firstTime)
        writer.append(varint: UInt64(bitPattern: lastTime &- firstTime))
        writer.append(varint: UInt64(sampleCount))
        writer.append(varint: UInt64(seriesCount))
        writer.append(varint: UInt64(byteCount))
        writer.append(zigzag: source)
        return Envelope.seal(writer, identity: UInt64(bitPattern: number))
    }

    package init(_ buffer: UnsafeRawBufferPointer, number: Int64) throws(ChunkDecodingError) {
        var reader = try Envelope.open(buffer, version: Self.version, identity: UInt64(bitPattern: number))
        self.number = number
        shard = UInt32(try reader.count(atMost: Int(UInt32.max)))
        level = try reader.byte()
        resolution = UInt32(try reader.count(atMost: Int(UInt32.max)))
        firstTime = try reader.zigzag()
        lastTime = firstTime &+ Int64(bitPattern: try reader.varint())
        sampleCount = try reader.count(atMost: Int.max)
        seriesCount = try reader.count(atMost: Int(UInt32.max))
        byteCount = try reader.count(atMost: Int.max)
        source = try reader.zigzag()
    }
}
