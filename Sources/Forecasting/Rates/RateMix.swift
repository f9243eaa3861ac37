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

    private struct Candidate {
        let component: RateComponent
        let forecast: [Double]
        let errors: [[Double]]
    }

    /// On the scale of the models, one a step.
    let mean: [Double]
    /// Of the mix's own backtest, as ``RollingOrigin/errors(_:_:)`` gives them; no rows without a backtest.
    let errors: [[Double]]
    /// The greatest weight first.
    let parts: [Part]

    init(_ history: RateHistory, scale: RateScale, horizon: Int) {
        let rolling = RollingOrigin(history, horizon: horizon)
        let candidates = RateComponent.allCases.compactMap { component -> Candidate? in
            guard let model = component.fit(history, upTo: history.values.count) else { return nil }
            var errors: [[Double]] = []
            if let rolling {
                // What cannot be tested is not trusted.
                guard let past = component.fit(history, upTo: rolling.learned) else { return nil }
                errors = rolling.errors(past, history)
            }
            return Candidate(
                component: component,
                forecast: model.forecast(history, from: history.values.count, horizon: horizon), errors: errors)
        }
        let weights = Self.weights(candidates.map { Self.meanAbsolute($0.errors) })
        mean = (0..<horizon).map { step in
            zip(candidates, weights).reduce(0) { $0 + $1.1 * $1.0.forecast[step] }
        }
        errors = (0..<(rolling?.origins.count ?? 0)).map { row in
            (0..<(rolling?.horizon ?? 0)).map { step in
                zip(candidates, weights).reduce(0) { $0 + $1.1 * $1.0.errors[row][step] }
            }
        }
        parts = zip(candidates, weights).map { candidate, weight in
            let errors = rolling?.errors(candidate.errors, in: history, scale: scale) ?? []
            return Part(component: candidate.component, error: Self.meanAbsolute(errors), weight: weight)
        }.sorted { $0.weight > $1.weight }
    }

    /// Inverse to a power of the errors: the best leads, those near it take part.
    private static func weights(_ errors: [Double]) -> [Double] {
        let least = errors.min() ?? 0
        let shares = errors.map { $0 > least ? pow(least / $0, sharpness) : 1 }
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }

    /// The power. Found by backtests of hourly and weekly series, where 3 to 6 do as well.
    private static let sharpness = 4.0

    private static func meanAbsolute(_ errors: [[Double]]) -> Double {
        // Not a sum, which the greatest numbers would overflow.
        var (mean, count) = (0.0, 0.0)
        for row in errors {
            for error in row where !error.isNaN {
                count += 1
                mean += (min(abs(error), .greatestFiniteMagnitude) - mean) / count
            }
        }
        return mean
    }
}
