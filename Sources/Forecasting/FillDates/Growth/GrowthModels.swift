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

    /// Hypotheses about the growth after so many of the first increments, for each count.
    /// - Parameter counts: ascending, at most those there are; 0 gives no hypotheses.
    func hypotheses(upTo counts: [Int]) -> [[GrowthHypothesis]] {
        guard let last = counts.last, last >= 1 else { return counts.map { _ in [] } }
        let samples = counts.map(sample)
        var result = localLinearTrends(samples)
        for (index, sample) in samples.enumerated() { add(sample, to: &result[index]) }
        return result
    }

    private func sample(upTo count: Int) -> Sample {
        var weight = 0.0
        var sum = 0.0
        for place in 0..<count {
            weight += growth.weight[place]
            sum += growth.weight[place] * growth.rate[place]
        }
        // Squares of shares below 10⁻¹² are lost in the arithmetic.
        return Sample(count: count, weight: weight, sum: sum, variance: max(growth.variance, 1e-24))
    }

    /// Adds all models but the local linear trends.
    private func add(_ sample: Sample, to result: inout [GrowthHypothesis]) {
        addChangepoints(sample, to: &result)
        if let found = levelDependentGrowth(sample) { result.append(found) }
        if let found = yearlyCycle(sample) { result.append(found) }
        let lumps = growth.lumpVariance / sample.weight
        for place in result.indices {
            let deviation = result[place].rateDeviation
            result[place].rateDeviation = (deviation * deviation + lumps).squareRoot()
        }
    }
}
