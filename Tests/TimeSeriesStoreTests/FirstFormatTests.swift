import ChunkEncoding
import MonitoringModel
import TestSupport
import Testing

@Suite("First batch format")
struct FirstFormatTests {
    /// Every kind of field once: two times, gaps between series, whole and broken numbers, a stale marker, a negative zero.
    static let groups = [
        SampleGroup(
            timestamp: Timestamp(milliseconds: 1_000), series: [0, 1, 300], values: [0, -1, 64]),
        SampleGroup(
            timestamp: Timestamp(milliseconds: 1_500), series: [7, 8, 9], values: [0.5, StaleMarker.value, -0.0]),
    ]

    /// The bytes of `groups` in format version 1. Files hold this format: a change needs a new version, not new bytes here.
    static let golden: [UInt8] = [
        0x01, 0xca, 0x53, 0xee, 0xfd,  // version, checksum
        0xd0, 0x0f, 0x03, 0x00, 0x00, 0xaa, 0x02,  // 1,000 ms; 3 samples: series 0, +0, +298
        0x00, 0x00, 0x01, 0x80, 0x01,  // all whole: 0, -1, 64
        0xe8, 0x07, 0x03, 0x07, 0x00, 0x00,  // +500 ms; 3 samples: series 7, +0, +0
        0x07,  // none whole
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x3f,
        0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x7f,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80,
    ]

    @Test("the bytes of version 1 stay as they are")
    func goldenBytes() throws {
        #expect(Self.encode(Self.groups) == Self.golden)
        #expect(try Self.equal(FirstBatchReader.groups(of: Self.golden), Self.groups))
    }

    @Test(
        "CRC-32C gives the values of RFC 3720",
        arguments: [
            ([UInt8](repeating: 0, count: 32), UInt32(0x8a91_36aa)),
            ([UInt8](repeating: 0xff, count: 32), UInt32(0x62a8_ab43)),
            (Array(0...31), UInt32(0x46dd_794e)),
            (Array("123456789".utf8), UInt32(0xe306_9283)),
            ([], UInt32(0)),
        ])
    func checksum(bytes: [UInt8], expected: UInt32) {
        #expect(CRC32C.checksum(bytes) == expected)
    }

    static let values: [Double] = [
        0, -0.0, 1, -1, 0.1, 127, 128, -64, 0x1p53, 0x1p53 + 2, -0x1p54, 0x1p55, 0x1p63, -0x1p63, 0x1p64, .infinity,
        -.infinity, .nan, StaleMarker.value, Double(bitPattern: 0xffff_ffff_ffff_ffff), .leastNonzeroMagnitude,
        .greatestFiniteMagnitude, 1e15 + 0.5,
    ]

    @Test("a value comes back with every bit", arguments: values)
    func roundTrip(value: Double) throws {
        let group = SampleGroup(timestamp: Timestamp(milliseconds: -5), series: [.max], values: [value])
        #expect(try Self.equal(FirstBatchReader.groups(of: Self.encode([group])), [group]))
    }

    @Test("random batches come back equal", arguments: 1...20)
    func randomRoundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let groups = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
            let series = Set(
                (0..<Int.random(in: 1...100, using: &generator)).map { _ in
                    UInt32.random(in: 0...(1 << 20), using: &generator)
                }
            )
            .sorted()
            return SampleGroup(
                timestamp: Timestamp(milliseconds: Int64(bitPattern: generator.next())), series: series,
                values: series.map { _ in
                    Bool.random(using: &generator)
                        ? Double(Int64.random(in: -1_000_000...1_000_000, using: &generator))
                        : Double(bitPattern: generator.next())
                })
        }
        #expect(try Self.equal(FirstBatchReader.groups(of: Self.encode(groups)), groups))
    }

    @Test("each flipped bit is found")
    func flippedBits() throws {
        let bytes = Self.encode(Self.groups)
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: ChunkDecodingError.self, "bit \(bit)") { try FirstBatchReader.groups(of: damaged) }
        }
    }

    @Test("each cut is found")
    func cuts() throws {
        let bytes = Self.encode(Self.groups)
        for length in 0..<bytes.count {
            #expect(throws: ChunkDecodingError.self, "length \(length)") {
                try FirstBatchReader.groups(of: Array(bytes[..<length]))
            }
        }
    }

    @Test("a newer version is told apart from damage")
    func newerVersion() throws {
        let error = #expect(throws: ChunkDecodingError.self) {
            try FirstBatchReader.groups(of: Self.sealed(version: 2, body: []))
        }
        #expect(error?.code == .unsupportedVersion)
    }

    @Test("a wrong body under a right checksum is an error, whatever it is", arguments: 1...300)
    func randomBodies(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let body = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
            // Small bytes make plausible counts, so the reader gets far.
            UInt8(truncatingIfNeeded: generator.next() >> UInt64(Bool.random(using: &generator) ? 56 : 61))
        }
        do throws(ChunkDecodingError) {
            // Some of them are batches by chance; then every series has a value.
            for group in try FirstBatchReader.groups(of: Self.sealed(version: 1, body: body)) {
                #expect(group.series.count == group.values.count)
            }
        } catch {
            #expect(error.code == .malformed || error.code == .truncated)
        }
    }

    @Test(
        "numbers beyond their bounds are errors",
        arguments: [
            // A count larger than the rest of the body.
            [0x00, 0xff, 0xff, 0xff, 0xff, 0x0f] as [UInt8],
            // A count of zero.
            [0x00, 0x00],
            // A series above 32 bits.
            [0x00, 0x01, 0x80, 0x80, 0x80, 0x80, 0x10, 0x00, 0x00],
            // A number of more than 64 bits.
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ])
    func bounds(body: [UInt8]) {
        let error = #expect(throws: ChunkDecodingError.self) {
            try FirstBatchReader.groups(of: Self.sealed(version: 1, body: body))
        }
        #expect(error?.code == .malformed)
    }

    @Test("labels come back equal, and damage in them is found")
    func labels() throws {
        let set = LabelSet("up", ["instance": "core-1", "tên": "Cần Thơ", "long": String(repeating: "x", count: 300)])
        let bytes = LabelCoding.encode(set, of: 5)
        #expect(try bytes.withUnsafeBytes { try LabelCoding.decode($0, of: 5) } == set)
        #expect(throws: ChunkDecodingError.self) { try bytes.withUnsafeBytes { try LabelCoding.decode($0, of: 6) } }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            #expect(throws: ChunkDecodingError.self) {
                try damaged.withUnsafeBytes { try LabelCoding.decode($0, of: 5) }
            }
        }
    }

    static func encode(_ groups: [SampleGroup]) -> [UInt8] {
        var encoder = FirstFormatEncoder()
        for group in groups { encoder.append(group) }
        return encoder.finish()
    }

    /// Equal to the bit: NaN differs from itself, and 0 equals -0.
    static func equal(_ left: [SampleGroup], _ right: [SampleGroup]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { left, right in
                left.timestamp == right.timestamp && left.series == right.series
                    && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
            }
    }

    /// A BLOB with a right checksum around any body.
    static func sealed(version: UInt8, body: [UInt8]) -> [UInt8] {
        let sum = CRC32C.checksum([version] + body)
        return [version] + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) } + body
    }
}
