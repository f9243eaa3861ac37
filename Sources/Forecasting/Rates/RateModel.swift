/// What a model learned from the start of a history; it forecasts from any origin after that.
///
/// A model is fitted twice only, for its backtest and for the forecast itself: to fit it again at each origin of the
/// backtest would change it little and cost most of the time.
protocol RateModel {
    /// Forecasts from an origin: the number of values known there, at least those that the model was fitted on.
    ///
    /// - Returns: as many values as the horizon has steps, all of them finite.
    func forecast(_ history: RateHistory, from origin: Int, horizon: Int) -> [Double]
}
