/// One ridge regression for each step ahead, on the last values known and on those about whole seasons before the target:
/// no forecast is built on another.
struct DirectRegression: RateModel {
    private struct Step {
        /// How far before the target, all of them known at the origin.
        let lags: [Int]
        let coefficients: [Double]
    }
    private let mean: Double
    private let steps: [Step]

    /// - Parameters:
    ///   - season: steps, more than 1, of which seven make the longer season.
    ///   - penalty: as for ``RidgeRegression``.
    /// - Returns: nil where the history is too short.
    init?(_ history: RateHistory, upTo end: Int, horizon: Int, season: Int, penalty: Double) {
        let lags = (1...max(1, horizon)).map { Self.lags(step: $0, season: season) }
        guard let reach = lags.last?.last, season > 1, end - reach >= 2 * season else { return nil }
        let mean = history.values[..<end].reduce(0) { $0 + $1 / Double(end) }
        self.mean = mean
        let values = history.values[..<end].map { $0 - mean }
        steps = lags.map { lags in
            let regression = RidgeRegression(values, lags: lags, rows: (lags.last ?? 0)..<end, penalty: penalty)
            return Step(lags: lags, coefficients: regression.coefficients)
        }
    }

    /// The last three values and that of a season before; the same time of the last seven days known, and beside it.
    private static func lags(step: Int, season: Int) -> [Int] {
        let behind = (step + season - 1) / season
        var lags = Set([0, 1, 2, season - 1].map { $0 + step })
        for cycle in behind..<(behind + 7) { lags.insert(cycle * season) }
        for near in [behind * season, 7 * season] {
            for lag in (near - 1)...(near + 1) where lag >= step { lags.insert(lag) }
        }
        return lags.sorted()
    }

    func forecast(_ history: RateHistory, from origin: Int, horizon: Int) -> [Double] {
        (0..<horizon).map { index in
            var value = mean
            for (lag, coefficient) in zip(steps[index].lags, steps[index].coefficients) {
                value += coefficient * (history.values[origin + index - lag] - mean)
            }
            return min(max(value, history.bounds.lowerBound), history.bounds.upperBound)
        }
    }
}
