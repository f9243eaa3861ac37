import MonitoringModel

extension RangeSamples {
    // MARK: sums and means

    /// `sum_over_time`.
    var sums: [Double] {
        if let prefix = PrefixSums(self) { return map { _, low, high in prefix.sum(low, high) } }
        return mapEach { _, low, high in
            var sum = KahanSum()
            for index in low..<high { sum.add(value(index)) }
            return sum.total
        }
    }

    /// `avg_over_time`.
    var means: [Double] {
        if let prefix = PrefixSums(self) { return map { _, low, high in prefix.sum(low, high) / Double(high - low) } }
        return mapEach { _, low, high in
            var mean = RunningMean(value(low))
            for index in low + 1..<high { mean.add(value(index)) }
            return mean.mean
        }
    }

    /// `stdvar_over_time`.
    var variances: [Double] {
        mapEach { _, low, high in
            var count = 0.0
            var mean = KahanSum()
            var squares = KahanSum()
            for index in low..<high {
                count += 1
                let delta = value(index) - (mean.sum + mean.carried)
                mean.add(delta / count)
                squares.add(delta * (value(index) - (mean.sum + mean.carried)))
            }
            return (squares.sum + squares.carried) / count
        }
    }

    // MARK: extremes

    /// `min_over_time` and `max_over_time`. NaN counts only where there is nothing else.
    func extreme(isBetter: (Double, Double) -> Bool) -> [Double] {
        // Candidates: each is better than all behind it in the window, so the first is the best.
        var queue: [Int] = []
        var first = 0
        var next = 0
        return map { _, low, high in
            while next < high {
                let now = value(next)
                if !now.isNaN {
                    while queue.count > first, !isBetter(value(queue[queue.count - 1]), now) { queue.removeLast() }
                    queue.append(next)
                }
                next += 1
            }
            while first < queue.count, queue[first] < low { first += 1 }
            if first > 1_024, first * 2 > queue.count {
                queue.removeFirst(first)
                first = 0
            }
            return first < queue.count ? value(queue[first]) : .nan
        }
    }

    /// When the value was the least or the greatest, in seconds; of several the last time.
    /// - Parameter isBetter: also of equal ones.
    func timeOfExtreme(isBetter: (Double, Double) -> Bool) -> [Double] {
        mapEach { _, low, high in
            var best = low
            for index in low..<high where isBetter(value(index), value(best)) || value(best).isNaN { best = index }
            return Double(time(best)) / 1000
        }
    }

    // MARK: ranks

    /// `quantile_over_time`, with the φ of each step.
    func quantiles(_ shares: [Double]) -> [Double] {
        var values: [Double] = []
        return mapEach { step, low, high in
            copy(low, high, to: &values)
            return quantile(shares[step], of: &values)
        }
    }

    /// `mad_over_time`: the median of how far the values are from their median.
    var medianDeviations: [Double] {
        var values: [Double] = []
        return mapEach { _, low, high in
            copy(low, high, to: &values)
            let median = quantile(0.5, of: &values)
            for index in values.indices { values[index] = (values[index] - median).magnitude }
            return quantile(0.5, of: &values)
        }
    }

    private func copy(_ low: Int, _ high: Int, to values: inout [Double]) {
        values.removeAll(keepingCapacity: true)
        for index in low..<high { values.append(value(index)) }
    }
}

/// Sums of all samples up to each, so that the sum of a window is one difference. Each is kept in two doubles, about 106 bits, so
/// that little is lost to cancellation.
private struct PrefixSums {
    private var high: [Double] = [0]
    private var low: [Double] = [0]

    /// How far sums may be above the least of the values: 42 bits of each are left then, and what rounding takes from them.
    private static let reach = 0x1p64

    /// Nil where windows overlap too little to be worth it, where a sample is no finite number, where sums might overflow, or where
    /// they would swallow values: what a spike rounds away is not there when it has left the window.
    init?(_ range: RangeSamples) {
        guard range.windows.count > 1, range.windows.step > 0, range.windows.span > 4 * range.windows.step else {
            return nil
        }
        let count = range.samples.count
        high.reserveCapacity(count + 1)
        low.reserveCapacity(count + 1)
        var (sum, rest) = (0.0, 0.0)
        var (least, greatest) = (Double.infinity, 0.0)
        for sample in range.samples {
            let value = sample.value
            guard value.magnitude < 1e290 else { return nil }
            if value != 0 { least = min(least, value.magnitude) }
            // Knuth's two-sum, then normalised.
            let next = sum + value
            let part = next - sum
            rest += (sum - (next - part)) + (value - part)
            sum = next + rest
            rest -= sum - next
            high.append(sum)
            low.append(rest)
            greatest = max(greatest, sum.magnitude)
        }
        guard greatest <= least * Self.reach else { return nil }
    }

    @inline(__always)
    func sum(_ from: Int, _ to: Int) -> Double { (high[to] - high[from]) + (low[to] - low[from]) }
}
