extension Timestamp {
    /// RFC 3339 in UTC with milliseconds, as `2026-03-01T06:30:00.250Z`; a year beyond 0 to 9999 is written in full with its
    /// sign.
    package var utcText: String {
        let (days, rest) = milliseconds.flooredDivision(by: 86_400_000)
        let (year, month, day) = CivilDate.date(daysSince1970: days)
        let seconds = rest / 1000
        return Self.year(year) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2) + "T"
            + Self.padded(seconds / 3600, 2) + ":" + Self.padded(seconds / 60 % 60, 2) + ":"
            + Self.padded(seconds % 60, 2)
            + "." + Self.padded(rest % 1000, 3) + "Z"
    }

    /// Reads Unix seconds with or without a fraction, or an RFC 3339 time; digits beyond milliseconds are dropped.
    ///
    /// - Returns: nil for anything else and for times further than 285,000 years from 1970.
    package init?(text: String) {
        if let seconds = Double(text) {
            guard seconds.isFinite, abs(seconds) < 9e12 else { return nil }
            self.init(seconds: seconds)
            return
        }
        var parser = TimeTextParser(text)
        guard let milliseconds = parser.time() else { return nil }
        self.init(milliseconds: milliseconds)
    }

    private static func year(_ year: Int64) -> String {
        (0...9999).contains(year) ? padded(year, 4) : (year < 0 ? "-" : "+") + String(year.magnitude)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

/// Days and dates of the Gregorian calendar, reaching back before its introduction, by eras of 400 years that begin on
/// 1 March, so that the leap day ends a year.
private enum CivilDate {
    /// Days from 1 March of year 0 to 1 January 1970.
    private static let epoch: Int64 = 719_468
    private static let daysPerEra: Int64 = 146_097

    static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, ofEra) = (days + epoch).flooredDivision(by: daysPerEra)
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * ofYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shifted + 2) / 5 + 1)
    }

    /// - Returns: nil when there is no such day.
    static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1...12).contains(month), day >= 1 else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooredDivision(by: 400)
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let ofYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
        let days = era * daysPerEra + ofEra - epoch
        return date(daysSince1970: days) == (year, month, day) ? days : nil
    }
}

/// `YYYY-MM-DDThh:mm:ss[.fff](Z|±hh:mm)`, as RFC 3339 section 5.6 has it; a blank may stand for the T.
private struct TimeTextParser {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    mutating func time() -> Int64? {
        guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2),
            take("T") || take("t") || take(" "), let hour = digits(2), take(":"), let minute = digits(2), take(":"),
            let second = digits(2), hour < 24, minute < 60, second <= 60,
            let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        else { return nil }
        var milliseconds: Int64 = 0
        if take(".") {
            guard let fraction = fraction() else { return nil }
            milliseconds = fraction
        }
        guard let offset = offset(), rest.isEmpty else { return nil }
        return (((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + milliseconds
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func digits(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit() -> Int64? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest = rest.dropFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }

    private mutating func fraction() -> Int64? {
        guard var value = digit() else { return nil }
        var count = 1
        while let digit = digit() {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        while count < 3 {
            value *= 10
            count += 1
        }
        return value
    }

    /// Minutes ahead of UTC.
    private mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let isBehind = take("-")
        guard isBehind || take("+"), let hours = digits(2), take(":"), let minutes = digits(2), hours < 24, minutes < 60
        else { return nil }
        return (isBehind ? -1 : 1) * (hours * 60 + minutes)
    }
}

extension Int64 {
    /// The quotient rounded down and a remainder from 0 to below `divisor`, which is positive.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
