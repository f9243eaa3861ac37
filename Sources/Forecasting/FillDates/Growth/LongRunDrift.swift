/// Growth as in the last two years on average, with the spread of their days.
///
/// The forecast of Hyndman and Athanasopoulos' "drift method" with normal bands, and with the wildest days pulled in
/// for the mean: hard to beat where growth comes in lumps that no history tells the size of.
enum LongRunDrift {
    private static let longest = 730
    /// Days beyond so many deviations count as such in the mean.
    private static let lumpLimit = 8.0

    /// - Returns: `rateDeviation` is that of one day's growth; `reach` the days it rests on. Nil: fewer than two
    ///   increments.
    static func hypothesis(_ structure: UsageStructure, upTo lastDay: Int) -> GrowthHypothesis? {
        let increments = structure.increments
        var end = increments.count
        while end > 0, increments.day[end - 1] > lastDay { end -= 1 }
        guard end >= 2 else { return nil }
        var days = 0.0
        var sum = 0.0
        var square = 0.0
        let from = max(0, end - longest)
        for place in from..<end {
            days += Double(increments.span[place])
            sum += increments.growth[place]
            square += increments.growth[place] * increments.growth[place] / Double(increments.span[place])
        }
        let variance = max(0, square / days - (sum / days) * (sum / days)) * days / max(1, days - 1)
        let limit = lumpLimit * variance.squareRoot()
        sum = 0
        for place in from..<end { sum += min(max(increments.growth[place], -limit), limit) }
        return GrowthHypothesis(
            model: .drift, logWeight: 0, rate: sum / days, rateDeviation: variance.squareRoot(), reach: days)
    }
}
