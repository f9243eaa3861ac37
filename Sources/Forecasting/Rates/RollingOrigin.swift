/// Backtests: forecasts from each of several origins in the recent past, against what was read then (Tashman, 2000).
struct RollingOrigin {
    /// Numbers of values known, least first.
    let origins: [Int]
    let horizon: Int
    /// A model under test learns from no more values than these.
    var learned: Int { origins[0] }

    /// - Parameters:
    ///   - span: steps from the first origin to the last, where the history is long enough.
    ///   - spacing: steps between two origins.
    /// - Returns: nil where there is too little history to hold some of it back.
    init?(count: Int, horizon: Int, span: Int, spacing: Int) {
        let last = count - horizon
        let first = max(count / 2, last - span, 6)
        guard horizon > 0, first <= last else { return nil }
        origins = stride(from: last, through: first, by: -spacing).reversed()
        self.horizon = horizon
    }

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
