/// Growth that comes on one day of the month, most often its last: closings, monthly full backups, billing runs.
struct MonthDayGrowth: Sendable {
    /// 1…30, or 31 for the last day of every month.
    let monthDay: Int
    /// What came on those days beyond the growth around them.
    let sizes: [Double]

    /// - Parameter jumps: places of increments far above what is usual.
    static func find(
        in increments: DailyIncrements, surprises: [Double], limit: Double, firstDay: Int
    ) -> (growth: MonthDayGrowth, places: [Int])? {
        let highAtAll = surprises.count { $0 > limit }
        guard highAtAll >= 2, let lastDay = increments.day.last else { return nil }
        let monthDays = CivilCalendar.monthDays(from: firstDay, count: lastDay + 1)
        var places = [[Int]](repeating: [], count: 32)
        var high = [Int](repeating: 0, count: 32)
        for place in 0..<increments.count where increments.span[place] == 1 {
            let monthDay = monthDays[increments.day[place]]
            places[monthDay].append(place)
            if surprises[place] > limit { high[monthDay] += 1 }
        }
        guard let best = high.indices.max(by: { high[$0] < high[$1] }) else { return nil }
        let seen = places[best].count
        // Two that agree may be chance unless nearly nothing else jumps.
        let isRegular = seen >= 3 ? high[best] * 4 >= seen * 3 : seen == 2 && high[best] == 2 && highAtAll <= 3
        guard isRegular, high[best] >= 2 else { return nil }
        return (MonthDayGrowth(monthDay: best, sizes: places[best].map { surprises[$0] }), places[best])
    }
}
