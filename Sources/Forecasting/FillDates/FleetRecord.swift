/// How a fleet's past forecasts turned out: what its calibration is fitted to.
package struct FleetRecord: Sendable {
    /// One past forecast, once its pool has filled or its horizon has passed.
    private struct Entry {
        /// The normal score of the uncalibrated probability of being full by the day it was, or by the end.
        let score: Double
        /// False: the pool was not full by then, so that its score is beyond this one.
        let isFull: Bool
    }

    /// Fewer outcomes than these say nothing about a spread.
    private static let fewestOutcomes = 30
    /// Scores of days no path, or every path, had reached.
    private static let extremeScore = 3.0

    private var entries: [Entry] = []

    package init() {}

    package var count: Int { entries.count }

    /// Adds a forecast that is settled.
    /// - Parameter fillDay: days from the forecast's today on which the pool was first full; nil: not within the
    ///   horizon.
    package mutating func add(_ forecast: FillDistribution, fillDay: Int?) {
        let day = fillDay ?? forecast.horizon
        let score = NormalDistribution.quantile(forecast.uncalibratedProbability(within: Double(day)))
        // Never and always say nothing of when a pool that did not fill would have.
        if fillDay == nil, score == -.infinity { return }
        entries.append(
            Entry(score: min(max(score, -Self.extremeScore), Self.extremeScore), isFull: fillDay != nil))
    }

    /// The calibration with its `shift` and `stretch` fitted to the record, unchanged when that is too short.
    ///
    /// The mean and deviation of normal scores of which some are only known to be beyond a bound, by expectation and
    /// maximization (Dempster, Laird, Rubin 1977). Perfect forecasts have mean 0 and deviation 1.
    package func fitted(_ calibration: FleetCalibration) -> FleetCalibration {
        guard entries.count(where: \.isFull) >= Self.fewestOutcomes else { return calibration }
        var mean = 0.0
        var deviation = 1.0
        for _ in 0..<50 {
            var sum = 0.0
            var squares = 0.0
            for entry in entries {
                var expected = entry.score
                var square = entry.score * entry.score
                if !entry.isFull {
                    // Mean and square of a normal number known to be beyond the score.
                    let bound = (entry.score - mean) / deviation
                    let beyond = max(1 - NormalDistribution.probability(below: bound), 1e-12)
                    let hazard = NormalDistribution.density(bound) / beyond
                    expected = mean + deviation * hazard
                    square = mean * mean + deviation * deviation + deviation * (entry.score + mean) * hazard
                }
                sum += expected
                squares += square
            }
            mean = sum / Double(entries.count)
            deviation = max(squares / Double(entries.count) - mean * mean, 0.01).squareRoot()
        }
        var fitted = calibration
        fitted.shift = min(max(mean, -1), 1)
        fitted.stretch = min(max(deviation, 0.3), 3)
        return fitted
    }
}
