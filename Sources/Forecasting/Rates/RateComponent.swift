/// The models whose forecasts are mixed, and the one that stands alone.
package enum RateComponent: String, Sendable, CaseIterable {
    /// The last season again.
    case seasonalNaive
    /// Level, damped trend and seasons, smoothed.
    case seasonalSmoothing
    /// Each value from those before it, where days or weeks are seen.
    case autoregression
    /// Each change over the shorter season from those before it, where days or weeks are seen.
    case shortSeasonAutoregression
    /// Each change over the longer season from those before it, where both are seen.
    case longSeasonAutoregression
    /// Each change over a step from those before it, of weeks in years or without a season.
    case changeAutoregression
    /// The same from more of those before it, shrunk more.
    case wideChangeAutoregression
    /// How often which values came at like times: of a rate that is mostly one number, and never part of a mix.
    case pastValues

    /// The model as learned from the start of a history; nil where that is too short for it, or of another kind.
    ///
    /// - Parameter count: how many values may be learned from.
    func fit(_ history: RateHistory, upTo count: Int) -> (any RateModel)? {
        // Of the whole history, so that a backtest tests the kind of model that forecasts.
        let seasons = history.seasons
        let short = seasons.lengths.first ?? 1
        let long = seasons.lengths.last ?? 1
        switch (self, seasons.isCyclic) {
        case (.seasonalNaive, _):
            return SeasonalNaive(season: short)
        case (.seasonalSmoothing, _):
            return SeasonalSmoothing(history.values, seasons: seasons.lengths, upTo: count)
        case (.autoregression, true):
            return SeasonalAutoregression(
                history, upTo: count, difference: 0, lags: Self.cyclicLags(short, long, count: history.values.count),
                penalty: 1e-5)
        case (.shortSeasonAutoregression, true):
            return SeasonalAutoregression(
                history, upTo: count, difference: short,
                lags: Self.cyclicLags(short, long, count: history.values.count), penalty: 1e-2)
        case (.longSeasonAutoregression, true):
            guard long > short else { return nil }
            return SeasonalAutoregression(
                history, upTo: count, difference: long, lags: Self.cyclicLags(short, long, count: history.values.count),
                penalty: 1e-4)
        case (.changeAutoregression, false):
            let lags = short > 1 ? [1, 2, short - 1, short, short + 1] : [1, 2]
            return SeasonalAutoregression(
                history, upTo: count, difference: 1, lags: lags, penalty: 1e-2, window: Self.window(short))
        case (.wideChangeAutoregression, false):
            var lags = [1, 2, 3, 4, 5, 8, 13]
            if short > 30 {
                lags += [short / 4, short / 2, short * 3 / 4, short - 2, short - 1, short, short + 1, short + 2]
            }
            return SeasonalAutoregression(
                history, upTo: count, difference: 1, lags: lags, penalty: 0.1, window: Self.window(short))
        default:
            return nil
        }
    }

    /// The last values, those around the same time of up to seven short seasons before, and of the long one.
    private static func cyclicLags(_ short: Int, _ long: Int, count: Int) -> [Int] {
        var lags: Set = [1, 2, 3]
        for cycle in 1...min(7, max(1, count / short / 3)) {
            lags.formUnion([cycle * short - 1, cycle * short, cycle * short + 1])
        }
        // The first half of the history is what backtests learn from.
        if long / short <= 10, count / 2 >= long + 30 { lags.formUnion([long - 1, long, long + 1]) }
        return lags.sorted()
    }

    /// How many of the last values tell how a series changes now: five seasons, of weeks five years.
    private static func window(_ season: Int) -> Int { max(260, 5 * season) }
}
