/// How past values and the mix of models did in the same backtests, by the pinball loss of the range that 80 % fall in
/// and of its middle.
struct PastValuesBacktest {
    /// The mean absolute error of the middle, in the unit of the readings; 0 without a backtest.
    let error: Double
    /// Whether the mix did far better: on a job that began or ended of late, or that grows.
    let isMixBetter: Bool

    /// - Parameters:
    ///   - readings: those that `history` was made of.
    ///   - spread: of the mix.
    init(_ readings: [Double], history: RateHistory, mix: RateMix, spread: RateSpread, scale: RateScale) {
        guard let rolling = RollingOrigin(history, horizon: mix.mean.count),
            let model = PastValues(readings, seasons: history.seasons, upTo: rolling.learned)
        else {
            (error, isMixBetter) = (0, false)
            return
        }
        let reach = spread.reach(level: 0.8)
        var (own, others, absolute, count) = (0.0, 0.0, 0.0, 0.0)
        for (origin, errors) in zip(rolling.origins, mix.errors) {
            let quantiles = model.quantiles(Self.probabilities, from: origin, horizon: rolling.horizon)
            for step in 0..<rolling.horizon where !errors[step].isNaN {
                let value = readings[origin + step]
                let middle = history.values[origin + step] - errors[step]
                let mixed = [middle - reach[step], middle, middle + reach[step]].map(scale.value)
                // Of the greatest numbers no sum would be left.
                count += 1
                own += (Self.loss(quantiles.map { $0[step] }, value) - own) / count
                others += (Self.loss(mixed, value) - others) / count
                absolute += (min(abs(value - quantiles[1][step]), .greatestFiniteMagnitude) - absolute) / count
            }
        }
        error = absolute
        // Where hardly anything unusual came and hardly any was due, the mix says the usual number for certain by luck.
        let came = model.unusual(from: rolling.learned)
        let before = model.unusual(from: 0) - came
        let due = Double(before) * Double(readings.count - rolling.learned) / Double(rolling.learned)
        isMixBetter = max(Double(came), due) >= Self.leastUnusual && 3 * others < own
    }

    private static let probabilities = [0.1, 0.5, 0.9]
    private static let leastUnusual = 12.0

    private static func loss(_ quantiles: [Double], _ value: Double) -> Double {
        zip(probabilities, quantiles).reduce(0) { sum, one in
            sum + max(one.0 * (value - one.1), (one.0 - 1) * (value - one.1))
        }
    }
}
