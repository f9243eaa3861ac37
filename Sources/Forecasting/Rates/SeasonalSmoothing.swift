/// Exponential smoothing with a damped trend and several seasons: the additive form of Holt and Winters with a season
/// of the day and one of the week, and a first-order term for what is left (Taylor, 2003).
///
/// The seasons start from a decomposition; each factor of smoothing is the best of a few, one after another.
struct SeasonalSmoothing: RateModel {
    /// The share of an error one step ahead that each part of the state takes up.
    private struct Factors {
        var level: Double
        var slope: Double
        var seasons: [Double]
        /// The share of what is left of a value that is left of the next one too.
        var remainder: Double
    }

    private struct State {
        var seasonal: SeasonalDecomposition
        var level: Double
        var slope = 0.0
        var remainder = 0.0
    }

    private let factors: Factors
    /// Before the first value.
    private let start: State
    /// How much of the slope is left after a step. Found by backtests, that hardly tell it from 0.97.
    private static let damping = 0.9

    /// - Parameters:
    ///   - values: of which the first ones may be learned from.
    ///   - seasons: in steps; those left out that the values to learn from hold less than one and a half times.
    ///   - end: how many these are.
    /// - Returns: nil where they are too few.
    init?(_ values: [Double], seasons: [Int], upTo end: Int) {
        guard end >= 8 else { return nil }
        let seasonal = SeasonalDecomposition(values[..<end], seasons: seasons.filter { 3 * $0 <= 2 * end })
        let start = State(seasonal: seasonal, level: seasonal.level)
        self.start = start
        var best = Factors(level: 0.1, slope: 0, seasons: seasonal.seasons.map { _ in 0.1 }, remainder: 0.4)
        var least = Double.infinity
        func attempt(_ change: (inout Factors) -> Void) {
            var factors = best
            change(&factors)
            var state = start
            let error = Self.smooth(values[..<end], &state, factors)
            if error < least { (best, least) = (factors, error) }
        }
        for remainder in [0, 0.2, 0.4, 0.6, 0.8, 0.9] { attempt { $0.remainder = remainder } }
        for season in seasonal.seasons.indices {
            for factor in [0, 0.03, 0.1, 0.2, 0.35, 0.5] { attempt { $0.seasons[season] = factor } }
        }
        for level in [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 0.95] {
            for slope in [0, level / 10] {
                attempt {
                    $0.level = level
                    $0.slope = slope
                }
            }
        }
        factors = best
    }

    func forecast(_ history: RateHistory, from origin: Int, horizon: Int) -> [Double] {
        var state = start
        _ = Self.smooth(history.values[..<origin], &state, factors)
        let seasonal = state.seasonal
        var (slope, rise, remainder) = (state.slope, 0.0, state.remainder)
        return (0..<horizon).map { step in
            slope *= Self.damping
            rise += slope
            remainder *= factors.remainder
            var value = state.level + rise + remainder
            for (season, offset) in zip(seasonal.seasons, seasonal.offsets) {
                value += seasonal.effects[offset + (origin + step) % season]
            }
            return min(max(value, history.bounds.lowerBound), history.bounds.upperBound)
        }
    }

    /// Runs through the values.
    ///
    /// - Returns: the mean absolute error one step ahead over the later two thirds, when the start is forgotten. Single
    ///   outliers move it less than the mean square.
    private static func smooth(_ values: ArraySlice<Double>, _ state: inout State, _ factors: Factors) -> Double {
        let (seasons, offsets) = (state.seasonal.seasons, state.seasonal.offsets)
        var phases = [Int](repeating: 0, count: seasons.count)
        var (level, slope, remainder) = (state.level, state.slope, state.remainder)
        let counted = values.count / 3
        var sum = 0.0
        values.withUnsafeBufferPointer { values in
            state.seasonal.effects.withUnsafeMutableBufferPointer { effects in
                for place in values.indices {
                    slope *= damping
                    var expected = level + slope
                    for index in phases.indices { expected += effects[offsets[index] + phases[index]] }
                    let left = values[place] - expected
                    let error = left - factors.remainder * remainder
                    if place >= counted { sum += abs(error) }
                    level += slope + factors.level * error
                    slope += factors.slope * error
                    for index in phases.indices {
                        effects[offsets[index] + phases[index]] += factors.seasons[index] * error
                        phases[index] = phases[index] + 1 == seasons[index] ? 0 : phases[index] + 1
                    }
                    remainder = left
                }
            }
        }
        (state.level, state.slope, state.remainder) = (level, slope, remainder)
        return sum / Double(max(1, values.count - counted))
    }
}
