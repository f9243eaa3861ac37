import MonitoringModel

extension RangeSamples {
    /// `rate`, `increase` and `delta`: from the first to the last sample, resets made good, extrapolated to the borders of the
    /// window where the samples come near enough.
    func extrapolated(isCounter: Bool, isRate: Bool) -> [Double] {
        // Places of samples that are less than the one before: few, so that a window needs not look at all of its samples.
        var resets: [Int] = []
        if isCounter {
            for index in 1..<max(1, samples.count) where value(index) < value(index - 1) { resets.append(index) }
        }
        var nextReset = 0
        let span = Double(windows.span) / 1000
        return map { step, low, high in
            guard high - low > 1 else { return Absent.value }
            let firstValue = value(low)
            var result = value(high - 1) - firstValue
            while nextReset < resets.count, resets[nextReset] <= low { nextReset += 1 }
            var reset = nextReset
            while reset < resets.count, resets[reset] < high {
                meter.spend(1)
                result += value(resets[reset] - 1)
                reset += 1
            }
            let end = windows.end(step)
            var toStart = Double(time(low) - (end - windows.span)) / 1000
            var toEnd = Double(end - time(high - 1)) / 1000
            let sampled = Double(time(high - 1) - time(low)) / 1000
            let average = sampled / Double(high - low - 1)
            let threshold = average * 1.1
            if toStart >= threshold { toStart = average / 2 }
            if isCounter, result > 0, firstValue >= 0 {
                // A counter was not less than 0 before its first sample.
                toStart = min(toStart, sampled * (firstValue / result))
            }
            if toEnd >= threshold { toEnd = average / 2 }
            var factor = (sampled + toStart + toEnd) / sampled
            if isRate { factor /= span }
            return result * factor
        }
    }

    /// `irate` and `idelta`: between the last two samples.
    func instant(isRate: Bool) -> [Double] {
        map { _, low, high in
            guard high - low > 1 else { return Absent.value }
            let (before, now) = (value(high - 2), value(high - 1))
            let result = isRate && now < before ? now : now - before
            return isRate ? result / (Double(time(high - 1) - time(high - 2)) / 1000) : result
        }
    }

    /// How often something is so of a sample and the one before it.
    func counts(_ isCounted: (_ before: Double, _ now: Double) -> Bool) -> [Double] {
        // How often up to each sample: a window is the difference of two of them.
        var sums: [Int32] = [0]
        sums.reserveCapacity(samples.count)
        for index in 1..<max(1, samples.count) {
            sums.append(sums[index - 1] + (isCounted(value(index - 1), value(index)) ? 1 : 0))
        }
        return map { _, low, high in Double(sums[high - 1] - sums[low]) }
    }

    /// The line through the samples of a window with the least squares, and its height at a time.
    func line(_ low: Int, _ high: Int, at intercept: Int64) -> (slope: Double, intercept: Double) {
        let first = value(low)
        var isConstant = true
        var (sumX, sumY, sumXY, sumXX) = (KahanSum(), KahanSum(), KahanSum(), KahanSum())
        for index in low..<high {
            let y = value(index)
            let x = Double(time(index) - intercept) / 1000
            if y != first { isConstant = isConstant && index == low }
            sumX.add(x)
            sumY.add(y)
            sumXY.add(x * y)
            sumXX.add(x * x)
        }
        if isConstant { return first.isInfinite ? (.nan, .nan) : (0, first) }
        let count = Double(high - low)
        let (x, y) = (sumX.sum + sumX.carried, sumY.sum + sumY.carried)
        let covariance = sumXY.sum + sumXY.carried - x * y / count
        let variance = sumXX.sum + sumXX.carried - x * x / count
        let slope = covariance / variance
        return (slope, y / count - slope * x / count)
    }

    /// `double_exponential_smoothing` (Holt), with the smoothing and the trend factor of each step, both between 0 and 1.
    func smoothed(_ smoothing: [Double], _ trending: [Double]) -> [Double] {
        mapEach { step, low, high in
            guard high - low >= 2 else { return Absent.value }
            let (smoothing, trending) = (smoothing[step], trending[step])
            var before = 0.0
            var level = value(low)
            var trend = value(low + 1) - value(low)
            for index in low + 1..<high {
                let scaled = smoothing * value(index)
                if index > low + 1 { trend = trending * (level - before) + (1 - trending) * trend }
                let next = scaled + (1 - smoothing) * (level + trend)
                (before, level) = (level, next)
            }
            return level
        }
    }
}
