/// Answers of `/api/v1/load/forecasts`, as the command line reads them too. Times are RFC 3339.
package struct LoadReport: Codable, Sendable {
    package var madeAt: String
    /// The start of the first hour that is forecast.
    package var start: String
    /// Those that come nearest to what they can bear first.
    package var loads: [Load]

    package struct Load: Codable, Sendable {
        /// What it is asked for by, as `processor:core-1`, `receive:wan-3:a`, `calls`.
        package var load: String
        /// Of the device, link, room or city, for people.
        package var name: String
        /// `processor`, `receive`, `transmit`, `inCall` or `calls`.
        package var figure: String
        /// Of a link: "a" or "b"; "" else.
        package var end: String
        package var site: String
        /// `ratio`, `bytes_per_second` or `count`.
        package var unit: String
        /// What it can bear; left out: not known.
        package var capacity: Double?
        /// The last hour; left out: no reading.
        package var current: Double?
        /// Left out where there are too few readings for a forecast.
        package var peak: Peak?
        /// Left out before the first hour that was forecast has passed.
        package var record: Record?
        /// For loads that were asked for by name.
        package var details: Details?
    }

    /// The hour of which the most is expected.
    package struct Peak: Codable, Hashable, Sendable {
        /// When the hour starts.
        package var at: String
        package var p10: Double
        package var p50: Double
        package var p90: Double
    }

    package struct Record: Codable, Hashable, Sendable {
        package var hours: Int
        /// Of the 80 % ranges.
        package var heldShare: Double
    }

    package struct Details: Codable, Sendable {
        /// One value an hour, oldest first, up to `start`; null: no reading.
        package var history: [Double?]
        /// One value an hour from `start` on; empty where there are too few readings.
        package var p10: [Double]
        package var p50: [Double]
        package var p90: [Double]
        /// The greatest weight first.
        package var models: [Model]
    }

    package struct Model: Codable, Hashable, Sendable {
        package var model: String
        package var weight: Double
        /// By how much its back-tests missed on average, in the load's unit.
        package var backtestError: Double
    }
}
