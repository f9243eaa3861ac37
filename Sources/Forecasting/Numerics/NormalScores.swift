/// Normal random numbers from a table of evenly spread quantiles: fast, and with exact moments of the table.
enum NormalScores {
    /// A power of two.
    private static let count = 1_024
    static let table: [Double] = (0..<count).map { place in
        NormalDistribution.quantile((Double(place) + 0.5) / Double(count))
    }

    @inline(__always)
    static func draw(_ random: inout SplitMix64) -> Double { value(of: random.next()) }

    /// The number that ten of the bits select, the upper ones of the lower half.
    @inline(__always)
    static func value(of bits: UInt64) -> Double { table[place(of: bits)] }

    @inline(__always)
    static func place(of bits: UInt64) -> Int { Int(truncatingIfNeeded: (bits &>> 22) & 1_023) }
}
