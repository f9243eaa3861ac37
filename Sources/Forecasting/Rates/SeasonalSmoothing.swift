/// Exponential smoothing with a damped trend and one or more seasons: De Livera, Hyndman and Snyder's additive form (2011)
/// of Holt and Winters, after Taylor (2003) with a first-order term for what is left.
///
/// The seasons start from a decomposition of the history; the factors of smoothing are the best of a small grid.
struct SeasonalSmoothing: RateModel {
    /// The share of an error one step ahead that each part of the state takes up.
    private struct Factors {
        var level: Double
        var trend: Double
        var season: Double
        /// The share of what is left of a value that is left of the next one too.
        var remainder: Double
    }
    private struct State {
        var level: Double
        var slope: Double
        /// Each season's effects by phase, one season after another.
        var effects: [Double]
        var remainder: Double
    }
    private let seasons: [Int]
    /// Where each season's effects begin.
    private let offsets: [Int]
    private let factors: Factors
    /// Before the first value.
    private let start: State
    /// How much of the slope is left after a step.
    private static let damping = 0.9

    /// - Parameters:
    ///   - values: of which the first ones may be learned from.
    ///   - seasons: in steps; those left out that the values to learn from hold less than one and a half times.
    ///   - end: how many these are.
    /// - Returns: nil where they are too few.
    init?(_ values: [Double], seasons: [Int], upTo end: Int) {
        guard end >= 8 else { return nil }
        let seasons = seasons.filter { 3 * $0 <= 2 * end }
        self.seasons = seasons
        var offsets: [Int] = []
        var total = 0
        for season in seasons {
            offsets.append(total)
            total += season
        }
        self.offsets = offsets
        start = Self.decompose(values, 0..<end, seasons: seasons, offsets: offsets, total: total)
        var best = Factors(level: 0.3, trend: 0.03, season: 0.1, remainder: 0)
        var least = Double.infinity
        for level in [0.02, 0.1, 0.3, 0.6, 0.9] {
            for season in seasons.isEmpty ? [0] : [0.05, 0.15, 0.35] {
                for remainder in [0, 0.4, 0.8] {
                    // The trend follows the level: on its own it is hardly told from it.
                    let tried = Factors(level: level, trend: level / 10, season: season, remainder: remainder)
                    var state = start
                    let error = Self.run(values, 0..<end, seasons, offsets, tried, &state)
                    if error < least { (best, least) = (tried, error) }
                }
            }
        }
        factors = best
    }

    func forecast(_ history: RateHistory, from origin: Int, horizon: Int) -> [Double] {
        var state = start
        _ = Self.run(history.values, 0..<origin, seasons, offsets, factors, &state)
        var (slope, rise, remainder) = (state.slope, 0.0, state.remainder)
        return (0..<horizon).map { step in
            slope *= Self.damping
            rise += slope
            remainder *= factors.remainder
            var value = state.level + rise + remainder
            for (season, offset) in zip(seasons, offsets) {
                value += state.effects[offset + (origin + step) % season]
            }
            return min(max(value, history.bounds.lowerBound), history.bounds.upperBound)
        }
    }

    /// Runs through the values and answers the mean square of the errors one step ahead, of the later two thirds.
    private static func run(
        _ values: [Double], _ range: Range<Int>, _ seasons: [Int], _ offsets: [Int], _ factors: Factors,
        _ state: inout State
    ) -> Double {
        var phases = [Int](repeating: 0, count: seasons.count)
        var sum = 0.0
        let counted = range.lowerBound + range.count / 3
        var (level, slope, remainder) = (state.level, state.slope, state.remainder)
        values.withUnsafeBufferPointer { values in
            state.effects.withUnsafeMutableBufferPointer { effects in
                for place in range {
                    slope *= damping
                    var expected = level + slope
                    for index in phases.indices { expected += effects[offsets[index] + phases[index]] }
                    let left = values[place] - expected
                    let error = left - factors.remainder * remainder
                    if place >= counted { sum += error * error }
                    level += slope + factors.level * error
                    slope += factors.trend * error
                    for index in phases.indices {
                        effects[offsets[index] + phases[index]] += factors.season * error
                        phases[index] = phases[index] + 1 == seasons[index] ? 0 : phases[index] + 1
                    }
                    remainder = left
                }
            }
        }
        (state.level, state.slope, state.remainder) = (level, slope, remainder)
        return sum / Double(max(1, range.upperBound - counted))
    }

    /// Splits the values into a line and the mean of each phase of each season, in turn.
    private static func decompose(
        _ values: [Double], _ range: Range<Int>, seasons: [Int], offsets: [Int], total: Int
    ) -> State {
        let count = Double(range.count)
        var (meanX, meanY) = (0.0, 0.0)
        for place in range {
            meanX += Double(place - range.lowerBound) / count
            meanY += values[place] / count
        }
        var (xx, xy) = (0.0, 0.0)
        for place in range {
            let x = Double(place - range.lowerBound) - meanX
            xx += x * x
            xy += x * (values[place] - meanY)
        }
        let slope = xx > 0 ? xy / xx : 0
        var rest = range.map { values[$0] - meanY - slope * (Double($0 - range.lowerBound) - meanX) }
        var effects = [Double](repeating: 0, count: total)
        for (season, offset) in zip(seasons, offsets) {
            for phase in 0..<season {
                var (sum, found) = (0.0, 0.0)
                for place in stride(from: phase, to: rest.count, by: season) {
                    sum += rest[place]
                    found += 1
                }
                effects[offset + phase] = sum / max(1, found)
            }
            for place in rest.indices { rest[place] -= effects[offset + place % season] }
        }
        return State(level: meanY - slope * meanX, slope: 0, effects: effects, remainder: 0)
    }
}
