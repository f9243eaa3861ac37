/// A sum with the rounding errors carried along (Neumaier's variant of Kahan's summation), as Prometheus sums.
struct KahanSum {
    private(set) var sum: Double
    private(set) var carried = 0.0

    init(_ sum: Double = 0, carried: Double = 0) {
        self.sum = sum
        self.carried = carried
    }

    var total: Double { sum.isInfinite ? sum : sum + carried }

    @inline(__always)
    mutating func add(_ value: Double) {
        let next = sum + value
        if next.isInfinite {
            carried = 0
        } else if sum.magnitude >= value.magnitude {
            carried += (sum - next) + value
        } else {
            carried += (value - next) + sum
        }
        sum = next
    }
}

/// A mean that does not overflow where the sum does, as in Prometheus: then it goes on from mean to mean.
struct RunningMean {
    private var sum = KahanSum()
    private(set) var count = 0.0
    private var isIncremental = false

    init(_ first: Double) {
        sum = KahanSum(first)
        count = 1
    }

    var mean: Double { isIncremental ? sum.sum + sum.carried : sum.sum / count + sum.carried / count }

    mutating func add(_ value: Double) {
        count += 1
        if !isIncremental {
            var next = sum
            next.add(value)
            if !next.sum.isInfinite {
                sum = next
                return
            }
            isIncremental = true
            sum = KahanSum(sum.sum / (count - 1), carried: sum.carried / (count - 1))
        }
        let share = (count - 1) / count
        var next = KahanSum(share * sum.sum, carried: share * sum.carried)
        next.add(value / count)
        sum = next
    }
}
