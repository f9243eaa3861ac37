import PromQLSyntax

/// What an aggregation that needs each value once knows of a group: a figure or two for each step.
struct GroupFold {
    private let aggregation: AggregationOperator
    /// The sum, the least, the greatest; of deviations the sum of squares. `Absent.value` before the first.
    private var figures: [Double]
    /// What a sum lost to rounding, or the mean that deviations are from.
    private var seconds: [Double] = []
    private var counts: [Double] = []
    private var means: [RunningMean?] = []

    init(_ aggregation: AggregationOperator, steps: Int) {
        self.aggregation = aggregation
        figures = Array(repeating: Absent.value, count: steps)
        switch aggregation {
        case .sum: seconds = Array(repeating: 0, count: steps)
        case .avg: means = Array(repeating: nil, count: steps)
        case .count: counts = Array(repeating: 0, count: steps)
        case .stddev, .stdvar:
            seconds = Array(repeating: 0, count: steps)
            counts = Array(repeating: 0, count: steps)
        default: break
        }
    }

    /// Takes in one series.
    mutating func add(_ values: [Double]) {
        switch aggregation {
        case .sum:
            for (step, value) in values.enumerated() where !Absent.isAbsent(value) {
                if Absent.isAbsent(figures[step]) {
                    figures[step] = value
                } else {
                    var sum = KahanSum(figures[step], carried: seconds[step])
                    sum.add(value)
                    figures[step] = sum.sum
                    seconds[step] = sum.carried
                }
            }
        case .avg:
            for (step, value) in values.enumerated() where !Absent.isAbsent(value) {
                if means[step] == nil { means[step] = RunningMean(value) } else { means[step]?.add(value) }
            }
        case .count:
            for (step, value) in values.enumerated() where !Absent.isAbsent(value) { counts[step] += 1 }
        case .group:
            for (step, value) in values.enumerated() where !Absent.isAbsent(value) { figures[step] = 1 }
        case .min, .max:
            let isMaximum = aggregation == .max
            for (step, value) in values.enumerated() where !Absent.isAbsent(value) {
                let figure = figures[step]
                // The mark for nothing is a NaN, and any number comes before NaN.
                if figure.isNaN || (isMaximum ? value > figure : value < figure) { figures[step] = value }
            }
        case .stddev, .stdvar:
            for (step, value) in values.enumerated() where !Absent.isAbsent(value) { addDeviation(value, step) }
        case .topk, .bottomk, .countValues, .quantile, .limitk, .limitRatio: break
        }
    }

    /// Welford's recurrence.
    private mutating func addDeviation(_ value: Double, _ step: Int) {
        counts[step] += 1
        if counts[step] == 1 {
            figures[step] = value.isFinite ? 0 : .nan
            seconds[step] = value
        } else {
            let delta = value - seconds[step]
            seconds[step] += delta / counts[step]
            figures[step] += delta * (value - seconds[step])
        }
    }

    /// The group's values by step.
    var values: [Double] {
        switch aggregation {
        case .sum:
            zip(figures, seconds).map { sum, lost in Absent.isAbsent(sum) || sum.isInfinite ? sum : sum + lost }
        case .avg: means.map { $0?.mean ?? Absent.value }
        case .count: counts.map { $0 == 0 ? Absent.value : $0 }
        case .stdvar: zip(figures, counts).map { $1 == 0 ? Absent.value : $0 / $1 }
        case .stddev: zip(figures, counts).map { $1 == 0 ? Absent.value : ($0 / $1).squareRoot() }
        default: figures
        }
    }
}
