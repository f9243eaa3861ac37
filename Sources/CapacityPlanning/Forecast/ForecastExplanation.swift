/// Why a forecast is as it is.
package struct ForecastExplanation: Hashable, Sendable {
    /// A run of days in which the use grew alike.
    package struct Regime: Hashable, Sendable {
        /// Days since 1970-01-01; the last one belongs to it.
        package var firstDay: Int
        package var lastDay: Int
        /// In the resource's unit.
        package var growthPerDay: Double

        package init(firstDay: Int, lastDay: Int, growthPerDay: Double) {
            self.firstDay = firstDay
            self.lastDay = lastDay
            self.growthPerDay = growthPerDay
        }
    }

    /// A model that the forecast is mixed from.
    package struct Component: Hashable, Sendable {
        /// A word of the forecaster's, as "damped_trend".
        package var name: String
        /// 0 to 1; those of all components make 1.
        package var weight: Double
        /// How far it was off in the past of this resource, as a share of what the forecaster measures by; nil when that was not
        /// tried.
        package var error: Double?

        package init(name: String, weight: Double, error: Double?) {
            self.name = name
            self.weight = weight
            self.error = error
        }
    }

    /// Readings that were not believed or filled in.
    package struct Cleaning: Hashable, Sendable {
        /// A word of the forecaster's, as "spikes".
        package var name: String
        package var count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// Oldest first.
    package var regimes: [Regime]
    /// The heaviest first.
    package var components: [Component]
    /// Only what happened.
    package var cleaning: [Cleaning]

    package init(regimes: [Regime] = [], components: [Component] = [], cleaning: [Cleaning] = []) {
        self.regimes = regimes
        self.components = components
        self.cleaning = cleaning
    }
}
