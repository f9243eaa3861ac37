import Glibc

/// Weighs models of the growth rate against each other by how well they foretold each day's growth.
struct GrowthModels {
    let growth: PlainGrowth
    let prior: GrowthPrior
    let tempering: Double

    /// Hypotheses about the growth after the first `count` increments, their weights relative to a constant rate.
    func hypotheses(upTo count: Int) -> [GrowthHypothesis] {
        guard count >= 1 else { return [] }
        var weightSum = 0.0
        var sum = 0.0
        var magnitude = 0.0
        for place in 0..<count {
            weightSum += growth.weight[place]
            sum += growth.weight[place] * growth.rate[place]
            magnitude += growth.weight[place] * growth.rate[place].magnitude
        }
        let mean = sum / weightSum
        let variance = max(growth.variance, 1e-24)
        // Wide enough for the rate itself and for what the noise may hide.
        let scale = max(mean.magnitude, (variance / weightSum).squareRoot(), 1e-9)
        var result = localLinearTrends(upTo: count, mean: mean, weightSum: weightSum, scale: scale, variance: variance)
        result += changepoints(upTo: count, sum: sum, weightSum: weightSum, scale: scale, variance: variance)
        if let found = levelDependent(upTo: count, mean: mean, weightSum: weightSum, variance: variance) {
            result.append(found)
        }
        if let found = yearly(upTo: count, mean: mean, weightSum: weightSum, scale: scale, variance: variance) {
            result.append(found)
        }
        let lumps = growth.lumpVariance / weightSum
        for place in result.indices {
            let deviation = result[place].rateDeviation
            result[place].rateDeviation = (deviation * deviation + lumps).squareRoot()
        }
        return result
    }

    /// A rate that wanders: the slope of a local linear trend, by a Kalman filter for each ratio of the noises.
    private func localLinearTrends(upTo count: Int, mean: Double, weightSum: Double, scale: Double, variance: Double)
        -> [GrowthHypothesis]
    {
        let fleetDeviation = max(prior.fleetRateDeviation * growth.level[count - 1], mean.magnitude)
        let fleetSpread = max(fleetDeviation * fleetDeviation, 1e-24)
        var constant = 0.0
        var result: [GrowthHypothesis] = []
        for ratio in prior.wanderRatios {
            let step = ratio * ratio * variance
            var rate = prior.fleetRate * growth.level[0]
            var spread = fleetSpread
            var logLikelihood = 0.0
            var product = 1.0
            var excess = 0.0
            for place in 0..<count {
                let weight = growth.weight[place]
                spread += step * weight
                let total = spread + variance / weight
                let surprise = growth.rate[place] - rate
                let square = surprise * surprise / total
                let gain = spread / total
                // Huber's loss: what is beyond four deviations pulls no further.
                if square > 16 {
                    let pull = 4 / square.squareRoot()
                    logLikelihood -= 0.5 * (8 * square.squareRoot() - 16)
                    rate += gain * surprise * pull
                    excess += (1 - pull) * surprise * weight
                } else {
                    logLikelihood -= 0.5 * square
                    rate += gain * surprise
                }
                spread *= 1 - gain
                product *= total / variance
                if place & 7 == 7 {
                    logLikelihood -= 0.5 * log(product)
                    product = 1
                }
            }
            logLikelihood -= 0.5 * log(product)
            if ratio == 0 { constant = logLikelihood }
            result.append(
                GrowthHypothesis(
                    model: .localLinearTrend,
                    logWeight: tempering * (logLikelihood - constant) - log(Double(prior.wanderRatios.count)) - prior
                        .wanderPrior * ratio * 20,
                    rate: rate + excess / weightSum, rateDeviation: spread.squareRoot(), wander: step.squareRoot(),
                    reach: ratio))
        }
        return result
    }

    /// One lasting change of the rate at any day, weighed over all days (Bayes factors of a shifted mean).
    private func changepoints(
        upTo count: Int, sum: Double, weightSum: Double, scale: Double, variance: Double
    ) -> [GrowthHypothesis] {
        guard count >= 8 else { return [] }
        let spread = prior.changeScale * prior.changeScale * scale * scale / variance
        let logPrior = log(max(prior.changepointsPerDay, 1e-12))
        var result: [GrowthHypothesis] = []
        var sumBefore = 0.0
        var weightBefore = 0.0
        for place in 0..<(count - 3) {
            weightBefore += growth.weight[place]
            sumBefore += growth.weight[place] * growth.rate[place]
            guard place >= 3 else { continue }
            let weightAfter = weightSum - weightBefore
            let after = (sum - sumBefore) / weightAfter
            let before = sumBefore / weightBefore
            let shift = after - before
            let information = weightBefore * weightAfter / weightSum
            let shrinkage = spread * information / (1 + spread * information)
            let gain = 0.5 * shift * shift * information / variance * shrinkage
            // Most days are out of the question before the logarithms are taken; log w < w.
            guard tempering * gain + logPrior + growth.weight[place] > -7 else { continue }
            let logFactor = gain - 0.5 * log(1 + spread * information)
            let logWeight = tempering * logFactor + logPrior + log(growth.weight[place])
            guard logWeight > -7 else { continue }
            result.append(
                GrowthHypothesis(
                    model: .changepoint, logWeight: logWeight, rate: before + shrinkage * shift,
                    rateDeviation: (variance * (1 / weightAfter)).squareRoot(), reach: -growth.day[place]))
        }
        return result
    }

    /// Growth that depends on the level: compound growth with a positive slope, saturation with a negative one.
    private func levelDependent(
        upTo count: Int, mean: Double, weightSum: Double, variance: Double
    ) -> GrowthHypothesis? {
        guard count >= 20 else { return nil }
        var centre = 0.0
        for place in 0..<count { centre += growth.weight[place] * growth.level[place] }
        centre /= weightSum
        var square = 0.0
        var product = 0.0
        for place in 0..<count {
            let distance = growth.level[place] - centre
            square += growth.weight[place] * distance * distance
            product += growth.weight[place] * distance * (growth.rate[place] - mean)
        }
        guard square > 0 else { return nil }
        let spread = prior.onLevelScale * prior.onLevelScale / variance
        let slope = product / (square + 1 / spread)
        let logFactor = 0.5 * product * slope / variance - 0.5 * log(1 + spread * square)
        let slopeDeviation = (variance / (square + 1 / spread)).squareRoot()
        let now = growth.level[count - 1] + growth.rate[count - 1] * growth.weight[count - 1] - centre
        return GrowthHypothesis(
            model: .levelDependent, logWeight: tempering * logFactor + log(prior.levelDependentOdds),
            rate: mean + slope * now,
            rateDeviation: (variance / weightSum + slopeDeviation * slopeDeviation * now * now).squareRoot(),
            onLevel: slope, onLevelDeviation: slopeDeviation)
    }

    /// A yearly cycle of the rate, from a year of history on.
    private func yearly(
        upTo count: Int, mean: Double, weightSum: Double, scale: Double, variance: Double
    ) -> GrowthHypothesis? {
        guard count >= 40, growth.day[count - 1] - growth.day[0] >= 360 else { return nil }
        let frequency = 2 * Double.pi / 365.25
        let today = growth.day[count - 1]
        var cosines = 0.0
        var sines = 0.0
        var cc = 0.0
        var cs = 0.0
        var ss = 0.0
        var cy = 0.0
        var sy = 0.0
        let turn = (cosine: cos(frequency), sine: sin(frequency))
        var c = 1.0
        var s = 0.0
        for place in 0..<count {
            if place > 0, growth.day[place] - growth.day[place - 1] == 1 {
                (c, s) = (c * turn.cosine - s * turn.sine, s * turn.cosine + c * turn.sine)
            } else {
                c = cos(frequency * (growth.day[place] - today))
                s = sin(frequency * (growth.day[place] - today))
            }
            let w = growth.weight[place]
            let y = growth.rate[place] - mean
            cosines += w * c
            sines += w * s
            cc += w * c * c
            cs += w * c * s
            ss += w * s * s
            cy += w * c * y
            sy += w * s * y
        }
        cc -= cosines * cosines / weightSum
        cs -= cosines * sines / weightSum
        ss -= sines * sines / weightSum
        let ridge = variance / (prior.yearlyScale * prior.yearlyScale * scale * scale)
        let determinant = (cc + ridge) * (ss + ridge) - cs * cs
        guard determinant > 0 else { return nil }
        let cosine = ((ss + ridge) * cy - cs * sy) / determinant
        let sine = ((cc + ridge) * sy - cs * cy) / determinant
        let logFactor = 0.5 * (cosine * cy + sine * sy) / variance - 0.5 * log(determinant / (ridge * ridge))
        return GrowthHypothesis(
            model: .yearlyCycle, logWeight: tempering * logFactor + log(prior.yearlyOdds),
            rate: mean - cosine * cosines / weightSum - sine * sines / weightSum,
            rateDeviation: (variance / weightSum + 0.25 * variance * (cc + ss) / determinant).squareRoot(),
            yearCosine: cosine, yearSine: sine)
    }
}
