/// The units of durations, longest first, as they must follow one another in `1h30m`.
enum DurationUnit: String, CaseIterable {
    case years = "y"
    case weeks = "w"
    case days = "d"
    case hours = "h"
    case minutes = "m"
    case seconds = "s"
    case milliseconds = "ms"

    /// A year is 365 days, a day 24 hours.
    var milliseconds: Int64 {
        switch self {
        case .years: 365 * 86_400_000
        case .weeks: 7 * 86_400_000
        case .days: 86_400_000
        case .hours: 3_600_000
        case .minutes: 60_000
        case .seconds: 1000
        case .milliseconds: 1
        }
    }

    /// Whether printed durations have it only when no shorter unit is needed beside it.
    var isWholeOnly: Bool { self == .years || self == .weeks }
}
