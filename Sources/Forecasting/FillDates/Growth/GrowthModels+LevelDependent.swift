import Glibc

extension GrowthModels {
    /// Growth that depends on the level: the rate as a straight line over the use.
    ///
    /// A positive slope is compound growth, on which a trend of logarithms would be straight; a negative one is
    /// saturation, for which logarithms know no line.
    func levelDependentGrowth(_ sample: Sample) -> GrowthHypothesis? {
        guard sample.count >= 20 else { return nil }
        var centre = 0.0
        for place in 0..<sample.count { centre += growth.weight[place] * growth.level[place] }
        centre /= sample.weight
        var square = 0.0
        var product = 0.0
        for place in 0..<sample.count {
            let distance = growth.level[place] - centre
            square += growth.weight[place] * distance * distance
            product += growth.weight[place] * distance * (growth.rate[place] - sample.mean)
        }
        guard square > 0, prior.onLevelScale > 0 else { return nil }
        let spread = prior.onLevelScale * prior.onLevelScale / sample.variance
        let slope = product / (square + 1 / spread)
        let logFactor = 0.5 * product * slope / sample.variance - 0.5 * log(1 + spread * square)
        let slopeVariance = sample.variance / (square + 1 / spread)
        let last = sample.count - 1
        let now = growth.level[last] + growth.rate[last] * growth.weight[last] - centre
        return GrowthHypothesis(
            model: .levelDependent, logWeight: tempering * logFactor + log(max(prior.levelDependentOdds, 1e-12)),
            rate: sample.mean + slope * now,
            rateDeviation: (sample.variance / sample.weight + slopeVariance * now * now).squareRoot(),
            onLevel: slope, onLevelDeviation: slopeVariance.squareRoot())
    }
}
