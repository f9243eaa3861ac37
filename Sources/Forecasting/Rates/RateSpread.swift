/// How far forecasts of the recent past went astray, by step ahead: the widths of intervals come from it.
///
/// Conformal in spirit (Vovk, Gammerman and Shafer, 2005): a share of the past errors falls inside. Errors of
/// overlapping backtests hang together, so that their tails are mixed with those that errors usually have.
struct RateSpread {
    /// The mean absolute error by step, smoothed over neighbours.
    private let widths: [Double]
    /// The absolute errors in units of their step's width, sorted.
    private let ratios: [Double]
    /// How many rows of errors there were, at least 1.
    private let origins: Double

    /// - Parameters:
    ///   - errors: one row an origin, one column a step, all rows alike; NaN: not known.
    ///   - horizon: may be more than the errors have columns: widths grow as those of a random walk from there on.
    init(_ errors: [[Double]], horizon: Int) {
        let known = errors.first?.count ?? 0
        var sums = [Double](repeating: 0, count: known)
        var counts = [Double](repeating: 0, count: known)
        for row in errors {
            for step in 0..<known where !row[step].isNaN {
                sums[step] += abs(row[step])
                counts[step] += 1
            }
        }
        var widths = (0..<known).map { step in
            let reach = step / 10 + 1
            let near = max(0, step - reach)...min(known - 1, step + reach)
            let count = near.reduce(0) { $0 + counts[$1] }
            return count > 0 ? near.reduce(0) { $0 + sums[$1] } / count : 0
        }
        // A step that no backtest saw is as wide as those of a random walk from the nearest before it.
        var seen: (step: Int, width: Double)?
        for step in 0..<known {
            let reach = step / 10 + 1
            let isSeen = (max(0, step - reach)...min(known - 1, step + reach)).contains { counts[$0] > 0 }
            if isSeen {
                seen = (step, widths[step])
            } else if let seen {
                widths[step] = seen.width * (Double(step + 1) / Double(seen.step + 1)).squareRoot()
            }
        }
        for step in known..<max(known, horizon) {
            widths.append(known > 0 ? widths[known - 1] * (Double(step + 1) / Double(known)).squareRoot() : 0)
        }
        self.widths = widths
        origins = Double(max(1, errors.count))
        ratios = errors.flatMap { row in
            (0..<known).compactMap { row[$0].isNaN || widths[$0] <= 0 ? nil : abs(row[$0]) / widths[$0] }
        }.sorted()
    }

    /// How far the bounds of an interval are from the mean, one a step.
    ///
    /// - Parameter level: the probability; what is below 0 or above 1 is taken as these, NaN as 0.
    func reach(level: Double) -> [Double] {
        let share = level.isNaN ? 0 : min(max(level, 0), 1)
        let usual = Self.usualRatio(share)
        guard !ratios.isEmpty else { return widths.map { $0 * usual } }
        // The error to come is one more than those seen. That also makes good that the mix's weights come from the same
        // backtests: of hourly and weekly series, intervals hold about as many values as they say.
        let seen = ratios[min(ratios.count - 1, Int(share * Double(ratios.count)))]
        return widths.map { $0 * (1 + 1 / origins) * (seen + usual) / 2 }
    }

    /// The quantile of absolute errors in units of their mean, by straight lines between those of Student's
    /// distribution with five degrees of freedom: errors of forecasts have longer tails than the normal distribution.
    private static func usualRatio(_ share: Double) -> Double {
        let knots = [(0.0, 0.0), (0.5, 0.77), (0.8, 1.55), (0.9, 2.12), (0.95, 2.71), (0.99, 4.25), (1.0, 7.2)]
        for (low, high) in zip(knots, knots.dropFirst()) where share <= high.0 {
            return low.1 + (high.1 - low.1) * (share - low.0) / (high.0 - low.0)
        }
        return knots.last?.1 ?? 0
    }
}
