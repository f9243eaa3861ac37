/// The clock on the wall of a simulated office in Asia/Ho_Chi_Minh, which has been 7 hours ahead of UTC all year since 1975.
struct CivilTime: Sendable {
    static let offset = 7.0 * 3_600
    static let secondsPerDay = 86_400.0

    /// Days since 1970-01-01, local.
    let day: Int
    /// Seconds since local midnight, 0..<86,400.
    let secondOfDay: Double

    /// - Parameter seconds: since the Unix epoch, UTC.
    init(seconds: Double) {
        let local = seconds + Self.offset
        let day = (local / Self.secondsPerDay).rounded(.down)
        self.day = Int(exactly: day) ?? 0
        secondOfDay = min(max(0, local - day * Self.secondsPerDay), Self.secondsPerDay.nextDown)
    }

    /// Hours since local midnight, with a fraction.
    var hour: Double { secondOfDay / 3_600 }

    /// 0 is Monday.
    var weekday: Int { Self.weekday(ofDay: day) }

    static func weekday(ofDay day: Int) -> Int {
        // 1970-01-01 was a Thursday.
        let remainder = (day + 3) % 7
        return remainder < 0 ? remainder + 7 : remainder
    }

    /// Day of the month (1...31) and days left in it (0 on the last day), of the proleptic Gregorian calendar.
    static func dayOfMonth(ofDay day: Int) -> (day: Int, left: Int) {
        let (month, dayOfMonth, year) = date(ofDay: day)
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (dayOfMonth, lengths[month - 1] - dayOfMonth)
    }

    /// Counts in eras of 400 years that begin on 1 March, so that a leap day is the last of its year.
    private static func date(ofDay day: Int) -> (month: Int, day: Int, year: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (month, dayOfMonth, yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    }
}
