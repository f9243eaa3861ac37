/// Weekdays and days of months from day numbers since 1970-01-01 in the proleptic Gregorian calendar.
enum CivilCalendar {
    /// Day numbers are confined to what the arithmetic holds; no monitored day is outside.
    private static let lastDay = 100_000_000

    static func confined(_ day: Int) -> Int { min(max(day, -lastDay), lastDay) }

    /// 0: Monday … 6: Sunday.
    static func weekday(_ day: Int) -> Int {
        let shifted = (confined(day) + 3) % 7
        return shifted < 0 ? shifted + 7 : shifted
    }

    /// For each of `count` days the day of the month counted from its start, 1 … 30; the last day of every month is 31.
    ///
    /// So that "the end of the month" is one class of days whatever the month's length.
    static func monthDays(from first: Int, count: Int) -> [Int] {
        var days = (0..<(max(0, count) + 1)).map { civilDay(confined(first) + $0) }
        for place in 0..<max(0, count) where days[place + 1] == 1 { days[place] = 31 }
        days.removeLast()
        return days
    }

    /// From days to the day of the civil month after Hinnant ("chrono-compatible low-level date algorithms", 2013).

    private static func civilDay(_ day: Int) -> Int {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return dayOfYear - (153 * month + 2) / 5 + 1
    }
}
