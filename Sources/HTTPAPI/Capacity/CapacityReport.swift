/// Answers of `/api/v1/capacity/forecasts`, as the command line reads them too. Dates are local, as `2027-01-03`.
package struct CapacityReport: Codable, Sendable {
    /// RFC 3339.
    package var madeAt: String
    /// Of all forecasts together; empty for askers who may see some sites only.
    package var record: [RecordLine]
    /// What the past forecasts have taught; left out for askers who may see some sites only.
    package var calibration: Calibration?
    /// Fewest days first.
    package var resources: [Resource]

    package struct Calibration: Codable, Hashable, Sendable {
        /// Past forecasts, one a resource and month, of which something became.
        package var forecasts: Int
        /// Of these, those of resources that filled since.
        package var filled: Int
        /// Whether they are enough to calibrate ranges with.
        package var isFitted: Bool
        /// In deviations; above 0: resources fill later than paths say.
        package var shift: Double
        /// Of the spread of paths; above 1: they are too near to each other.
        package var stretch: Double
    }

    package struct RecordLine: Codable, Hashable, Sendable {
        package var horizonDays: Int
        package var count: Int
        /// A share of the size.
        package var medianError: Double
        /// Of the 80 % ranges.
        package var heldShare: Double
    }

    package struct Quantiles<Value: Codable & Sendable>: Codable, Sendable {
        package var p10: Value?
        package var p50: Value?
        package var p90: Value?
    }

    package struct Probabilities: Codable, Hashable, Sendable {
        package var days30: Double?
        package var days90: Double?
        package var days180: Double?
    }

    package struct Resource: Codable, Sendable {
        package var resource: String
        package var name: String
        package var kind: String
        package var unit: String
        package var site: String
        /// The newest daily maximum.
        package var used: Double
        package var size: Double?
        /// The use that counts as full.
        package var limit: Double?
        package var growthPerDay: Double?
        /// Why no date is named.
        package var abstention: String?
        /// Days from the day of the forecast; left out: not within a year.
        package var fillDays: Quantiles<Double>
        package var fillDates: Quantiles<String>
        package var fullWithin: Probabilities
        package var orderWithinDays: Double?
        package var orderBy: String?
        package var record: [RecordLine]
        /// For one resource alone.
        package var details: Details?
    }

    package struct Details: Codable, Sendable {
        /// The date of the first value of the history.
        package var historyStart: String
        /// One value a day; null: no reading.
        package var used: [Double?]
        package var limit: [Double?]
        package var band: [UsePoint]
        /// Nil for a forecast of before the service's start.
        package var explanation: Explanation?
    }

    package struct UsePoint: Codable, Hashable, Sendable {
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

    package struct Explanation: Codable, Hashable, Sendable {
        package struct Finding: Codable, Hashable, Sendable {
            /// As "regular_drops".
            package var kind: String
            /// In words.
            package var text: String
        }

        package struct Component: Codable, Hashable, Sendable {
            package var model: String
            package var weight: Double
            package var growthPerDay: Double
            package var backtestError: Double?
        }

        package var gaps: Int
        package var excursions: Int
        package var stuckReadings: Int
        package var findings: [Finding]
        package var components: [Component]
    }
}
