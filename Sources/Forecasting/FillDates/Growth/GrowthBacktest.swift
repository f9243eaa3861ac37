import Glibc

/// What each family of hypotheses would have said of the last months, had it been asked at their start.
struct GrowthBacktest {
    /// The families whose shares the back-test settles.
    enum Family: Int, CaseIterable, Sendable {
        /// Models of the rate, with jumps as a process apart.
        case models
        /// Growth as in the last weeks, months and years.
        case windows
        /// The long-run drift.
        case drift
    }

    /// A normal forecast of the growth over some days.
    private struct Moments {
        var mean: Double
        var variance: Double
    }

    /// A day that growth is foretold from, knowing what was known then.
    struct Origin {
        /// An index into the history; the day has a reading.
        let day: Int
        /// The number of plain increments up to then.
        let known: Int
    }

    /// Days before today the forecasts start at.
    private static let ages = [180, 60]

    /// By family, the mean logarithmic score, higher is better; nil when the history is too short for any.
    private(set) var scores: [Double]?
    /// By family, the mean distance of forecast and growth per day.
    private(set) var errorsPerDay: [Double]?

    /// - Parameters:
    ///   - origins: those of `origins(_:_:)`.
    ///   - hypotheses: what models say, for each of the origins.
    init(
        _ structure: UsageStructure, growth: PlainGrowth, shocks: GrowthShocks, origins: [Origin],
        hypotheses: [[GrowthHypothesis]]
    ) {
        let level = structure.level
        guard let last = level.lastIndex(where: { !$0.isNaN }), let first = level.firstIndex(where: { !$0.isNaN })
        else { return }
        var scores = [Double](repeating: 0, count: Family.allCases.count)
        var errors = scores
        var count = 0.0
        for (origin, modelled) in zip(origins, hypotheses) where last > origin.day {
            let start = origin.day
            let days = Double(last - start)
            let actual = level[last] - level[start]
            let forecasts = [
                Self.models(modelled, growth: growth, days: days, structure: structure, start: start),
                Self.windows(structure, shocks, first: first, start: start, days: days),
                Self.drift(structure, start: start, days: days),
            ]
            for (family, forecast) in forecasts.enumerated() {
                let square = (actual - forecast.mean) * (actual - forecast.mean) / forecast.variance
                scores[family] -= 0.5 * (min(square, 12) + log(forecast.variance))
                errors[family] += (actual - forecast.mean).magnitude / days
            }
            count += 1
        }
        guard count > 0 else { return }
        self.scores = scores.map { $0 / count }
        errorsPerDay = errors.map { $0 / count }
    }

    /// The days to start at, oldest first; none when the history is too short.
    static func origins(_ structure: UsageStructure, _ growth: PlainGrowth) -> [Origin] {
        let level = structure.level
        guard let first = level.firstIndex(where: { !$0.isNaN }) else { return [] }
        let today = level.count - 1
        return ages.compactMap { age in
            guard today - age - first >= max(45, age) else { return nil }
            var day = today - age
            while level[day].isNaN { day -= 1 }
            let known = growth.day.prefix { $0 <= Double(day - today) }.count
            return known >= 20 ? Origin(day: day, known: known) : nil
        }
    }

    private static func models(
        _ hypotheses: [GrowthHypothesis], growth: PlainGrowth, days: Double, structure: UsageStructure, start: Int
    ) -> Moments {
        let best = hypotheses.map(\.logWeight).max() ?? 0
        var weights = 0.0
        var mean = 0.0
        var square = 0.0
        for hypothesis in hypotheses {
            let weight = exp(hypothesis.logWeight - best)
            var expected = hypothesis.rate * days * (1 + 0.5 * hypothesis.onLevel * days)
            if hypothesis.yearCosine != 0 || hypothesis.yearSine != 0 {
                let frequency = GrowthModels.yearlyFrequency
                let angle = frequency * days
                expected += (hypothesis.yearCosine * sin(angle) + hypothesis.yearSine * (1 - cos(angle))) / frequency
            }
            let variance =
                hypothesis.rateDeviation * hypothesis.rateDeviation * days * days
                + hypothesis.wander * hypothesis.wander * days * days * days / 3
            weights += weight
            mean += weight * expected
            square += weight * (expected * expected + variance)
        }
        mean /= weights
        var variance = square / weights - mean * mean + growth.variance * days
        let known = Double(max(1, start))
        for jump in structure.jumps where jump.day <= start {
            mean += jump.size * days / known
            variance += jump.size * jump.size * days / known
        }
        for size in structure.monthDayGrowth?.sizes ?? [] {
            mean += size * days / Double(structure.level.count)
        }
        return Moments(mean: mean, variance: max(variance, 1e-12))
    }

    private static func windows(
        _ structure: UsageStructure, _ shocks: GrowthShocks, first: Int, start: Int, days: Double
    ) -> Moments {
        let variance = shocks.all.variancePerDay
        let windows = GrowthWindows.hypotheses(structure.level, variance: variance, last: start, first: first)
        var mean = 0.0
        var square = 0.0
        for window in windows {
            let expected = window.rate * days
            mean += expected
            square += expected * expected + window.rateDeviation * window.rateDeviation * days * days
        }
        let count = Double(max(1, windows.count))
        mean /= count
        return Moments(mean: mean, variance: max(square / count - mean * mean + variance * days, 1e-12))
    }

    private static func drift(_ structure: UsageStructure, start: Int, days: Double) -> Moments {
        guard let drift = LongRunDrift.hypothesis(structure, upTo: start) else { return Moments(mean: 0, variance: 1) }
        let variance = drift.rateDeviation * drift.rateDeviation * days * (1 + days / max(1, drift.reach))
        return Moments(mean: drift.rate * days, variance: max(variance, 1e-12))
    }
}
