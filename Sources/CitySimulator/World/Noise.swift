import Glibc

/// Seeded randomness without state: the same question has the same answer at any time and in any order.
struct Noise: Sendable {
    let seed: UInt64

    /// A stable number for an id, the same in every process.
    static func stream(_ id: String, _ purpose: String = "") -> UInt64 {
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ 0xff) &* 0x100_0000_01b3
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }

    /// 64 well-mixed bits for the `index`-th member of a stream (the finaliser of SplitMix64).
    func bits(_ stream: UInt64, _ index: Int64 = 0) -> UInt64 {
        var z = seed &* 0x9e37_79b9_7f4a_7c15 &+ stream &+ UInt64(bitPattern: index) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in 0..<1.
    func unit(_ stream: UInt64, _ index: Int64 = 0) -> Double {
        Double(bits(stream, index) >> 11) * 0x1p-53
    }

    /// Uniform in the range.
    func uniform(_ range: ClosedRange<Double>, _ stream: UInt64, _ index: Int64 = 0) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit(stream, index)
    }

    /// A whole number in the range.
    func pick(_ range: ClosedRange<Int>, _ stream: UInt64, _ index: Int64 = 0) -> Int {
        range.lowerBound + Int(unit(stream, index) * Double(range.count))
    }

    /// Moves smoothly between -1 and 1, with a new level every `period` seconds.
    func wave(_ stream: UInt64, at seconds: Double, period: Double) -> Double {
        let position = seconds / period
        let knot = position.rounded(.down)
        let index = Int64(exactly: knot) ?? 0
        let from = unit(stream, index) * 2 - 1
        let to = unit(stream, index &+ 1) * 2 - 1
        let blend = (1 - cos((position - knot) * .pi)) / 2
        return from + (to - from) * blend
    }
}
