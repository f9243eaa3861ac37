import Glibc

/// All hypotheses about a pool's growth with their weights, which add up to 1.
struct GrowthMixture {
    private(set) var hypotheses: [GrowthHypothesis] = []
    private(set) var weights: [Double] = []
    let backtest: GrowthBacktest
    /// Whether any model saw growth, or its absence.
    private(set) var isTold = true
    /// Use at the last reading, a share.
    let level: Double

    init(_ structure: UsageStructure, _ growth: PlainGrowth, _ shocks: GrowthShocks, calibration: FleetCalibration) {
        let rest = structure.rest(scale: calibration.restScale)
        level = structure.level.last { !$0.isNaN } ?? 0
        let prior = calibration.growth
        let models = GrowthModels(
            growth: growth, prior: prior,
            tempering: prior.tempering + rest * (prior.temperingAtRest - prior.tempering))
        let origins = GrowthBacktest.origins(structure, growth)
        var known = models.hypotheses(upTo: origins.map(\.known) + [growth.count])
        let modelled = known.removeLast()
        backtest = GrowthBacktest(structure, growth: growth, shocks: shocks, origins: origins, hypotheses: known)
        let windows = GrowthWindows.hypotheses(structure, shocks)
        let drift = LongRunDrift.hypothesis(structure, upTo: structure.level.count)
        // Shares before the back-test, by family.
        var shares = [
            0, (1 - rest) * calibration.windowShare + rest * calibration.restWindows, rest * calibration.restDrift,
        ]
        shares[0] = max(0, 1 - shares[1] - shares[2])
        if let scores = backtest.scores, let best = scores.max() {
            for family in shares.indices { shares[family] *= exp(calibration.backtestTrust * (scores[family] - best)) }
        }
        hypotheses.reserveCapacity(modelled.count + windows.count + 1)
        add(modelled, weights: Self.normalized(modelled), share: shares[0])
        add(windows, weights: windows.map { _ in 1 / Double(windows.count) }, share: shares[1])
        if let drift { add([drift], weights: [1], share: shares[2]) }
        let sum = weights.reduce(0, +)
        if sum > 0 {
            for place in weights.indices { weights[place] /= sum }
        } else {
            // No growth was ever seen: it stays as it is, for all that is known.
            isTold = false
            hypotheses = [GrowthHypothesis(model: .window, logWeight: 0, rate: 0, rateDeviation: 0)]
            weights = [1]
        }
    }

    private mutating func add(_ more: [GrowthHypothesis], weights moreWeights: [Double], share: Double) {
        hypotheses += more
        weights += moreWeights.map { $0 * share }
    }

    private static func normalized(_ hypotheses: [GrowthHypothesis]) -> [Double] {
        let best = hypotheses.map(\.logWeight).max() ?? 0
        let weights = hypotheses.map { exp($0.logWeight - best) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// Places of hypotheses in proportion to their weights, in order (systematic resampling).
    func draw(_ count: Int) -> [Int] {
        var chosen: [Int] = []
        chosen.reserveCapacity(count)
        var place = 0
        var reached = weights[0]
        for draw in 0..<count {
            let wanted = (Double(draw) + 0.5) / Double(count)
            while reached < wanted, place < weights.count - 1 {
                place += 1
                reached += weights[place]
            }
            chosen.append(place)
        }
        return chosen
    }

    /// The expected growth per day today, and the probability that use grows.
    var growth: (perDay: Double, isPositive: Double) {
        var perDay = 0.0
        var isPositive = 0.0
        for (hypothesis, weight) in zip(hypotheses, weights) {
            let rate = hypothesis.rate + hypothesis.yearCosine
            // The deviation of the drift is that of a day's growth, not of the mean's.
            let deviation =
                hypothesis.model == .drift
                ? hypothesis.rateDeviation / max(1, hypothesis.reach).squareRoot() : hypothesis.rateDeviation
            perDay += weight * rate
            isPositive +=
                weight * (deviation > 0 ? NormalDistribution.probability(below: rate / deviation) : rate > 0 ? 1 : 0)
        }
        return (perDay, isPositive)
    }
}
