import Foundation
import MonitoringModel

/// Writes times and spans as readers of a language expect them, by the clocks of one time zone.
struct TimeText {
    let catalogue: Catalogue
    let zone: TimeZone

    private var numbers: NumberFormat { NumberFormat(catalogue.language) }

    /// "Thứ Ba 24/11/2026 09:12:33 (GMT+7)".
    func dateTime(_ time: Timestamp) -> String {
        let civil = CivilTime(time, in: zone)
        return catalogue.text(.dateTime, values(civil, clock: civil.clock))
    }

    /// "24/11/2026".
    func date(_ time: Timestamp) -> String {
        let civil = CivilTime(time, in: zone)
        return catalogue.text(.date, values(civil, clock: ""))
    }

    /// "11/26", for the axis of a chart.
    func month(_ time: Timestamp) -> String {
        let civil = CivilTime(time, in: zone)
        return catalogue.text(.dateMonth, values(civil, clock: ""))
    }

    /// "T3 24/11", for the axis of a chart.
    func day(_ time: Timestamp) -> String {
        let civil = CivilTime(time, in: zone)
        return catalogue.text(.dateDay, values(civil, clock: ""))
    }

    /// "Thứ Ba 24/11 14:00".
    func dayAndHour(_ time: Timestamp) -> String {
        let civil = CivilTime(time, in: zone)
        return catalogue.text(.dateHour, values(civil, clock: civil.clockToMinute))
    }

    /// The clock alone for the day of `now`, else with the day.
    func shortTime(_ time: Timestamp, now: Timestamp) -> String {
        let civil = CivilTime(time, in: zone)
        if civil.isSameDay(as: CivilTime(now, in: zone)) { return civil.clockToMinute }
        return catalogue.text(.dateShort, values(civil, clock: civil.clockToMinute))
    }

    private func values(_ civil: CivilTime, clock: String) -> KeyValuePairs<String, String> {
        let weekdays = catalogue.list(.weekdays)
        let shortWeekdays = catalogue.list(.shortWeekdays)
        let months = catalogue.list(.months)
        return [
            "weekday": civil.weekday < weekdays.count ? String(weekdays[civil.weekday]) : "",
            "shortWeekday": civil.weekday < shortWeekdays.count ? String(shortWeekdays[civil.weekday]) : "",
            "day": String(civil.day), "day2": CivilTime.two(civil.day), "month2": CivilTime.two(civil.month),
            "month": civil.month <= months.count ? String(months[civil.month - 1]) : "",
            "year": String(civil.year), "year2": CivilTime.two(civil.year % 100), "time": clock,
            "zone": civil.zoneName,
        ]
    }

    /// As `datetime` attributes want it, in UTC.
    func machineTime(_ time: Timestamp) -> String {
        let civil = CivilTime(time, in: TimeZone(secondsFromGMT: 0) ?? .current)
        return "\(civil.year)-\(CivilTime.two(civil.month))-\(CivilTime.two(civil.day))T\(civil.clock)Z"
    }

    /// A span in its one or two largest units: "8 giây", "17 phút", "2 giờ 5 phút", "3 ngày 4 giờ".
    func span(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e12 else { return NumberFormat.nothing }
        let total = Int(max(0, seconds))
        switch total {
        case ..<60: return one(.seconds, total)
        case ..<3600: return one(.minutes, total / 60)
        case ..<86_400:
            return two(.hours, .hoursAndMinutes, large: total / 3600, small: total / 60 % 60)
        default:
            return two(.days, .daysAndHours, large: total / 86_400, small: total / 3600 % 24)
        }
    }

    private func one(_ message: Message, _ count: Int) -> String {
        catalogue.text(message, ["n": numbers.integer(count)])
    }

    private func two(_ alone: Message, _ both: Message, large: Int, small: Int) -> String {
        guard small > 0 else { return one(alone, large) }
        return catalogue.text(both, ["n": numbers.integer(large), "m": numbers.integer(small)])
    }

    func ago(_ seconds: Double) -> String { catalogue.text(.ago, ["span": span(seconds)]) }
}
