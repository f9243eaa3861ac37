/// Working days that grow more than weekends, as offsets that add up to nothing over a week.
struct WeekdayProfile: Sendable {
    /// By weekday, Monday first: how far the use of that day stands above the week's trend.
    let offsets: [Double]

    /// The profile when weekdays differ by more than chance, and nil otherwise.
    ///
    /// Judged by the medians of each weekday's surprises, which jumps and drops do not move.
    static func find(in increments: DailyIncrements, _ surprises: GrowthSurprises, firstDay: Int) -> WeekdayProfile? {
        guard increments.count >= 28 else { return nil }
        var byWeekday = [[Double]](repeating: [], count: 7)
        for weekday in 0..<7 { byWeekday[weekday].reserveCapacity(increments.count / 7 + 1) }
        for place in 0..<increments.count where increments.span[place] == 1 {
            byWeekday[CivilCalendar.weekday(firstDay + increments.day[place])].append(surprises.values[place])
        }
        guard byWeekday.allSatisfy({ $0.count >= 3 }) else { return nil }
        var medians = byWeekday.map { RobustStatistics.median($0) }
        var within: [Double] = []
        within.reserveCapacity(increments.count)
        for weekday in 0..<7 {
            for value in byWeekday[weekday] { within.append(value - medians[weekday]) }
        }
        let noise = RobustStatistics.deviation(within, around: 0)
        let mean = medians.reduce(0, +) / 7
        for weekday in 0..<7 { medians[weekday] -= mean }
        let between = medians.reduce(0) { $0 + $1 * $1 } / 6
        let perWeekday = Double(within.count) / 7
        // The variance of a median is π/2 of a mean's.
        let byChance = 1.57 * noise * noise / perWeekday
        guard between > 4 * byChance, between > 0 else { return nil }
        let shrinkage = 1 - byChance / between
        var offsets = [Double](repeating: 0, count: 7)
        var height = 0.0
        for weekday in 0..<7 {
            height += shrinkage * medians[weekday]
            offsets[weekday] = height
        }
        let centre = offsets.reduce(0, +) / 7
        return WeekdayProfile(offsets: offsets.map { $0 - centre })
    }
}
