/// When a pool is full: the distribution of the first day on which its use reaches its capacity.
package struct FillDistribution: Sendable {
    /// How many days ahead were looked at.
    package let horizon: Int
    /// Days of simulated paths in order, those not within the horizon last and infinite.
    private let days: [Double]
    /// A level p is read at Φ(shift + stretch · Φ⁻¹(p)) of the paths.
    private let shift: Double
    private let stretch: Double

    init(days: [Double], horizon: Int, calibration: FleetCalibration) {
        self.days = days.sorted()
        self.horizon = horizon
        shift = calibration.shift.isFinite ? calibration.shift : 0
        stretch = calibration.stretch.isFinite ? max(calibration.stretch, 0.05) : 1
    }

    /// The number of days from today by which the pool is full with probability p; 0: it is full today.
    ///
    /// Never decreases with p.
    /// - Returns: nil when not within the horizon.
    package func quantile(_ p: Double) -> Double? {
        guard !days.isEmpty, !p.isNaN else { return nil }
        let score = shift + stretch * NormalDistribution.quantile(p)
        let rank = NormalDistribution.probability(below: score) * Double(days.count) - 0.5
        let place = min(max(rank, 0), Double(days.count - 1))
        let lower = days[Int(place)]
        guard lower.isFinite else { return nil }
        let upper = days[min(Int(place) + 1, days.count - 1)]
        // Between the last path that fills and the first that does not, the horizon is the end.
        return lower + (min(upper, Double(horizon)) - lower) * (place - place.rounded(.down))
    }

    /// The probability that the pool is full within that many days, today included.
    package func probability(within limit: Double) -> Double {
        let share = uncalibratedProbability(within: limit)
        guard share > 0, share < 1 else { return share }
        return NormalDistribution.probability(below: (NormalDistribution.quantile(share) - shift) / stretch)
    }

    /// The share of simulated paths that are full within that many days, before the fleet's calibration.
    package func uncalibratedProbability(within limit: Double) -> Double {
        guard !days.isEmpty, !limit.isNaN else { return 0 }
        var low = 0
        var high = days.count
        while low < high {
            let middle = (low + high) / 2
            if days[middle] <= limit, days[middle].isFinite { low = middle + 1 } else { high = middle }
        }
        return Double(low) / Double(days.count)
    }
}
