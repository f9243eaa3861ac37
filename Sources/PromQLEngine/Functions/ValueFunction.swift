import Foundation
import PromQLSyntax

extension PromQLFunction {
    /// The function as one of a value alone; nil for others.
    var ofValue: ((Double) -> Double)? {
        switch self {
        case .abs: { $0.magnitude }
        case .ceil: { $0.rounded(.up) }
        case .floor: { $0.rounded(.down) }
        case .exp: { Foundation.exp($0) }
        case .sqrt: { $0.squareRoot() }
        case .ln: { Foundation.log($0) }
        case .log2: { Foundation.log2($0) }
        case .log10: { Foundation.log10($0) }
        case .sin: { Foundation.sin($0) }
        case .cos: { Foundation.cos($0) }
        case .tan: { Foundation.tan($0) }
        case .asin: { Foundation.asin($0) }
        case .acos: { Foundation.acos($0) }
        case .atan: { Foundation.atan($0) }
        case .sinh: { Foundation.sinh($0) }
        case .cosh: { Foundation.cosh($0) }
        case .tanh: { Foundation.tanh($0) }
        case .asinh: { Foundation.asinh($0) }
        case .acosh: { Foundation.acosh($0) }
        case .atanh: { Foundation.atanh($0) }
        case .rad: { $0 * .pi / 180 }
        case .deg: { $0 * 180 / .pi }
        case .sgn: { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 }
        default: nil
        }
    }

    /// The function as one of a date in UTC; nil for others.
    var ofDate: ((CivilDate) -> Double)? {
        switch self {
        case .year: { Double($0.year) }
        case .month: { Double($0.month) }
        case .dayOfMonth: { Double($0.day) }
        case .daysInMonth: { Double($0.daysInMonth) }
        case .dayOfYear: { Double($0.dayOfYear) }
        case .dayOfWeek: { Double($0.weekday) }
        case .hour: { Double($0.secondOfDay / 3_600) }
        case .minute: { Double($0.secondOfDay / 60 % 60) }
        default: nil
        }
    }
}

/// A date of the proleptic Gregorian calendar, UTC.
///
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". `Calendar` takes a thousand times as long, and dates are
/// worked out for each step of each series.
struct CivilDate {
    let year: Int64
    /// 1...12.
    let month: Int64
    let day: Int64
    let secondOfDay: Int64
    private let days: Int64

    /// - Parameter seconds: since 1970.
    init(seconds: Int64) {
        days = (seconds - (seconds < 0 ? 86_399 : 0)) / 86_400
        secondOfDay = seconds - days * 86_400
        // Years that begin with March, in eras of 400 of them, so that the day that comes and goes is the last.
        let shifted = days + 719_468
        let era = (shifted - (shifted < 0 ? 146_096 : 0)) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfMarchYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfMarchYear + 2) / 153
        day = dayOfMarchYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    var daysInMonth: Int64 {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// From 1.
    var dayOfYear: Int64 {
        let before: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        return before[Int(month) - 1] + day + (month > 2 && isLeapYear ? 1 : 0)
    }

    /// 0 for Sunday.
    var weekday: Int64 { ((days + 4) % 7 + 7) % 7 }
}
