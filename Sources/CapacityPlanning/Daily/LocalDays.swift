package import MonitoringModel

/// The calendar days of a place whose clocks run a fixed span ahead of UTC, as numbers: 0 is 1970-01-01.
///
/// A day is open at its start and holds its end, as ranges of PromQL do: a sample at midnight belongs to the day that
/// ends.
package struct LocalDays: Hashable, Sendable {
    /// Negative west of Greenwich.
    package var secondsEast: Int

    package init(secondsEast: Int = 0) {
        self.secondsEast = secondsEast
    }

    static let milliseconds: Int64 = 86_400_000

    /// The day that clocks show; at midnight already the one that begins.
    package func day(of time: Timestamp) -> Int {
        let local = time.milliseconds + Int64(secondsEast) * 1000
        let (day, rest) = local.quotientAndRemainder(dividingBy: Self.milliseconds)
        return Int(rest < 0 ? day - 1 : day)
    }

    package func start(of day: Int) -> Timestamp {
        Timestamp(milliseconds: Int64(day) * Self.milliseconds - Int64(secondsEast) * 1000)
    }

    /// Midnight at the end of the day, which belongs to it.
    package func end(of day: Int) -> Timestamp { start(of: day + 1) }

    /// The next time that is so long after a midnight, later than `time`.
    /// - Parameter delay: shorter than a day.
    package func nextNight(after time: Timestamp, delay: Duration) -> Timestamp {
        let today = start(of: day(of: time)) + delay
        return today > time ? today : start(of: day(of: time) + 1) + delay
    }

    /// The day whose figure carries this time. The nearest end of a day counts, so that figures kept while clocks ran
    /// otherwise, in summer, still find theirs.
    package func dayEnding(at time: Timestamp) -> Int {
        day(of: time + .milliseconds(Self.milliseconds / 2)) - 1
    }
}
