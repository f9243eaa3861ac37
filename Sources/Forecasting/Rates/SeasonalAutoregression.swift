/// A ridge regression of each value on those shortly before and about one or more seasons before, applied step by
/// step to its own forecasts.
///
/// Works on differences over a number of steps (Box and Jenkins' seasonal differences), or on the values less their
/// mean.
struct SeasonalAutoregression: RateModel {
    private let difference: Int
    private let lags: [Int]
    private let coefficients: [Double]
    private let mean: Double
    /// Of the whole history, so that they are not taken anew at each origin.
    private let differences: [Double]

    /// - Parameters:
    ///   - end: how many values of the history may be learned from.
    ///   - difference: over how many steps; 0: values less their mean.
    ///   - lags: in steps, 1 and more.
    ///   - penalty: as for ``RidgeRegression``.
    ///   - window: how many values to learn from at most, counted from the end.
    /// - Returns: nil where the history is too short for the lags.
    init?(
        _ history: RateHistory, upTo end: Int, difference: Int, lags: [Int], penalty: Double, window: Int = .max
    ) {
        let reach = (lags.max() ?? 0) + difference
        let start = window < end ? end - window : 0
        guard !lags.isEmpty, end - start - reach >= max(12, lags.count + 4) else { return nil }
        self.difference = difference
        self.lags = lags
        let values = history.values
        var mean = 0.0
        var differences = [Double](repeating: 0, count: values.count)
        if difference > 0 {
            for place in difference..<values.count { differences[place] = values[place] - values[place - difference] }
        } else {
            for place in start..<end { mean += values[place] }
            mean /= Double(end - start)
            for place in values.indices { differences[place] = values[place] - mean }
        }
        self.mean = mean
        self.differences = differences
        coefficients =
            RidgeRegression(differences, lags: lags, rows: (start + reach)..<end, penalty: penalty).coefficients
    }

    func forecast(_ history: RateHistory, from origin: Int, horizon: Int) -> [Double] {
        let reach = min(origin, max(lags.max() ?? 0, difference))
        // The values that the recursion reaches back to, and those it appends.
        var steps = Array(differences[(origin - reach)..<origin])
        var values = Array(history.values[(origin - reach)..<origin])
        let bounds = history.bounds
        for _ in 0..<horizon {
            let place = steps.count
            var next = 0.0
            for (lag, coefficient) in zip(lags, coefficients) where lag <= place {
                next += coefficient * steps[place - lag]
            }
            var value = next + (difference > 0 ? values[place - difference] : mean)
            // An unstable recursion ends at the bounds rather than beyond all numbers.
            value = min(max(value, bounds.lowerBound), bounds.upperBound)
            steps.append(difference > 0 ? value - values[place - difference] : value - mean)
            values.append(value)
        }
        return Array(values[reach...])
    }
}
