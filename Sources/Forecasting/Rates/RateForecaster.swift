/// Forecasts rates that follow the day, the week or the year: processor load, traffic of ports, calls.
///
/// Several models forecast; each weighs by how well it did in backtests, and the errors of the mix give the intervals.
/// Where most readings are one number, as of a room that is seldom in a call, it is told from how often which values
/// came at like times instead. The same readings give the same forecast. It takes a few milliseconds for a thousand readings.
package struct RateForecaster: Sendable {
    /// With fewer readings there is no forecast: a backtest would tell nothing.
    package static let leastReadings = 12

    /// As many of the last values are looked at, or ten of the longest season.
    private static let longestHistory = 1000

    package init() {}

    /// - Parameters:
    ///   - values: equally spaced, oldest first; whatever is not finite counts as no reading.
    ///   - step: seconds between two values; days, weeks and years are found by it.
    ///   - season: steps of the main season, 1 where none is known.
    ///   - horizon: how many steps to forecast.
    ///   - levels: the probabilities of the intervals, each above 0 and below 1.
    /// - Returns: finite numbers, none negative where no value was; without numbers where there is nothing to go by.
    package func forecast(
        _ values: [Double], step: Double, season: Int, horizon: Int, levels: [Double]
    ) -> RateForecast {
        let longest = RateSeasons(step: step, declared: season, count: values.count).lengths.last ?? 1
        let readings = values.suffix(max(Self.longestHistory, 10 * longest)).map { $0.isFinite ? $0 : .nan }
            .drop { $0.isNaN }
        // What the end lacks is forecast, too: backtests are of steps that were read.
        let lacking = readings.reversed().prefix { $0.isNaN }.count
        let read = readings.dropLast(lacking)
        let found = read.reduce(0) { $0 + ($1.isNaN ? 0 : 1) }
        guard found >= Self.leastReadings else {
            return RateForecast(abstention: .tooFewReadings(found: found, needed: Self.leastReadings))
        }
        guard horizon > 0 else { return RateForecast(abstention: .noHorizon) }
        let seasons = RateSeasons(step: step, declared: season, count: read.count)
        let scale = RateScale(read)
        let history = RateHistory(read.map(scale.scaled), seasons: seasons)
        let mix = RateMix(history, scale: scale, horizon: lacking + horizon)
        let spread = RateSpread(mix.errors, horizon: lacking + horizon)
        if let past = PastValues(Array(read), seasons: seasons, upTo: read.count) {
            let test = PastValuesBacktest(Array(read), history: history, mix: mix, spread: spread, scale: scale)
            if !test.isMixBetter {
                return Self.forecast(
                    past, error: test.error, from: read.count, steps: lacking..<(lacking + horizon), levels: levels)
            }
        }
        let mean = mix.mean.dropFirst(lacking)
        return RateForecast(
            mean: mean.map(scale.value),
            intervals: levels.map { level in
                let reach = spread.reach(level: level).dropFirst(lacking)
                return RateForecast.Interval(
                    level: level,
                    lower: zip(mean, reach).map { scale.value($0 - $1) },
                    upper: zip(mean, reach).map { scale.value($0 + $1) })
            },
            components: mix.parts.map { .init(name: $0.component, weight: $0.weight, error: $0.error) },
            abstention: nil)
    }

    private static func forecast(
        _ past: PastValues, error: Double, from origin: Int, steps: Range<Int>, levels: [Double]
    ) -> RateForecast {
        // One quantile for the middle, then two a level.
        let probabilities =
            [0.5]
            + levels.flatMap { level in
                let share = level.isNaN ? 0 : min(max(level, 0), 1)
                return [(1 - share) / 2, (1 + share) / 2]
            }
        let quantiles = past.quantiles(probabilities, from: origin, horizon: steps.upperBound)
            .map { Array($0[steps]) }
        return RateForecast(
            mean: quantiles[0],
            intervals: levels.indices.map {
                .init(level: levels[$0], lower: quantiles[2 * $0 + 1], upper: quantiles[2 * $0 + 2])
            },
            components: [.init(name: .pastValues, weight: 1, error: error)], abstention: nil)
    }
}
