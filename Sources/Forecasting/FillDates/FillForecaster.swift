import Glibc

/// Foretells the day a resource is full.
package struct FillForecaster: Sendable {
    package var calibration: FleetCalibration
    /// Simulated paths of each pool.
    package var paths: Int
    package var seed: UInt64

    package init(calibration: FleetCalibration = FleetCalibration(), paths: Int = 400, seed: UInt64 = 0) {
        self.calibration = calibration
        self.paths = min(max(paths, 20), 100_000)
        self.seed = seed
    }

    package func forecast(_ history: CapacityHistory, horizon: Int) -> FillForecast {
        let horizon = min(max(horizon, 0), 3_660)
        let readings = CleanedReadings(history)
        var days = [Double](repeating: .infinity, count: 1)
        if let last = readings.used.lastIndex(where: { !$0.isNaN }), readings.capacity.last?.isNaN == false {
            if readings.used[last] >= 1 {
                days = [0]
            } else {
                days = simulate(readings, lastReading: last, horizon: horizon)
            }
        }
        return FillForecast(
            distribution: FillDistribution(days: days, horizon: horizon, calibration: calibration))
    }

    private func simulate(_ readings: CleanedReadings, lastReading: Int, horizon: Int) -> [Double] {
        var random = SplitMix64(seed: seed ^ readings.used[lastReading].bitPattern)
        let structure = UsageStructure(readings)
        let growth = PlainGrowth(structure)
        let shocks = GrowthShocks(structure, growth, random: &random)
        var prior = GrowthPrior()
        prior.tempering = calibration.tempering
        let models = GrowthModels(growth: growth, prior: prior).hypotheses(upTo: growth.count)
        let windows = GrowthWindows.hypotheses(structure, shocks)
        let chosen = choose(
            models, windows, GrowthWindows.drift(structure), rest: structure.rest(scale: calibration.restScale))
        let simulator = PathSimulator(
            structure: structure, shocks: shocks, calibration: calibration,
            startLevel: structure.level[lastReading] - shocks.passingToday, limit: 1, startDay: lastReading,
            historyDays: readings.used.count, firstDay: readings.firstDay, horizon: horizon)
        return simulator.firstPassages(chosen, random: &random)
    }

    /// Draws as many hypotheses as there are paths, in proportion to their weights (systematic resampling).
    private func choose(
        _ models: [GrowthHypothesis], _ windows: [GrowthHypothesis], _ drift: GrowthHypothesis?, rest: Double
    ) -> [GrowthHypothesis] {
        let best = models.map(\.logWeight).max() ?? 0
        var weights = models.map { exp($0.logWeight - best) }
        let sum = weights.reduce(0, +)
        var windowShare = (1 - rest) * calibration.windowShare + rest * calibration.restWindows
        let driftShare = drift == nil ? 0 : rest * calibration.restDrift
        if windows.isEmpty { windowShare = 0 }
        for place in weights.indices { weights[place] *= max(0, 1 - windowShare - driftShare) / sum }
        weights += windows.map { _ in windowShare / Double(windows.count) }
        var all = models + windows
        if let drift {
            weights.append(driftShare)
            all.append(drift)
        }
        guard !all.isEmpty else {
            return [GrowthHypothesis(model: .window, logWeight: 0, rate: 0, rateDeviation: 0)]
        }
        var chosen: [GrowthHypothesis] = []
        chosen.reserveCapacity(paths)
        var reached = 0.0
        var place = 0
        for path in 0..<paths {
            let wanted = (Double(path) + 0.5) / Double(paths)
            while place < all.count - 1, reached + weights[place] < wanted {
                reached += weights[place]
                place += 1
            }
            chosen.append(all[place])
        }
        return chosen
    }
}
