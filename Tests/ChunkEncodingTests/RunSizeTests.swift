import ChunkEncoding
import TestSupport
import Testing

@Suite("Sizes of runs")
struct RunSizeTests {
    /// 1 and 2 in turn, changing at these positions.
    private static func flag(_ changes: [Int]) -> [Double] {
        (0..<240).map { position in changes.count { $0 <= position } % 2 == 0 ? 1 : 2 }
    }

    /// Runs of 240 values and the most bytes they may take.
    static let nearlyConstant: [(name: String, values: [Double], most: Int)] = [
        ("one whole number", [Double](repeating: 1, count: 240), 2),
        ("one decimal", [Double](repeating: 21.5, count: 240), 4),
        ("one large counter", [Double](repeating: 123_456_789_012, count: 240), 8),
        ("one stale marker", [Double](repeating: Hard.staleMarker, count: 240), 5),
        ("one true float", [Double](repeating: .pi, count: 240), 10),
        ("a straight line", (0..<240).map { Double($0) * 60_000 }, 6),
        ("a flag that changes once", flag([100]), 8),
        ("a flag that changes five times", flag([50, 90, 130, 131, 200]), 12),
        ("a marker in a constant", (0..<240).map { $0 == 77 ? Hard.staleMarker : 1 }, 10),
        ("half of it markers", (0..<240).map { $0 < 120 ? Hard.staleMarker : 5 }, 10),
        ("every other one a marker", (0..<240).map { $0 % 2 == 0 ? Hard.staleMarker : 5 }, 38),
    ]

    @Test("a run that hardly changes takes hardly more than its head", arguments: nearlyConstant)
    func hardlyMoreThanTheHead(name: String, values: [Double], most: Int) {
        #expect(RunCoder().encode(values).count <= most)
    }

    /// What whole numbers are multiplied with, or divided by, and the most bits they may take.
    static let noises: [(name: String, factor: Double, divisor: Double, most: Double)] = [
        // The logarithm of 201 values is 7.65 bits; Rice coding, the head and the predictor take the rest.
        ("whole numbers", 1, 1, 8.4),
        ("tenths", 1, 10, 8.4),
        ("blocks of 4096", 4096, 1, 8.5),
        ("fives in tenths", 1, 2, 8.5),
        // 52 bits of fraction less what the values have in common.
        ("thirds, which are no decimals", 1, 3, 56),
    ]

    @Test("noise takes little more than its entropy", arguments: noises)
    func noise(name: String, factor: Double, divisor: Double, most: Double) {
        var generator = SeededGenerator(seed: 3)
        let values = (0..<2400).map { _ -> Double in
            Double(Int.random(in: 900...1100, using: &generator)) * factor / divisor
        }
        let bytes = RunCoder().encode(values).count
        #expect(Double(bytes) * 8 / 2400 <= most, "\(bytes) bytes")
    }

    @Test("poll times with a jitter of 50 ms take at most 1.1 bytes")
    func times() {
        var generator = SeededGenerator(seed: 5)
        let times = (0..<240).map {
            1_700_000_000_000 + Int64($0) * 60_000 + Int64.random(in: -50...50, using: &generator)
        }
        #expect(RunCoder().encode(times: times).count <= 264)
    }

    @Test("an outlier costs its own bits, not those of its neighbours", arguments: [1e5, 1e9, 1e12])
    func outlier(height: Double) {
        var generator = SeededGenerator(seed: 11)
        var values = (0..<240).map { _ in Double(Int.random(in: 0...100, using: &generator)) }
        let before = RunCoder().encode(values).count
        values[100] = height
        #expect(RunCoder().encode(values).count <= before + 20)
    }
}
