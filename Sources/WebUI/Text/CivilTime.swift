package import Foundation
package import MonitoringModel

/// A point in time on the calendar and clock of a time zone.
package struct CivilTime: Sendable, Equatable {
    package var year: Int
    /// 1...12.
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
    /// 0 is Sunday.
    package var weekday: Int
    /// Seconds east of Greenwich at that moment.
    package var offset: Int

    package init(_ time: Timestamp, in zone: TimeZone) {
        offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: time.seconds))
        let seconds = Self.floorDivide(time.milliseconds, 1000).quotient &+ Int64(offset)
        let (days, secondOfDay) = Self.floorDivide(seconds, 86_400)
        hour = Int(secondOfDay / 3600)
        minute = Int(secondOfDay / 60 % 60)
        second = Int(secondOfDay % 60)
        weekday = Int(Self.floorDivide(days &+ 4, 7).remainder)

        // Days since 1 March of year 0 in the proleptic Gregorian calendar, split into eras of 400 years.
        let (era, dayOfEra) = Self.floorDivide(days &+ 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// "09:12:33".
    package var clock: String { "\(Self.two(hour)):\(Self.two(minute)):\(Self.two(second))" }

    /// "09:12".
    package var clockToMinute: String { "\(Self.two(hour)):\(Self.two(minute))" }

    /// "GMT+7", "GMT−3:30", "GMT".
    package var zoneName: String {
        guard offset != 0 else { return "GMT" }
        let minutes = abs(offset) / 60
        let hours = "GMT" + (offset < 0 ? "−" : "+") + String(minutes / 60)
        return minutes % 60 == 0 ? hours : hours + ":" + Self.two(minutes % 60)
    }

    package func isSameDay(as other: CivilTime) -> Bool {
        year == other.year && month == other.month && day == other.day
    }

    static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }
}
