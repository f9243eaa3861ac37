import Glibc

/// How a fleet's past forecasts turned out: what its calibration is fitted to.
///
/// A sum of few numbers, however many forecasts are in it.
package struct FleetRecord: Equatable, Sendable {
    /// What became of a forecast by the day its pool was full, or by the last day of which that is known.
    package struct Outcome: Hashable, Comparable, Sendable {
        /// The normal score of the uncalibrated probability of being full by then, in twentieths.
        package var twentieths: Int
        /// False: the pool was not full by then, so that its score is beyond this one.
        package var isFull: Bool

        package init(twentieths: Int, isFull: Bool) {
            self.twentieths = twentieths
            self.isFull = isFull
        }

        var score: Double { Double(twentieths) / 20 }

        package static func < (lhs: Outcome, rhs: Outcome) -> Bool {
            (lhs.twentieths, lhs.isFull ? 1 : 0) < (rhs.twentieths, rhs.isFull ? 1 : 0)
        }
    }

    /// Fewer pools that filled say nothing about a spread.
    private static let fewestFills = 30.0
    /// As many pools that filled as the calibration to be fitted is worth. At the fewest the fit goes a third of the way
    /// to what the record says, at ten times as many five sixths.
    private static let priorFills = 60.0

    /// How often each came.
    package private(set) var counts: [Outcome: Int] = [:]

    package init() {}

    /// How many forecasts are in it.
    package var count: Int { counts.values.reduce(0, +) }

    /// How many of them were of pools that filled.
    package var filled: Int { counts.reduce(0) { $0 + ($1.key.isFull ? $1.value : 0) } }

    /// Adds a forecast that is settled.
    /// - Parameter fillDay: days from the forecast's today on which the pool was first full; nil: not within the
    ///   horizon.
    package mutating func add(_ forecast: FillDistribution, fillDay: Int?) {
        let day = fillDay ?? forecast.horizon
        let share = forecast.uncalibratedProbability(within: Double(day))
        add(score: NormalDistribution.quantile(share), isFull: fillDay != nil)
    }

    /// Adds a forecast of which points were kept.
    /// - Parameters:
    ///   - day: from the forecast's today, on which the pool was first full, or the last on which it was known not to
    ///     be.
    ///   - isFull: whether it was full then.
    package mutating func add(_ forecast: FillCurve, day: Int, isFull: Bool) {
        // What fills later on the day of the forecast is taken for the next day's, which is the first that was looked at.
        add(score: forecast.score(by: isFull ? Double(max(day, 1)) : Double(day) + 0.5), isFull: isFull)
    }

    /// - Parameter score: of the uncalibrated probability of being full by the day it was, or by the last known day.
    private mutating func add(score: Double, isFull: Bool) {
        let confined = FillCurve.confined(score)
        // That a pool was not full while none could be says nothing of when it would have been.
        if !isFull, confined <= -FillCurve.extremeScore { return }
        add(Outcome(twentieths: Int((confined * 20).rounded()), isFull: isFull), count: 1)
    }

    /// - Parameter count: not negative.
    package mutating func add(_ outcome: Outcome, count: Int) {
        counts[outcome, default: 0] += count
    }

    package static func += (total: inout FleetRecord, other: FleetRecord) {
        total.counts.merge(other.counts, uniquingKeysWith: +)
    }

    /// The calibration with its `shift` and `stretch` drawn toward what the record says, the more the longer that is;
    /// unchanged when it is too short.
    ///
    /// - Parameter forecastsPerFill: how many forecasts of one pool tell of the same time: together they are worth one.
    package func fitted(_ calibration: FleetCalibration, forecastsPerFill: Int = 1) -> FleetCalibration {
        let fills = Double(filled) / Double(max(forecastsPerFill, 1))
        guard fills >= Self.fewestFills else { return calibration }
        let found = moments
        let trust = fills / (fills + Self.priorFills)
        var fitted = calibration
        fitted.shift += trust * (min(max(found.mean, -1), 1) - calibration.shift)
        fitted.stretch *= pow(min(max(found.deviation, 0.3), 3) / calibration.stretch, trust)
        return fitted
    }

    /// The mean and deviation of normal scores of which some are only known to be beyond a bound, by expectation and
    /// maximization (Dempster, Laird, Rubin 1977). Perfect forecasts have mean 0 and deviation 1.
    private var moments: (mean: Double, deviation: Double) {
        // In order, so that the same record gives the same sums.
        let outcomes = counts.sorted { $0.key < $1.key }.map { (score: $0.key.score, $0.key.isFull, Double($0.value)) }
        let total = outcomes.reduce(0) { $0 + $1.2 }
        var mean = 0.0
        var deviation = 1.0
        // Where few pools fill, steps are small: each goes as far as the share of those that did.
        for _ in 0..<1_000 {
            var sum = 0.0
            var squares = 0.0
            for (score, isFull, count) in outcomes {
                var expected = score
                var square = score * score
                if !isFull {
                    // Mean and square of a normal number known to be beyond the score.
                    let bound = (score - mean) / deviation
                    let beyond = max(1 - NormalDistribution.probability(below: bound), 1e-12)
                    let hazard = NormalDistribution.density(bound) / beyond
                    expected = mean + deviation * hazard
                    square = mean * mean + deviation * deviation + deviation * (score + mean) * hazard
                }
                sum += count * expected
                squares += count * square
            }
            let before = (mean, deviation)
            mean = sum / total
            deviation = max(squares / total - mean * mean, 0.01).squareRoot()
            if abs(mean - before.0) + abs(deviation - before.1) < 1e-6 { break }
        }
        return (mean, deviation)
    }
}
