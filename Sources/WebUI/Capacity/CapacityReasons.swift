/// Why a forecast is as it is. Amounts are in the resource's unit, days are days before the forecast.
package struct CapacityReasons: Sendable {
    package enum Finding: Hashable, Sendable {
        case regularDrops(everyDays: Int, size: Double)
        /// Confidence is 0 to 1.
        case purges(atUse: Double, confidence: Double)
        /// The weekday that stands highest above the week's trend; 0 is Sunday.
        case weekdays(highest: Int)
        /// The last day of the month is 31.
        case monthDay(Int, size: Double)
        case step(daysAgo: Int, size: Double)
        case bursts(perYear: Double, size: Double)
        /// A share of the use.
        case compound(perMonth: Double)
        case saturation(atUse: Double)
        case yearlyCycle(perDay: Double)
        case rateChange(daysAgo: Int, perDay: Double)
        case rest
    }

    package enum Model: String, CaseIterable, Sendable {
        case localLinearTrend, changepoint, levelDependent, yearlyCycle, window, drift
    }

    package struct Component: Hashable, Sendable {
        package var model: Model
        /// 0 to 1.
        package var weight: Double
        package var growthPerDay: Double
        /// By how much it missed the growth a day in back-tests; nil: not tried.
        package var backtestError: Double?

        package init(model: Model, weight: Double, growthPerDay: Double, backtestError: Double?) {
            self.model = model
            self.weight = weight
            self.growthPerDay = growthPerDay
            self.backtestError = backtestError
        }
    }

    package var findings: [Finding]
    /// The heaviest first.
    package var components: [Component]
    /// Days without a reading.
    package var gaps: Int
    package var excursions: Int
    package var stuckReadings: Int

    package init(findings: [Finding], components: [Component], gaps: Int, excursions: Int, stuckReadings: Int) {
        self.findings = findings
        self.components = components
        self.gaps = gaps
        self.excursions = excursions
        self.stuckReadings = stuckReadings
    }
}
