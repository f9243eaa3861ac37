import Glibc

extension GrowthModels {
    /// A rate that wanders: the slope of a local linear trend.
    ///
    /// With the level's noise already taken out (see `PlainGrowth`), the slope alone is left as the state of a Kalman
    /// filter, run for each ratio of the noises of slope and level; the likelihoods weigh the ratios (Harvey,
    /// "Forecasting, Structural Time Series Models and the Kalman Filter", 1989). The first ratio, 0, is the constant
    /// rate all models are compared with.
    ///
    /// The filters run once, over the last of the samples, and are read at the end of each.
    /// - Returns: hypotheses by sample.
    func localLinearTrends(_ samples: [Sample]) -> [[GrowthHypothesis]] {
        var result: [[GrowthHypothesis]] = []
        guard let sample = samples.last else { return result }
        let fleetDeviation = max(
            prior.fleetRateDeviation * growth.level[sample.count - 1], sample.mean.magnitude, 1e-12)
        // One filter a lane: each waits for its own divisions, so that all together take hardly longer than one.
        var ratios = SIMD8<Double>.zero
        for (lane, ratio) in prior.wanderRatios.enumerated() { ratios[lane] = ratio }
        let step = ratios * ratios * sample.variance
        var rate = SIMD8(repeating: prior.fleetRate * growth.level[0])
        var spread = SIMD8(repeating: fleetDeviation * fleetDeviation)
        var logLikelihood = SIMD8<Double>.zero
        var excess = SIMD8<Double>.zero
        // Factors are gathered, so that not each day takes a logarithm; eight of them stay within range.
        var product = SIMD8<Double>.one
        for place in 0..<sample.count {
            let weight = growth.weight[place]
            spread += step * weight
            let total = spread + sample.variance / weight
            let surprise = growth.rate[place] - rate
            let square = surprise * surprise / total
            let gain = spread / total
            let isWild = square .> 16
            if any(isWild) {
                // Huber's loss: what is beyond four deviations pulls no further.
                let root = square.squareRoot()
                let pull = (4 / root).replacing(with: 1, where: .!isWild)
                logLikelihood -= 0.5 * square.replacing(with: 8 * root - 16, where: isWild)
                rate += gain * surprise * pull
                excess += (1 - pull) * surprise * weight
            } else {
                logLikelihood -= 0.5 * square
                rate += gain * surprise
            }
            spread *= 1 - gain
            product *= total / sample.variance
            let isRead = place == samples[result.count].count - 1
            if place & 7 == 7 || isRead {
                for lane in prior.wanderRatios.indices { logLikelihood[lane] -= 0.5 * log(product[lane]) }
                product = .one
            }
            while result.count < samples.count, place == samples[result.count].count - 1 {
                let weight = samples[result.count].weight
                result.append(
                    prior.wanderRatios.enumerated().map { lane, ratio in
                        // What was held back day by day still grew the pool: its mean belongs to the rate.
                        GrowthHypothesis(
                            model: .localLinearTrend,
                            logWeight: tempering * (logLikelihood[lane] - logLikelihood[0])
                                - log(Double(prior.wanderRatios.count)) - prior.wanderPrior * ratio * 20,
                            rate: rate[lane] + excess[lane] / weight, rateDeviation: spread[lane].squareRoot(),
                            wander: step[lane].squareRoot(), reach: ratio)
                    })
            }
        }
        return result
    }
}
