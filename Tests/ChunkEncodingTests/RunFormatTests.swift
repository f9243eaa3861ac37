import ChunkEncoding
import TestSupport
import Testing

/// The format that TimeSeriesStore's article "The run format" draws. Files hold it: a change needs a new version of
/// what contains the runs, not new bytes here.
@Suite("The bytes of runs")
struct RunFormatTests {
    /// A run of values and its bytes.
    struct Golden: Sendable, CustomTestStringConvertible {
        var name: String
        var values: [Double]
        var bytes: [UInt8]

        init(_ name: String, _ values: [Double], _ hexadecimal: String) {
            self.name = name
            self.values = values
            bytes = hexadecimal.split(separator: " ").map { UInt8($0, radix: 16)! }
        }

        var testDescription: String { name }
    }

    /// Noise of whole numbers: the digits of pi.
    private static let noise: [Double] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3]

    static let goldens = [
        Golden("raw", [.pi], "00 18 2d 44 54 fb 21 09 40"),
        Golden("pattern", [Hard.staleMarker, Hard.staleMarker, Hard.staleMarker], "01 c1 02 f0 7f"),
        Golden("linear, level", [5, 5, 5], "02 0a"),
        Golden("linear, level, scaled", [21.5, 21.5], "42 01 ae 03"),
        Golden("linear, step", [1000, 1060, 1120, 1180], "0a d0 0f 78"),
        Golden("sparse", (0..<40).map { $0 < 7 ? 1 : $0 < 30 ? 2 : 1 }, "0b 00 02 00 02 00 66 35"),
        Golden(
            "sparse, center of changes", (0..<40).map { Double($0 / 8 * 100_003 + $0 / 16) },
            "0b 00 00 00 04 c6 9a 0c ff ff 99"),
        Golden("sparse, gaps with low bits", (0..<40).map { Double($0 / 13 * 17) }, "0b 00 00 00 03 22 24 d5 03"),
        Golden("dense, level", [0, 3, 1, 4, 2, 0, 3, 1, 4, 2], "04 01 04 a5 68 d6 0c"),
        Golden("dense, step", [100, 161, 220, 281, 339, 401, 458, 521], "0c 02 c8 01 78 e6 e4 ab"),
        Golden("dense, slope", [0, 100, 203, 309, 418, 531, 648, 766, 885, 1003], "14 02 00 c8 01 a8 a0 55 c9 03"),
        Golden(
            "dense, coarse level", noise.map { 5_000 + $0 * 313 }.map { $0 + ($0 / 2).rounded(.down) },
            "04 0b 4c 67 ee ed ae 7a eb 0e cd 47 48 93 ee 38 b3 3b e0 a7 79 22 68 fe cc 6d 7d d5"),
        Golden(
            "dense, large quotients", noise + [1_000_000] + noise,
            "04 03 0a 7b 0e 54 18 0c 62 de 73 a0 c2 60 10 fb fe 36 00 00 80 87 d0 bf bf 0d"),
        Golden(
            "dense, divisor and remainder", noise.map { 8_192_100 + $0 * 4096 },
            "24 80 20 64 02 aa 1f df 90 8c c0 6d fa 52 06"),
        Golden("dense, scaled, divisor", noise.map { 20 + $0 / 2 }, "64 01 05 00 02 5a df 90 8c c0 6d fa 52 06"),
        Golden(
            "dense, patterns", noise.map { Double(Float($0 / 3)) },
            "64 ff 80 80 80 80 02 00 17 f6 7f ff ff df 54 55 45 aa aa 22 55 55 a1 aa aa 04 00 00 a5 aa 2a "
                + "00 00 40 aa aa ca ff ff af aa aa d2 aa aa 0e 00 00 52 55 55 02 00 80 fe ff bf 61 98 f4 52 06"),
        Golden("dense, negative decimals", noise.map { -$0 / 10 }, "44 01 02 09 20 6c 40 3f 32 eb d6 0a"),
        Golden(
            "exceptions, spans", [Hard.staleMarker, Hard.staleMarker, 7, 7, -0.0, 7, Hard.staleMarker, 7],
            "82 06 00 02 c1 02 f0 7f 02 00 80 80 01 00 c1 02 f0 7f 0e"),
        Golden(
            "exceptions, bitmap", (0..<16).map { $0 % 3 == 1 ? Hard.staleMarker : Double($0) },
            "8c 01 c1 02 f0 7f 92 24 00 00 04 6d 5b"),
    ]

    static let times: (times: [Int64], bytes: [UInt8]) = (
        [1_700_000_000_012, 1_700_000_060_040, 1_700_000_119_961, 1_700_000_179_990, 1_700_000_240_031],
        [0x0c, 0x06, 0x98, 0xa0, 0xab, 0xfe, 0xf9, 0x62, 0x9a, 0x75, 0x68, 0xab, 0x0a, 0x59]
    )

    @Test("a run is encoded to the bytes it has always had, and decoded from them", arguments: goldens)
    func golden(golden: Golden) throws {
        let coder = RunCoder()
        #expect(coder.encode(golden.values) == golden.bytes)
        let back = try coder.decodeValues(golden.bytes, count: golden.values.count)
        #expect(back.map(\.bitPattern) == golden.values.map(\.bitPattern))
    }

    @Test("a run of times is encoded to the bytes it has always had, and decoded from them")
    func goldenTimes() throws {
        let coder = RunCoder()
        #expect(coder.encode(times: Self.times.times) == Self.times.bytes)
        #expect(try coder.decodeTimes(Self.times.bytes, count: Self.times.times.count) == Self.times.times)
    }
}
