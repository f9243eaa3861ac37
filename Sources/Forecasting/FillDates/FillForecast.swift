/// When a resource is full, how sure that is, and why it is thought so.
package struct FillForecast: Sendable {
    /// What to tell the user.
    package enum Outcome: Sendable {
        case forecast(FillDistribution)
        /// We do not know, because …
        case abstained(AbstentionReason)
    }

    /// Why no date is promised.
    package enum AbstentionReason: Sendable, Equatable {
        /// There is no reading at all.
        case noReadings
        /// All readings are less than nothing, or more than a thousand times the capacity.
        case implausible
        /// The capacity was never known.
        case unknownCapacity
        /// Fewer readings than a week's.
        case tooLittleHistory(readings: Int)
        /// The last reading is that many days old.
        case outdated(days: Int)
        /// Use falls, and a fill date within the horizon is improbable.
        case shrinking
        /// All from next month to never is possible.
        case unstable
    }

    /// The use to be expected on a day: nine in ten paths are above `low`, half above `median`, one in ten above
    /// `high`.
    package struct UseRange: Sendable, Equatable {
        /// Days from today.
        package let day: Int
        /// In the unit of the history; never above the capacity, since a full pool stays full.
        package let low: Double
        package let median: Double
        package let high: Double
    }

    package let outcome: Outcome
    /// The best distribution there is, also where the outcome is an abstention. Without readings or capacity: never.
    package let distribution: FillDistribution
    /// Use ahead, for a chart with a band; ascending days, that lie farther apart the farther they are.
    package let usedBand: [UseRange]
    /// Use on the days that were asked for; ascending. Days of a band are all one weekday; between them, these follow
    /// the week and other cycles.
    package let usedOnAskedDays: [UseRange]
    package let explanation: FillExplanation
}
