import Glibc

extension GrowthModels {
    /// The angle of a day in the year's cycle.
    static let yearlyFrequency = 2 * Double.pi / 365.25

    /// A yearly cycle of the rate, from a year of history on: a regression on cosine and sine with a normal prior.
    func yearlyCycle(_ sample: Sample) -> GrowthHypothesis? {
        let last = sample.count - 1
        guard sample.count >= 40, growth.day[last] - growth.day[0] >= 360 else { return nil }
        let frequency = Self.yearlyFrequency
        let turn = (cosine: cos(frequency), sine: sin(frequency))
        var cosine = 1.0
        var sine = 0.0
        var cosines = 0.0
        var sines = 0.0
        var cosineSquares = 0.0
        var products = 0.0
        var sineSquares = 0.0
        var cosineRates = 0.0
        var sineRates = 0.0
        for place in 0...last {
            // From day to day the angle is turned; sines are taken only beyond gaps.
            if place > 0, growth.day[place] - growth.day[place - 1] == 1 {
                (cosine, sine) = (cosine * turn.cosine - sine * turn.sine, sine * turn.cosine + cosine * turn.sine)
            } else {
                cosine = cos(frequency * (growth.day[place] - growth.day[last]))
                sine = sin(frequency * (growth.day[place] - growth.day[last]))
            }
            let weight = growth.weight[place]
            let rate = growth.rate[place] - sample.mean
            cosines += weight * cosine
            sines += weight * sine
            cosineSquares += weight * cosine * cosine
            products += weight * cosine * sine
            sineSquares += weight * sine * sine
            cosineRates += weight * cosine * rate
            sineRates += weight * sine * rate
        }
        cosineSquares -= cosines * cosines / sample.weight
        products -= cosines * sines / sample.weight
        sineSquares -= sines * sines / sample.weight
        let scale = max(prior.yearlyScale, 1e-6) * sample.scale
        let ridge = sample.variance / (scale * scale)
        let determinant = (cosineSquares + ridge) * (sineSquares + ridge) - products * products
        guard determinant > 0 else { return nil }
        let onCosine = ((sineSquares + ridge) * cosineRates - products * sineRates) / determinant
        let onSine = ((cosineSquares + ridge) * sineRates - products * cosineRates) / determinant
        let logFactor =
            0.5 * (onCosine * cosineRates + onSine * sineRates) / sample.variance
            - 0.5 * log(determinant / (ridge * ridge))
        let variance =
            sample.variance / sample.weight
            + 0.25 * sample.variance * (cosineSquares + sineSquares) / determinant
        return GrowthHypothesis(
            model: .yearlyCycle, logWeight: tempering * logFactor + log(max(prior.yearlyOdds, 1e-12)),
            rate: sample.mean - (onCosine * cosines + onSine * sines) / sample.weight,
            rateDeviation: variance.squareRoot(), yearCosine: onCosine, yearSine: onSine)
    }
}
