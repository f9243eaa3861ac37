/// How far each increment is from the growth around it.
struct GrowthSurprises {
    /// Growth per day above the median of the month around, one value for each increment.
    let values: [Double]
    /// Their usual size, as a standard deviation that jumps do not move.
    let deviation: Double

    /// Increments to either side of which the median is taken: it follows a change of rate, which must not make jumps
    /// of all days after it.
    private static let reach = 15

    init(_ increments: DailyIncrements) {
        let rates = (0..<increments.count).map(increments.perDay)
        let usual = RobustStatistics.runningMedian(rates, reach: Self.reach)
        var values = rates
        for place in rates.indices { values[place] -= usual[place] }
        self.values = values
        deviation = values.isEmpty ? 0 : RobustStatistics.deviation(values, around: 0)
    }
}
