/// Growth as it was on average over the last weeks, months and years, with everything that happened in them.
///
/// No model: what pools do whose growth comes in irregular lumps.
enum GrowthWindows {
    private static let lengths = [60, 120, 240, 480, 730]

    /// The whole history's mean growth, lumps pulled in, and the spread of its days, lumps and all.
    static func drift(_ structure: UsageStructure, upTo lastDay: Int) -> GrowthHypothesis? {
        let increments = structure.increments
        var end = increments.count
        while end > 0, increments.day[end - 1] > lastDay { end -= 1 }
        guard end >= 2 else { return nil }
        var days = 0.0
        var sum = 0.0
        var square = 0.0
        let from = max(0, end - 730)
        for place in from..<end {
            days += Double(increments.span[place])
            sum += increments.growth[place]
            square += increments.growth[place] * increments.growth[place] / Double(increments.span[place])
        }
        let variance = max(0, square / days - (sum / days) * (sum / days)) * days / max(1, days - 1)
        let limit = 8 * variance.squareRoot()
        sum = 0
        for place in from..<end { sum += min(max(increments.growth[place], -limit), limit) }
        return GrowthHypothesis(
            model: .drift, logWeight: 0, rate: sum / days, rateDeviation: variance.squareRoot(), reach: days)
    }

    static func hypotheses(_ structure: UsageStructure, _ shocks: GrowthShocks) -> [GrowthHypothesis] {
        let level = structure.level
        guard let last = level.lastIndex(where: { !$0.isNaN }), let first = level.firstIndex(where: { !$0.isNaN })
        else { return [] }
        return hypotheses(level, variance: shocks.all.variancePerDay, last: last, first: first)
    }

    /// - Parameters:
    ///   - variance: of one day's growth.
    ///   - last: the day the windows end on; it and `first` have readings.
    static func hypotheses(_ level: [Double], variance: Double, last: Int, first: Int) -> [GrowthHypothesis] {
        var result: [GrowthHypothesis] = []
        for length in lengths {
            let wanted = last - length
            if wanted < first, !result.isEmpty { break }
            var start = max(wanted, first)
            while level[start].isNaN { start += 1 }
            guard last > start else { continue }
            let days = Double(last - start)
            result.append(
                GrowthHypothesis(
                    model: .window, logWeight: 0, rate: (level[last] - level[start]) / days,
                    rateDeviation: (variance / days).squareRoot(), reach: days))
        }
        return result
    }
}
