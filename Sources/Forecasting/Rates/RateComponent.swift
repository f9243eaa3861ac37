/// The models whose forecasts are mixed.
package enum RateComponent: String, Sendable, CaseIterable {
    /// The last season again.
    case seasonalNaive
    /// Level, damped trend and seasons, smoothed.
    case seasonalSmoothing
    /// Each value from those before it.
    case autoregression
    /// Each change from those before it.
    case changeAutoregression
    /// Each change from more of those before it, shrunk more.
    case wideChangeAutoregression
    /// Each change over a season from those before it.
    case seasonalAutoregression
    /// Each step ahead from what is known.
    case directRegression

    /// The model as learned from the start of a history; nil where that is too short for it, or of another kind.
    ///
    /// - Parameters:
    ///   - count: how many values may be learned from.
    ///   - horizon: the most steps that the model is going to be asked for.
    func fit(_ history: RateHistory, upTo count: Int, horizon: Int) -> (any RateModel)? {
        // Of the whole history, so that a backtest tests the kind of model that forecasts.
        let seasons = history.seasons
        let season = seasons.lengths.first ?? 1
        let isNested = seasons.areNested(in: history.values.count)
        switch (self, isNested) {
        case (.seasonalNaive, _):
            return SeasonalNaive(season: season)
        case (.seasonalSmoothing, true):
            return SeasonalSmoothing(history.values, seasons: seasons.lengths, upTo: count)
        case (.autoregression, true):
            return SeasonalAutoregression(
                history, upTo: count, difference: 0, lags: Self.cyclicLags(season), penalty: 1e-5)
        case (.seasonalAutoregression, true):
            return SeasonalAutoregression(
                history, upTo: count, difference: season, lags: Self.cyclicLags(season), penalty: 1e-2)
        case (.directRegression, true):
            // Its time grows with both: that of a day ahead of four weeks of five minutes is out of bounds.
            guard horizon * count <= 100_000 else { return nil }
            return DirectRegression(history, upTo: count, horizon: horizon, season: season, penalty: 1e-4)
        case (.changeAutoregression, false):
            let lags = season > 1 ? [1, 2, season - 1, season, season + 1] : [1, 2]
            return SeasonalAutoregression(
                history, upTo: count, difference: 1, lags: lags, penalty: 1e-2, window: Self.recent(season))
        case (.wideChangeAutoregression, false):
            let near = [1, 2, 3, 4, 5, 8, 13]
            let far = [season / 2, season - 2, season - 1, season, season + 1, season + 2]
            return SeasonalAutoregression(
                history, upTo: count, difference: 1, lags: season > 30 ? near + far : near, penalty: 0.1,
                window: Self.recent(season))
        default:
            return nil
        }
    }

    /// The last values, and those around the same time of each of the last seven days.
    private static func cyclicLags(_ season: Int) -> [Int] {
        var lags = [1, 2, 3]
        for cycle in 1...7 { lags += [cycle * season - 1, cycle * season, cycle * season + 1] }
        return lags
    }

    /// How many of the last values of a series tell how it changes now: five seasons, five years of weeks.
    private static func recent(_ season: Int) -> Int { max(260, 5 * season) }
}
