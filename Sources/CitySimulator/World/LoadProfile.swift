import Glibc

/// How busy something is over the week, between 0 and about 1, and the exact integral of that over time.
///
/// The level is a straight line between full hours. Every day begins and ends at the profile's midnight level; what differs
/// from it is stretched at month ends. The calendar repeats every 400 years, so one table of daily sums covers all time and
/// any integral costs the same.
final class LoadProfile: Sendable {
    /// Level at 00:00, 01:00, … 24:00 on a working day, a Saturday, a Sunday.
    private let levels: [[Double]]
    private let midnight: Double
    private let stretchesAtMonthEnd: Bool
    /// Seconds of (level - midnight) from 00:00 to each full hour, for each kind of day.
    private let hourSums: [[Double]]
    /// Seconds of level before each day of the cycle; one more for the whole cycle.
    private let daySums: [Double]

    private static let cycleDays = 146_097
    /// How much busier offices are on the last two and the first three days of a month.
    private static let monthEndFactor = 1.25

    /// Offices: two humps on working days, a short Saturday, nothing much on Sundays.
    static let office = LoadProfile(
        weekday: [
            0.05, 0.04, 0.04, 0.04, 0.04, 0.05, 0.08, 0.30, 0.66, 0.78, 0.80, 0.62, 0.32, 0.52, 0.74, 0.76, 0.68, 0.36,
            0.18,
            0.14, 0.13, 0.11, 0.09, 0.07, 0.05,
        ],
        saturday: [
            0.05, 0.04, 0.04, 0.04, 0.04, 0.04, 0.06, 0.16, 0.28, 0.32, 0.30, 0.20, 0.12, 0.10, 0.09, 0.09, 0.08, 0.08,
            0.08,
            0.08, 0.08, 0.07, 0.06, 0.05, 0.05,
        ],
        sunday: [
            0.05, 0.04, 0.04, 0.04, 0.04, 0.04, 0.05, 0.06, 0.07, 0.08, 0.08, 0.08, 0.07, 0.07, 0.07, 0.07, 0.08, 0.08,
            0.09,
            0.09, 0.08, 0.07, 0.06, 0.06, 0.05,
        ], stretchesAtMonthEnd: true)

    /// Nightly backups, fullest before dawn on Sundays.
    static let backup = LoadProfile(
        weekday: [
            0.60, 0.75, 0.55, 0.20, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02,
            0.02,
            0.02, 0.02, 0.04, 0.20, 0.45, 0.60,
        ],
        saturday: [
            0.60, 0.75, 0.55, 0.20, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02,
            0.02,
            0.02, 0.02, 0.04, 0.20, 0.45, 0.60,
        ],
        sunday: [
            0.60, 0.90, 0.95, 0.95, 0.85, 0.60, 0.30, 0.10, 0.03, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02,
            0.02,
            0.02, 0.02, 0.04, 0.20, 0.45, 0.60,
        ], stretchesAtMonthEnd: false)

    /// Computed at first use, so that a process that never simulates pays nothing.
    private init(weekday: [Double], saturday: [Double], sunday: [Double], stretchesAtMonthEnd: Bool) {
        let levels = [weekday, saturday, sunday]
        let midnight = weekday[0]
        let hourSums = levels.map { day in
            var sums = [0.0]
            for hour in 0..<24 {
                sums.append(sums[hour] + 3_600 * ((day[hour] + day[hour + 1]) / 2 - midnight))
            }
            return sums
        }
        var daySums = [0.0]
        daySums.reserveCapacity(Self.cycleDays + 1)
        var total = 0.0
        for day in 0..<Self.cycleDays {
            let factor = stretchesAtMonthEnd ? Self.stretch(ofDay: day) : 1
            total += CivilTime.secondsPerDay * midnight + factor * hourSums[Self.kind(ofDay: day)][24]
            daySums.append(total)
        }
        self.levels = levels
        self.midnight = midnight
        self.stretchesAtMonthEnd = stretchesAtMonthEnd
        self.hourSums = hourSums
        self.daySums = daySums
    }

    /// The level at a time in seconds since the Unix epoch.
    func level(at seconds: Double) -> Double {
        let time = CivilTime(seconds: seconds)
        let day = levels[Self.kind(ofDay: time.day)]
        let hour = min(Int(time.hour), 23)
        let fraction = time.hour - Double(hour)
        let shape = day[hour] + (day[hour + 1] - day[hour]) * fraction - midnight
        return midnight + factor(ofDay: time.day) * shape
    }

    /// Seconds of full load from 1970-01-01 (local) to a time: what a counter of a line with speed 1 shows.
    func integral(to seconds: Double) -> Double {
        let time = CivilTime(seconds: seconds)
        let cycle = Int((Double(time.day) / Double(Self.cycleDays)).rounded(.down))
        let dayOfCycle = time.day - cycle * Self.cycleDays
        let day = levels[Self.kind(ofDay: time.day)]
        let hour = min(Int(time.hour), 23)
        let rest = time.secondOfDay - Double(hour) * 3_600
        let slope = (day[hour + 1] - day[hour]) / 3_600
        let shape =
            hourSums[Self.kind(ofDay: time.day)][hour] + rest * (day[hour] - midnight) + slope * rest * rest / 2
        return Double(cycle) * daySums[Self.cycleDays] + daySums[dayOfCycle] + midnight * time.secondOfDay
            + factor(ofDay: time.day) * shape
    }

    private func factor(ofDay day: Int) -> Double {
        stretchesAtMonthEnd ? Self.stretch(ofDay: day) : 1
    }

    private static func kind(ofDay day: Int) -> Int {
        max(0, CivilTime.weekday(ofDay: day) - 4)
    }

    private static func stretch(ofDay day: Int) -> Double {
        let (dayOfMonth, left) = CivilTime.dayOfMonth(ofDay: day)
        return left < 2 || dayOfMonth <= 3 ? monthEndFactor : 1
    }
}

/// A profile with the small unrest of one line: bumps that add nothing over their span, so that the integral stays exact, and
/// that are smaller than the level, so that it never falls.
struct RestlessLoad: Sendable {
    let profile: LoadProfile
    let noise: Noise
    let stream: UInt64

    /// Spans in seconds, dividing an hour; and the largest share of the level a bump takes. The shares add up to less than 1.
    private static let bumps: [(span: Double, share: Double)] = [(3_600, 0.30), (300, 0.40)]

    func level(at seconds: Double) -> Double {
        var level = profile.level(at: seconds)
        for bump in Self.bumps {
            let (height, phase) = bumpPart(bump, at: seconds)
            level += height * sin(phase)
        }
        return level
    }

    func integral(to seconds: Double) -> Double {
        var sum = profile.integral(to: seconds)
        for bump in Self.bumps {
            let (height, phase) = bumpPart(bump, at: seconds)
            sum += height * bump.span / (2 * .pi) * (1 - cos(phase))
        }
        return sum
    }

    private func bumpPart(_ bump: (span: Double, share: Double), at seconds: Double) -> (height: Double, phase: Double)
    {
        let index = (seconds / bump.span).rounded(.down)
        let start = index * bump.span
        // The profile is a straight line within a span: its lowest level is at one end.
        let lowest = min(profile.level(at: start), profile.level(at: (start + bump.span).nextDown))
        let strength = noise.unit(stream &+ UInt64(bump.span), Int64(exactly: index) ?? 0) * 2 - 1
        return (lowest * bump.share * strength, (seconds - start) / bump.span * 2 * .pi)
    }
}
