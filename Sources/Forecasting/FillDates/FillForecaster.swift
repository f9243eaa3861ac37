/// Foretells the day a resource is full.
///
/// Cleaned readings are taken apart into structure (drops, purges, days of the month, weekdays, jumps) and plain
/// growth; models of its rate, weighed by their evidence, and replays of past growth, weighed by their back-tests,
/// send simulated paths ahead; the days on which these first reach the capacity are the forecast, calibrated by what
/// the fleet has taught. The same history, seed and calibration give the same forecast.
package struct FillForecaster: Sendable {
    package let calibration: FleetCalibration
    /// Simulated paths of each resource; more make the distribution smoother and take as much more time.
    package let paths: Int
    /// The days between two values of `FillForecast.usedBand`, a multiple of 7; beyond 13 values four times as many.
    package let bandStep: Int
    /// Mixed into the seed that is drawn from the history.
    package let seed: UInt64

    /// Forecasts further ahead are not made: ten years of days.
    private static let longestHorizon = 3_650
    /// Fewer readings than a week's make no forecast.
    private static let fewestReadings = 7
    /// Readings older than that make no forecast.
    private static let oldestReading = 7

    /// - Parameters:
    ///   - paths: confined to 50…20 000.
    ///   - bandStep: in days, rounded down to whole weeks, at least one.
    package init(
        calibration: FleetCalibration = FleetCalibration(), paths: Int = 300, bandStep: Int = 28, seed: UInt64 = 0
    ) {
        self.calibration = calibration
        self.paths = min(max(paths, 50), 20_000)
        self.bandStep = min(max(bandStep / 7, 1), 520) * 7
        self.seed = seed
    }

    /// - Parameters:
    ///   - horizon: days from today that are looked at; confined to 0…3650.
    ///   - asked: days from today for `FillForecast.usedOnAskedDays`, a week or more apart.
    /// - Complexity: less than a millisecond for two years of history and a year ahead, an eighth of it for a weekly band.
    package func forecast(_ history: CapacityHistory, horizon: Int, asked: [Int] = []) -> FillForecast {
        let horizon = min(max(horizon, 0), Self.longestHorizon)
        let readings = CleanedReadings(history)
        var explanation = FillExplanation()
        explanation.cleaning = FillExplanation.Cleaning(
            gaps: readings.gaps, excursions: readings.excursions, stuckReadings: readings.stuckReadings)
        guard let lastReading = readings.used.lastIndex(where: { !$0.isNaN }) else {
            return abstain(
                history.used.contains(where: \.isFinite) ? .implausible : .noReadings, days: [], horizon: horizon,
                explanation)
        }
        guard let capacity = readings.capacity.last, !capacity.isNaN else {
            return abstain(.unknownCapacity, days: [], horizon: horizon, explanation)
        }
        if readings.used[lastReading] >= 1 {
            let distribution = FillDistribution(days: [0], horizon: horizon, calibration: calibration)
            return FillForecast(
                outcome: .forecast(distribution), distribution: distribution, usedBand: [], usedOnAskedDays: [],
                explanation: explanation)
        }
        var random = SplitMix64(seed: seed ^ readings.used[lastReading].bitPattern)
        let structure = UsageStructure(readings, calibration: calibration)
        let growth = PlainGrowth(structure)
        let shocks = GrowthShocks(structure, growth, random: &random)
        let mixture = GrowthMixture(structure, growth, shocks, calibration: calibration)
        let simulator = PathSimulator(
            structure, shocks: shocks, calibration: calibration, lastReading: lastReading, firstDay: readings.firstDay,
            horizon: horizon, bandStep: bandStep / 7, asked: asked)
        let simulated = simulator.run(mixture.hypotheses, chosen: mixture.draw(paths), random: &random)
        explanation.describe(structure, unit: readings.unit)
        explanation.describe(mixture, unit: readings.unit)
        let distribution = FillDistribution(days: simulated.passages, horizon: horizon, calibration: calibration)
        let uses = simulated.quantiles([0.1, 0.5, 0.9]).map { point in
            FillForecast.UseRange(
                day: point.day, low: point.values[0] * readings.unit, median: point.values[1] * readings.unit,
                high: point.values[2] * readings.unit)
        }
        let reason = reasonToAbstain(
            readings, lastReading: lastReading, growsWithProbability: mixture.growth.isPositive, distribution)
        return FillForecast(
            outcome: reason.map { .abstained($0) } ?? .forecast(distribution), distribution: distribution,
            usedBand: uses.filter { simulator.bandDays.contains($0.day) },
            usedOnAskedDays: uses.filter { asked.contains($0.day) }, explanation: explanation)
    }

    private func reasonToAbstain(
        _ readings: CleanedReadings, lastReading: Int, growsWithProbability isPositive: Double,
        _ distribution: FillDistribution
    ) -> FillForecast.AbstentionReason? {
        let count = readings.used.count { !$0.isNaN }
        if count < Self.fewestReadings { return .tooLittleHistory(readings: count) }
        let age = readings.used.count - 1 - lastReading
        if age > Self.oldestReading { return .outdated(days: age) }
        let horizon = Double(distribution.horizon)
        if isPositive < 0.1, distribution.probability(within: horizon) < 0.1 { return .shrinking }
        // An interval from within a month of a year's horizon to beyond it says nothing a plan could be made of, unless
        // next month is the likeliest.
        let soon = distribution.probability(within: horizon / 12)
        if soon > 0.1, soon < 0.5, distribution.quantile(0.9) == nil { return .unstable }
        return nil
    }

    private func abstain(
        _ reason: FillForecast.AbstentionReason, days: [Double], horizon: Int, _ explanation: FillExplanation
    ) -> FillForecast {
        FillForecast(
            outcome: .abstained(reason),
            distribution: FillDistribution(days: days, horizon: horizon, calibration: calibration), usedBand: [],
            usedOnAskedDays: [], explanation: explanation)
    }
}
