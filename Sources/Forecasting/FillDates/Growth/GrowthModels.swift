import Glibc

/// Weighs models of the growth rate against each other by how well they foretell each day's growth.
///
/// Each model, a file of its own, gives hypotheses with the logarithms of their weights relative to a constant rate.
struct GrowthModels {
    /// What all models share of the increments they are to look at.
    struct Sample {
        /// The number of increments, the first ones of the history.
        let count: Int
        /// The sum of their weights, and of weight times rate.
        let weight: Double
        let sum: Double
        /// The variance of one day's permanent shock, never 0.
        let variance: Double

        var mean: Double { sum / weight }
        /// A rate of usual size: wide enough for the rate itself and for what noise may hide.
        var scale: Double { max(mean.magnitude, (variance / weight).squareRoot(), 1e-9) }
    }

    let growth: PlainGrowth
    let prior: GrowthPrior
    /// Evidence is raised to this power.
    let tempering: Double

    /// Hypotheses about the growth after the first `count` increments; none without increments.
    func hypotheses(upTo count: Int) -> [GrowthHypothesis] {
        guard count >= 1 else { return [] }
        var weight = 0.0
        var sum = 0.0
        for place in 0..<count {
            weight += growth.weight[place]
            sum += growth.weight[place] * growth.rate[place]
        }
        // Squares of shares below 10⁻¹² are lost in the arithmetic.
        let sample = Sample(count: count, weight: weight, sum: sum, variance: max(growth.variance, 1e-24))
        var result: [GrowthHypothesis] = []
        result.reserveCapacity(64)
        addLocalLinearTrends(sample, to: &result)
        addChangepoints(sample, to: &result)
        if let found = levelDependentGrowth(sample) { result.append(found) }
        if let found = yearlyCycle(sample) { result.append(found) }
        let lumps = growth.lumpVariance / weight
        for place in result.indices {
            let deviation = result[place].rateDeviation
            result[place].rateDeviation = (deviation * deviation + lumps).squareRoot()
        }
        return result
    }
}
