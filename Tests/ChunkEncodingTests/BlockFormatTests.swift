import ChunkEncoding
import MonitoringModel
import Testing

@Suite("Blocks")
struct BlockFormatTests {
    static let header = BlockHeader(
        number: 300, shard: 2, level: 3, resolution: 300, firstTime: 1_700_000_000_000, lastTime: 1_700_600_000_000,
        sampleCount: 123_456, seriesCount: 512, byteCount: 70_000, source: 299)

    /// Files hold these formats: a change needs a new version, not new bytes here.
    static let goldenHeader: [UInt8] = [
        0x01, 0x9e, 0x8c, 0xa0, 0x5e, 0x02, 0x03, 0xac, 0x02, 0x80, 0xa0, 0xab, 0xfe, 0xf9, 0x62, 0x80, 0x8c, 0x8d,
        0x9e, 0x02, 0xc0, 0xc4, 0x07, 0x80, 0x04, 0xf0, 0xa2, 0x04, 0xd6, 0x04,
    ]
    static let goldenDirectory: [UInt8] = [
        0x01, 0xc1, 0xc8, 0x79, 0x56, 0x02, 0x28, 0xac, 0x02, 0x03, 0x80, 0x08, 0x5a, 0x00, 0x00, 0x04, 0x02, 0xda,
        0x03, 0xd8, 0x36, 0x01,
    ]
    static let goldenShard: [UInt8] = [
        0x01, 0x74, 0xbd, 0x1b, 0x19, 0x9a, 0x01, 0x03, 0x06, 0x8a, 0x03, 0x02, 0x03, 0x80, 0x08, 0x80, 0xa0, 0xab,
        0xfe, 0xf9, 0x62, 0x00, 0x18, 0x00, 0x64, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x3f, 0xfd, 0x03,
        0xed, 0xa0, 0xab, 0xfe, 0xf9, 0x62, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x7f,
    ]

    static var directory: BlockDirectory {
        var directory = BlockDirectory()
        directory.addTimes(length: 40)
        directory.addTimes(length: 300)
        directory.add(1024, length: 90, timeIndex: 0)
        directory.add(1025, length: 4, timeIndex: 1)
        directory.add(1500, length: 7_000, timeIndex: 0)
        return directory
    }

    static var shard: ShardState {
        var state = ShardState()
        state.sealedBatch = 77
        state.blocks = [3, 200, 201]
        state.newest = [
            (1024, Sample(Timestamp(milliseconds: 1_700_000_000_000), 12)),
            (1025, Sample(Timestamp(milliseconds: 1_700_000_000_050), 0.5)),
            (1535, Sample(Timestamp(milliseconds: -5), StaleMarker.value)),
        ]
        return state
    }

    @Test("the bytes of headers, directories and shard states stay as they are and come back equal")
    func golden() throws {
        #expect(Self.header.encoded() == Self.goldenHeader)
        #expect(Self.directory.encoded(block: 300) == Self.goldenDirectory)
        #expect(Self.shard.encoded(shard: 2) == Self.goldenShard)
        #expect(try Self.goldenHeader.withUnsafeBytes { try BlockHeader($0, number: 300) } == Self.header)
        let directory = try Self.goldenDirectory.withUnsafeBytes { try BlockDirectory($0, block: 300) }
        #expect(directory.series == [1024, 1025, 1500])
        #expect(directory.timeIndexes == [0, 1, 0])
        #expect(directory.times(1) == 40..<340)
        #expect((0..<3).map(directory.chunk) == [340..<430, 430..<434, 434..<7_434])
        #expect(directory.byteCount == 7_434)
        #expect(directory.position(of: 1500) == 2)
        #expect(directory.position(of: 1026) == nil)
        let shard = try Self.goldenShard.withUnsafeBytes { try ShardState($0, shard: 2) }
        #expect(shard.sealedBatch == 77 && shard.blocks == [3, 200, 201])
        #expect(shard.newest.map(\.series) == [1024, 1025, 1535])
        #expect(shard.newest.map(\.sample.value.bitPattern) == Self.shard.newest.map(\.sample.value.bitPattern))
        #expect(shard.newest.map(\.sample.timestamp) == Self.shard.newest.map(\.sample.timestamp))
    }

    @Test("each flipped bit and another row's number are found")
    func damage() {
        let decoders: [([UInt8], ([UInt8], Int64) throws -> Void)] = [
            (
                Self.header.encoded(),
                { bytes, number in _ = try bytes.withUnsafeBytes { try BlockHeader($0, number: number) } }
            ),
            (
                Self.directory.encoded(block: 300),
                { bytes, number in _ = try bytes.withUnsafeBytes { try BlockDirectory($0, block: number) } }
            ),
            (
                Self.shard.encoded(shard: 300),
                { bytes, number in _ = try bytes.withUnsafeBytes { try ShardState($0, shard: UInt32(number)) } }
            ),
        ]
        for (bytes, decode) in decoders {
            #expect(throws: Never.self) { try decode(bytes, 300) }
            #expect(throws: ChunkDecodingError.self) { try decode(bytes, 301) }
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << (bit % 8)
                #expect(throws: ChunkDecodingError.self, "bit \(bit)") { try decode(damaged, 300) }
            }
        }
    }

    @Test("a full page's row fills one page of the file")
    func pages() throws {
        let content = [UInt8](repeating: 7, count: PageCoding.capacity)
        let page = content.withUnsafeBytes { PageCoding.encode($0, row: 9) }
        // SQLite keeps a row of 8,157 bytes on an 8 KB page; the record's own header takes 4.
        #expect(page.count + 4 == 8157)
        let back = try page.withUnsafeBytes { Array(try PageCoding.content($0, row: 9)) }
        #expect(back == content)
        #expect(throws: ChunkDecodingError.self) { try page.withUnsafeBytes { _ = try PageCoding.content($0, row: 8) } }
        #expect(PageCoding.pageCount(of: 0) == 0)
        #expect(PageCoding.pageCount(of: PageCoding.capacity + 1) == 2)
    }

    @Test(
        "samples are divided into even runs of about 240",
        arguments: [
            (0, []), (1, [1]), (240, [240]), (360, [360]), (361, [180, 181]), (1_000, [200, 200, 200, 200, 200]),
        ])
    func runLengths(count: Int, expected: [Int]) {
        #expect(ChunkLayout.runLengths(count) == expected)
    }
}
