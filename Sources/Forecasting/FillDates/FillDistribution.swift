/// When a pool is full: the distribution of the first day on which its use reaches its capacity.
package struct FillDistribution: Sendable {
    /// How many days ahead were looked at.
    package let horizon: Int
    /// Days of simulated paths in order, those not within the horizon last and infinite.
    private let days: [Double]
    private let calibration: FleetCalibration

    init(days: [Double], horizon: Int, calibration: FleetCalibration) {
        self.days = days.sorted()
        self.horizon = horizon
        self.calibration = calibration
    }

    /// The number of days from today by which the pool is full with probability p; 0: it is full today.
    ///
    /// Never decreases with p.
    /// - Returns: nil when not within the horizon.
    package func quantile(_ p: Double) -> Double? {
        guard !days.isEmpty, !p.isNaN else { return nil }
        let score = calibration.shift + calibration.stretch * NormalDistribution.quantile(p)
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
        guard !days.isEmpty, !limit.isNaN else { return 0 }
        var low = 0
        var high = days.count
        while low < high {
            let middle = (low + high) / 2
            if days[middle] <= limit { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return 0 }
        guard low < days.count else { return 1 }
        let score = NormalDistribution.quantile(Double(low) / Double(days.count))
        return NormalDistribution.probability(below: (score - calibration.shift) / calibration.stretch)
    }
}
