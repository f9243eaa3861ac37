package import Forecasting

/// What is said of one resource on one day: the numbers that stay after the day, and why they are as they are.
package struct ResourceForecast: Equatable, Sendable {
    /// Why no date is named. Numbers may be there all the same.
    package var abstention: Abstention?
    package var fill: FillDays
    package var fullWithin: FullWithin
    /// The use on the days that the record is made of, nearest first; fewer where nothing is known.
    package var checkpoints: [UseAhead]
    /// In the resource's unit; nil when nothing is known.
    package var growthPerDay: Double?
    /// Nil for a forecast that was read back.
    package var details: Details?

    package init(
        abstention: Abstention? = nil, fill: FillDays = FillDays(), fullWithin: FullWithin = FullWithin(),
        checkpoints: [UseAhead] = [], growthPerDay: Double? = nil, details: Details? = nil
    ) {
        self.abstention = abstention
        self.fill = fill
        self.fullWithin = fullWithin
        self.checkpoints = checkpoints
        self.growthPerDay = growthPerDay
        self.details = details
    }

    /// Farther than this nothing is forecast.
    package static let horizon = 365

    /// What only the day of the forecast knows.
    package struct Details: Equatable, Sendable {
        /// The use ahead, nearest day first, at days that lie farther apart the farther they are; never above the use
        /// that counts as full.
        package var band: [UseAhead]
        package var explanation: FillExplanation

        package init(band: [UseAhead], explanation: FillExplanation) {
            self.band = band
            self.explanation = explanation
        }
    }
}

/// Why no fill date is named.
package enum Abstention: String, CaseIterable, Hashable, Sendable {
    case tooLittleHistory = "too_little_history"
    case shrinking
    case unstable
    /// No reading for too long.
    case outdated
    /// No reading fits the size: all are less than nothing, or a thousand times the size.
    case implausible = "implausible_readings"
    /// Nothing ever said how large it is.
    case sizeUnknown = "size_unknown"
}

/// Days from the day of the forecast by which the resource is full with a probability; nil: not within the horizon.
package struct FillDays: Hashable, Sendable {
    package var p10: Double?
    package var p50: Double?
    package var p90: Double?

    package init(p10: Double? = nil, p50: Double? = nil, p90: Double? = nil) {
        self.p10 = p10
        self.p50 = p50
        self.p90 = p90
    }

    package static let quantiles = [0.1, 0.5, 0.9]
    /// In the order of `quantiles`.
    package var values: [Double?] { [p10, p50, p90] }
}

/// The probability of being full within so many days; nil when nothing is known.
package struct FullWithin: Hashable, Sendable {
    package var days30: Double?
    package var days90: Double?
    package var days180: Double?

    package init(days30: Double? = nil, days90: Double? = nil, days180: Double? = nil) {
        self.days30 = days30
        self.days90 = days90
        self.days180 = days180
    }

    package static let spans = [30, 90, 180]
    /// In the order of `spans`.
    package var values: [Double?] { [days30, days90, days180] }
}

/// The use on a day ahead, in the resource's unit.
package struct UseAhead: Hashable, Sendable {
    /// Days after the day of the forecast.
    package var day: Int
    package var p10: Double
    package var p50: Double
    package var p90: Double

    package init(day: Int, p10: Double, p50: Double, p90: Double) {
        self.day = day
        self.p10 = p10
        self.p50 = p50
        self.p90 = p90
    }
}
