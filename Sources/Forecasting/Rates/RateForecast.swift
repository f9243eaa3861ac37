/// What is expected of a rate, and how sure that is.
package struct RateForecast: Sendable, Equatable {
    /// Bounds between which each value falls with a stated probability.
    package struct Interval: Sendable, Equatable {
        /// The probability, between 0 and 1.
        package let level: Double
        /// One bound a step, inclusive.
        package let lower: [Double]
        package let upper: [Double]
    }

    /// A model's part in the forecast.
    package struct Component: Sendable, Equatable {
        package let name: RateComponent
        /// Its share of the mean; the shares add up to 1.
        package let weight: Double
        /// The mean absolute error of its backtest, in the unit of the values; 0 also where there was no backtest.
        package let error: Double
    }

    /// Why nothing is forecast.
    package enum Abstention: Sendable, Equatable {
        /// Fewer readings than any model needs.
        case tooFewReadings(found: Int, needed: Int)
        /// No step was asked for.
        case noHorizon
    }

    /// One value a step, the first for the step after the last value; empty after an abstention.
    ///
    /// Of values that are never negative it is near the median: half of what comes is above.
    package let mean: [Double]
    /// As many as levels were asked for, in their order; empty after an abstention.
    package let intervals: [Interval]
    /// The models that take part, the greatest weight first.
    package let components: [Component]
    /// Nil where there is a forecast.
    package let abstention: Abstention?

    init(mean: [Double], intervals: [Interval], components: [Component], abstention: Abstention?) {
        self.mean = mean
        self.intervals = intervals
        self.components = components
        self.abstention = abstention
    }

    /// Without numbers, so that nothing is drawn that nobody stands for.
    init(abstention: Abstention) {
        self.init(mean: [], intervals: [], components: [], abstention: abstention)
    }
}
