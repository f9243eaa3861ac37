/// Growth as it was on average over the last weeks, months and years, with everything that happened in them.
///
/// No model: what pools do whose growth comes in irregular lumps.
enum GrowthWindows {
    /// In days; the first one takes all of a shorter history.
    private static let lengths = [60, 120, 240, 480, 730]

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
