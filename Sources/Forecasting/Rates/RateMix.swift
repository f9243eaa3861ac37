internal import Glibc

/// The forecasts of several models as one, each weighted by its errors in backtests (Bates and Granger, 1969).
struct RateMix {
    struct Part {
        let component: RateComponent
        /// The mean absolute error of the backtest, in the unit of the readings.
        let error: Double
        /// All of a mix add up to 1.
        let weight: Double
    }

    /// On the scale of the models, one a step.
    let mean: [Double]
    /// Of the mix's own backtest, as ``RollingOrigin/errors(_:_:)`` gives them; no rows without a backtest.
    let errors: [[Double]]
    /// The greatest weight first.
    let parts: [Part]

    init(_ history: RateHistory, scale: RateScale, horizon: Int) {
        let count = history.values.count
        let span = min(max(history.seasons.lengths.last ?? 0, 26), Self.longestSpan)
        // Where the horizon asks for more than the history can show, the backtest looks less far.
        let rolling = RollingOrigin(
            count: count, horizon: min(horizon, count / 3), span: span, spacing: max(1, span / Self.backtests))
        var candidates: [(component: RateComponent, forecast: [Double], errors: [[Double]], error: Double)] = []
        for component in RateComponent.allCases {
            guard let model = component.fit(history, upTo: count, horizon: horizon) else { continue }
            var errors: [[Double]] = []
            if let rolling {
                guard let past = component.fit(history, upTo: rolling.learned, horizon: rolling.horizon) else {
                    continue
                }
                errors = rolling.errors(past, history)
            }
            candidates.append(
                (component, model.forecast(history, from: count, horizon: horizon), errors, Self.meanAbsolute(errors)))
        }
        let weights = Self.weights(candidates.map(\.error))
        var mean = [Double](repeating: 0, count: horizon)
        var errors = (rolling?.origins ?? []).map { _ in [Double](repeating: 0, count: rolling?.horizon ?? 0) }
        for (candidate, weight) in zip(candidates, weights) {
            for step in mean.indices { mean[step] += weight * candidate.forecast[step] }
            for row in errors.indices {
                for step in errors[row].indices { errors[row][step] += weight * candidate.errors[row][step] }
            }
        }
        self.mean = mean
        self.errors = errors
        let errorsInUnit = candidates.map { candidate in
            rolling.map { Self.meanAbsolute($0.errors(candidate.errors, in: history, scale: scale)) } ?? 0
        }
        parts = candidates.indices
            .map { Part(component: candidates[$0].component, error: errorsInUnit[$0], weight: weights[$0]) }
            .sorted { $0.weight > $1.weight }
    }

    /// Inverse to a power of the errors: the best leads, those near it take part.
    private static func weights(_ errors: [Double]) -> [Double] {
        let least = errors.min() ?? 0
        let raw = errors.map { $0 > least ? pow(least / $0, Self.sharpness) : 1 }
        let total = raw.reduce(0, +)
        return raw.map { $0 / total }
    }

    private static func meanAbsolute(_ errors: [[Double]]) -> Double {
        var (sum, count) = (0.0, 0.0)
        for row in errors {
            for error in row where !error.isNaN {
                sum += abs(error)
                count += 1
            }
        }
        return count > 0 ? sum / count : 0
    }

    /// To which power. Found by backtests of hourly and weekly series: from 3 on it hardly matters.
    private static let sharpness = 4.0
    /// About how many origins there are.
    private static let backtests = 14
    /// In steps. A month of origins an hour apart shows no more than a week of them.
    private static let longestSpan = 168
}
