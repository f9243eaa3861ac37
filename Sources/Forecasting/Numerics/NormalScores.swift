/// Normal random numbers from a table of evenly spread quantiles: fast, and with exact moments of the table.
enum NormalScores {
    private static let count = 1_024
    private static let table: [Double] = (0..<count).map { place in
        NormalDistribution.quantile((Double(place) + 0.5) / Double(count))
    }

    @inline(__always)
    static func draw(_ random: inout SplitMix64) -> Double { table[random.index(below: count)] }
}
