import Glibc

/// How errors are spread, in bins whose bounds grow by a seventh: enough for a median that is right within a tenth of
/// itself, whatever the number of errors, and it adds up over resources and years.
package struct ErrorDistribution: Hashable, Sendable {
    /// The last bin takes everything above about three times the size.
    package static let binCount = 64
    /// Errors below this share fall into the first bin.
    private static let smallest = 0.0005
    private static let growth = 1.15

    package private(set) var bins: [UInt32]

    package init() {
        bins = Array(repeating: 0, count: Self.binCount)
    }

    /// - Returns: nil unless there is one count for each bin.
    package init?(bins: [UInt32]) {
        guard bins.count == Self.binCount else { return nil }
        self.bins = bins
    }

    /// - Parameter error: a share, not negative; what is no number counts as the largest.
    package mutating func add(_ error: Double) {
        bins[Self.bin(of: error)] += 1
    }

    package static func += (total: inout ErrorDistribution, other: ErrorDistribution) {
        for bin in total.bins.indices { total.bins[bin] &+= other.bins[bin] }
    }

    package var count: Int { bins.reduce(0) { $0 + Int($1) } }

    /// The middle of the bin that holds the median; nil without errors.
    package var median: Double? {
        let half = (count + 1) / 2
        guard half > 0 else { return nil }
        var seen = 0
        for (bin, count) in bins.enumerated() {
            seen += Int(count)
            if seen >= half {
                return bin == 0 ? Self.smallest / 2 : Self.smallest * pow(Self.growth, Double(bin) - 0.5)
            }
        }
        return nil
    }

    private static func bin(of error: Double) -> Int {
        guard error >= smallest else { return error.isNaN ? binCount - 1 : 0 }
        let bin = 1 + log(error / smallest) / log(growth)
        return bin < Double(binCount - 1) ? Int(bin) : binCount - 1
    }
}
