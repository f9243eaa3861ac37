/// Backtests: forecasts from each of several origins in the recent past, against what was read then (Tashman, 2000).
struct RollingOrigin {
    /// Numbers of values known, least first.
    let origins: [Int]
    /// In steps: less than asked for where the history cannot show as much.
    let horizon: Int
    /// A model under test learns from no more values than these.
    var learned: Int { origins[0] }

    /// Origins over the longest season, or as much of it as leaves the first half of the history to learn from.
    ///
    /// - Returns: nil where there is too little history to hold some of it back.
    init?(_ history: RateHistory, horizon: Int) {
        let count = history.values.count
        self.horizon = min(horizon, count / 3)
        let span = max(history.seasons.lengths.last ?? 0, Self.leastSpan)
        let last = count - self.horizon
        let first = max(count / 2, last - span, Self.leastLearned)
        guard self.horizon > 0, first <= last else { return nil }
        origins = stride(from: last, through: first, by: -max(1, span / Self.count)).reversed()
    }

    /// About how many origins there are. Twice as many tell hardly more: their errors overlap.
    private static let count = 14
    /// In steps, from the first origin to the last.
    private static let leastSpan = 52
    private static let leastLearned = 6

    /// What was read less what a model forecasts: a row for each origin, a column for each step; NaN: not read.
    func errors(_ model: any RateModel, _ history: RateHistory) -> [[Double]] {
        origins.map { origin in
            let forecast = model.forecast(history, from: origin, horizon: horizon)
            return (0..<horizon).map { step in
                history.isRead[origin + step] ? history.values[origin + step] - forecast[step] : .nan
            }
        }
    }

    /// Errors on the scale of the models in the unit of the readings.
    func errors(_ errors: [[Double]], in history: RateHistory, scale: RateScale) -> [[Double]] {
        zip(origins, errors).map { origin, row in
            row.indices.map { step in
                guard !row[step].isNaN else { return .nan }
                let actual = history.values[origin + step]
                return scale.value(actual) - scale.value(actual - row[step])
            }
        }
    }
}
