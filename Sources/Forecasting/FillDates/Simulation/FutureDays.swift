import Glibc

/// What is known of the days to come beforehand: their weekdays, days of the month, and seasons.
struct FutureDays {
    /// Days from the last reading to today: paths start at the reading.
    let lag: Int
    /// Days to be simulated from the last reading on.
    let count: Int
    /// By day, 1 … : how far its weekday stands above the week's trend.
    private(set) var offset: [Double]
    private(set) var highestOffset = 0.0
    /// By day, 1 … : whether it is the day of the month on which growth comes.
    private(set) var isMonthDay: [Bool]
    /// By block of days.
    private(set) var blockHasMonthDay: [Bool] = []
    private(set) var yearCosine: [Double] = []
    private(set) var yearSine: [Double] = []

    /// - Parameters:
    ///   - lastReading: days since 1970-01-01.
    ///   - lag: days from there to today, at least 0.
    init(_ structure: UsageStructure, lastReading: Int, lag: Int, horizon: Int) {
        let length = ShockPool.blockLength
        self.lag = lag
        count = horizon + lag
        let blocks = (count + length - 1) / length
        let days = blocks * length + 1
        offset = [Double](repeating: 0, count: days)
        if let offsets = structure.weekdayProfile?.offsets {
            var weekday = CivilCalendar.weekday(lastReading)
            for day in 1..<max(1, days) {
                weekday = weekday == 6 ? 0 : weekday + 1
                offset[day] = offsets[weekday]
            }
            highestOffset = offsets.max() ?? 0
        }
        isMonthDay = [Bool](repeating: false, count: days)
        if let month = structure.monthDayGrowth {
            isMonthDay = CivilCalendar.monthDays(from: lastReading, count: days).map { $0 == month.monthDay }
        }
        for block in 0..<blocks {
            let first = block * length + 1
            blockHasMonthDay.append(isMonthDay[first..<(first + length)].contains(true))
            let angle = GrowthModels.yearlyFrequency * Double(first + length / 2 - lag)
            yearCosine.append(cos(angle))
            yearSine.append(sin(angle))
        }
    }

    var blocks: Int { blockHasMonthDay.count }
}
