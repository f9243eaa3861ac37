import Glibc

extension GrowthModels {
    /// A rate that wanders: the slope of a local linear trend.
    ///
    /// With the level's noise already taken out (see `PlainGrowth`), the slope alone is left as the state of a Kalman
    /// filter, run once for each ratio of the noises of slope and level; the likelihoods weigh the ratios (Harvey,
    /// "Forecasting, Structural Time Series Models and the Kalman Filter", 1989). The first ratio, 0, is the constant
    /// rate all models are compared with.
    func addLocalLinearTrends(_ sample: Sample, to result: inout [GrowthHypothesis]) {
        let fleetDeviation = max(
            prior.fleetRateDeviation * growth.level[sample.count - 1], sample.mean.magnitude, 1e-12)
        var constant = 0.0
        for ratio in prior.wanderRatios {
            let step = ratio * ratio * sample.variance
            var rate = prior.fleetRate * growth.level[0]
            var spread = fleetDeviation * fleetDeviation
            var logLikelihood = 0.0
            // Factors are gathered, so that not each day takes a logarithm; eight of them stay within range.
            var product = 1.0
            var excess = 0.0
            for place in 0..<sample.count {
                let weight = growth.weight[place]
                spread += step * weight
                let total = spread + sample.variance / weight
                let surprise = growth.rate[place] - rate
                let square = surprise * surprise / total
                let gain = spread / total
                if square > 16 {
                    // Huber's loss: what is beyond four deviations pulls no further.
                    let pull = 4 / square.squareRoot()
                    logLikelihood -= 0.5 * (8 * square.squareRoot() - 16)
                    rate += gain * surprise * pull
                    excess += (1 - pull) * surprise * weight
                } else {
                    logLikelihood -= 0.5 * square
                    rate += gain * surprise
                }
                spread *= 1 - gain
                product *= total / sample.variance
                if place & 7 == 7 {
                    logLikelihood -= 0.5 * log(product)
                    product = 1
                }
            }
            logLikelihood -= 0.5 * log(product)
            if ratio == 0 { constant = logLikelihood }
            // What was held back day by day still grew the pool: its mean belongs to the rate.
            result.append(
                GrowthHypothesis(
                    model: .localLinearTrend,
                    logWeight: tempering * (logLikelihood - constant) - log(Double(prior.wanderRatios.count))
                        - prior.wanderPrior * ratio * 20,
                    rate: rate + excess / sample.weight, rateDeviation: spread.squareRoot(),
                    wander: step.squareRoot(), reach: ratio))
        }
    }
}
