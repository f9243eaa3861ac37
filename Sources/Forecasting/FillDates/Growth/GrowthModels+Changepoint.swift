import Glibc

extension GrowthModels {
    /// Hypotheses this improbable against a constant rate are not worth a path (a logarithm of odds).
    private static let leastLogWeight = -7.0
    /// Changes that many days ago are looked for on every day, twice as long ago on every other.
    private static let daysPerStep = 40

    /// One lasting change of the rate, on any day: the posterior of a shifted mean over all days at once (Smith, "A
    /// Bayesian approach to inference about a change-point", 1975).
    func addChangepoints(_ sample: Sample, to result: inout [GrowthHypothesis]) {
        guard sample.count >= 8 else { return }
        let scale = prior.changeScale * sample.scale
        let spread = scale * scale / sample.variance
        let logPrior = log(max(prior.changepointsPerDay, 1e-12))
        var sumBefore = 0.0
        var weightBefore = 0.0
        var nextPlace = 3
        for place in 0..<(sample.count - 3) {
            weightBefore += growth.weight[place]
            sumBefore += growth.weight[place] * growth.rate[place]
            guard place == nextPlace else { continue }
            // The longer ago, the less a day matters: one stands for those up to the next.
            let step = max(1, (sample.count - place) / Self.daysPerStep)
            nextPlace = place + step
            let days = growth.weight[place] * Double(step)
            let weightAfter = sample.weight - weightBefore
            let before = sumBefore / weightBefore
            let shift = (sample.sum - sumBefore) / weightAfter - before
            let information = weightBefore * weightAfter / sample.weight
            let shrinkage = spread * information / (1 + spread * information)
            let gain = 0.5 * shift * shift * information / sample.variance * shrinkage
            // Most days are out of the question before the logarithms are taken; log x < x.
            guard tempering * gain + logPrior + days > Self.leastLogWeight else { continue }
            let logFactor = gain - 0.5 * log(1 + spread * information)
            let logWeight = tempering * logFactor + logPrior + log(days)
            guard logWeight > Self.leastLogWeight else { continue }
            result.append(
                GrowthHypothesis(
                    model: .changepoint, logWeight: logWeight, rate: before + shrinkage * shift,
                    rateDeviation: (sample.variance / weightAfter).squareRoot(), reach: -growth.day[place]))
        }
    }
}
