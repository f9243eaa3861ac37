/// What a forecast rests on: what was cleaned, what was found, which models had how much say.
package struct FillExplanation: Sendable, Equatable {
    /// Readings not used, by reason.
    package struct Cleaning: Sendable, Equatable {
        /// Days without a reading.
        package var gaps = 0
        /// Readings of one to three days far off their neighbours.
        package var excursions = 0
        /// Repeats of the very same number where none are usual.
        package var stuckReadings = 0

        package init(gaps: Int = 0, excursions: Int = 0, stuckReadings: Int = 0) {
            self.gaps = gaps
            self.excursions = excursions
            self.stuckReadings = stuckReadings
        }
    }

    /// Something that recurs or stands out in the history. Sizes are in the unit of the history, days are days before
    /// today, 0 or more.
    package enum Finding: Sendable, Equatable {
        /// Use piles up and falls back every so many days by about that much.
        case regularDrops(everyDays: Int, size: Double)
        /// A retention job frees space at that use; sure to that degree, 0…1.
        case retentionPurges(atUse: Double, confidence: Double)
        /// How far each weekday stands above the week's trend, Monday first.
        case weekdayProfile(offsets: [Double])
        /// Growth that comes on one day of the month, 31: on its last.
        case monthDayGrowth(day: Int, size: Double)
        /// A single step up or down, taken out of the growth.
        case step(daysAgo: Int, size: Double)
        /// Growth in lumps: how many a year, and their median size.
        case bursts(perYear: Double, size: Double)
        /// Growth in proportion to use, as a share of it in 30 days.
        case compoundGrowth(perMonth: Double)
        /// Growth that slows as use nears a level.
        case saturation(atUse: Double)
        /// A yearly cycle of the growth: half its swing, per day.
        case yearlyCycle(perDay: Double)
        /// The rate of growth changed about that long ago, to so much a day.
        case rateChange(daysAgo: Int, perDay: Double)
        /// Nothing moves on most days: growth comes in irregular lumps.
        case rest
    }

    /// A model of the growth and its say.
    package struct Component: Sendable, Equatable {
        package enum Model: String, CaseIterable, Sendable {
            /// A rate that wanders, by Kalman filters over a grid of noise ratios.
            case localLinearTrend
            /// A rate that changed once.
            case changepoint
            /// A rate that depends on the use: compound growth, saturation.
            case levelDependent
            /// A rate with a yearly cycle.
            case yearlyCycle
            /// Block bootstrap of the growth of the last weeks, months and years.
            case window
            /// The long-run mean with normal bands.
            case drift
        }

        package let model: Model
        /// The share of paths it made, 0…1.
        package let weight: Double
        /// Growth per day it sees today, in the unit of the history.
        package let growthPerDay: Double
        /// By how much it missed the growth per day in its back-test; nil: the history is too short for one. Models of
        /// the rate are tested together.
        package let backtestError: Double?
    }

    package var cleaning = Cleaning()
    package var findings: [Finding] = []
    /// The model with the greatest weight first.
    package var components: [Component] = []
    /// The weighted mean growth per day in the unit of the history, jumps and growth of days of the month apart; nil:
    /// no history to tell from.
    package var growthPerDay: Double?
}
