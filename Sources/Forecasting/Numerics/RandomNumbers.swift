/// A seeded source of random numbers: the same seed gives the same numbers on any machine.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits &>> 31)
    }

    /// Uniform in (0, 1): never 0, so that its logarithm is finite.
    @inline(__always)
    mutating func uniform() -> Double { (Double(next() &>> 12) + 0.5) * 0x1p-52 }

    /// Uniform in 0 ..< count. The bias of the multiplication is below 2⁻³² for counts below 2³².
    /// - Precondition: count is positive and below 2³².
    @inline(__always)
    mutating func index(below count: Int) -> Int { Self.index(below: count, of: next()) }

    /// The same of the upper half of random bits: their lower half may serve for another draw.
    @inline(__always)
    static func index(below count: Int, of bits: UInt64) -> Int {
        Int(truncatingIfNeeded: ((bits &>> 32) &* UInt64(truncatingIfNeeded: count)) &>> 32)
    }
}
