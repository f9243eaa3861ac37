package import MonitoringModel

/// Everything the capacity page shows, as plain values. HTTPAPI fills it.
package struct CapacityModel: Sendable {
    /// What amounts count.
    package enum Unit: String, CaseIterable, Sendable {
        case bytes, bytesPerSecond, cores, watts, rackUnits, count
    }

    /// Why no date is named.
    package enum Abstention: String, CaseIterable, Sendable {
        case tooLittleHistory, shrinking, unstable, outdated, implausible, sizeUnknown
    }

    /// What became of forecasts whose date has come, for one horizon.
    package struct RecordLine: Hashable, Sendable {
        package var horizonDays: Int
        package var count: Int
        /// A share of the size.
        package var medianError: Double
        /// Share of the 80 % ranges that held.
        package var heldShare: Double

        package init(horizonDays: Int, count: Int, medianError: Double, heldShare: Double) {
            self.horizonDays = horizonDays
            self.count = count
            self.medianError = medianError
            self.heldShare = heldShare
        }
    }

    /// The use to be expected on a day ahead.
    package struct UsePoint: Hashable, Sendable {
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

    /// Days from the day of the forecast; nil: not within a year.
    package struct FillDays: Hashable, Sendable {
        package var p10: Double?
        package var p50: Double?
        package var p90: Double?

        package init(p10: Double?, p50: Double?, p90: Double?) {
            self.p10 = p10
            self.p50 = p50
            self.p90 = p90
        }
    }

    package struct Resource: Sendable {
        package var id: String
        /// The parameters of the page that name it and no other.
        package var address: [(name: String, value: String)]
        package var name: String
        package var unit: Unit
        /// The newest daily maximum.
        package var used: Double
        package var size: Double?
        /// The use that counts as full.
        package var limit: Double?
        package var growthPerDay: Double?
        package var abstention: Abstention?
        package var fill: FillDays
        /// Days until the order has to be out; negative: overdue; nil: no need in sight.
        package var orderWithin: Double?
        /// Probabilities of being full within 30, 90 and 180 days; fewer where nothing is known.
        package var fullWithin: [Double]
        package var record: [RecordLine]
        /// Highest use of the last days, oldest first, the day of the forecast last; NaN: no reading.
        package var history: [Double]
        /// The use that counted as full on each of these days; empty when it is not known.
        package var limits: [Double]
        /// Nearest day first.
        package var band: [UsePoint]
        /// Seconds since the newest sample; nil without one lately.
        package var age: Double?

        package init(
            id: String, address: [(name: String, value: String)], name: String, unit: Unit, used: Double, size: Double?,
            limit: Double?, growthPerDay: Double?, abstention: Abstention?, fill: FillDays, orderWithin: Double?,
            fullWithin: [Double],
            record: [RecordLine], history: [Double], limits: [Double], band: [UsePoint], age: Double?
        ) {
            self.id = id
            self.address = address
            self.name = name
            self.unit = unit
            self.used = used
            self.size = size
            self.limit = limit
            self.growthPerDay = growthPerDay
            self.abstention = abstention
            self.fill = fill
            self.orderWithin = orderWithin
            self.fullWithin = fullWithin
            self.record = record
            self.history = history
            self.limits = limits
            self.band = band
            self.age = age
        }
    }

    package var cityName: String
    package var now: Timestamp
    /// Identifier of the time zone for shown times, as "Asia/Ho_Chi_Minh".
    package var timeZone: String
    /// When the forecasts were made; nil before the first.
    package var madeAt: Timestamp?
    /// Fewest days first.
    package var resources: [Resource]
    /// The place in `resources` of the one in the chart.
    package var chosen: Int?
    /// What was asked for and is not there; the chart shows another then.
    package var unknown: String?
    /// Of the chosen resource; nil when it is not known.
    package var reasons: CapacityReasons?
    /// Of all forecasts together.
    package var record: [RecordLine]
    package var pollInterval: Double
    package var seriesCount: Int
    package var databaseBytes: Int64
    package var version: String
    package var isDemo: Bool

    package init(
        cityName: String, now: Timestamp, timeZone: String, madeAt: Timestamp?, resources: [Resource], chosen: Int?,
        unknown: String?,
        reasons: CapacityReasons?, record: [RecordLine], pollInterval: Double, seriesCount: Int, databaseBytes: Int64,
        version: String, isDemo: Bool
    ) {
        self.cityName = cityName
        self.now = now
        self.timeZone = timeZone
        self.madeAt = madeAt
        self.resources = resources
        self.chosen = chosen
        self.unknown = unknown
        self.reasons = reasons
        self.record = record
        self.pollInterval = pollInterval
        self.seriesCount = seriesCount
        self.databaseBytes = databaseBytes
        self.version = version
        self.isDemo = isDemo
    }
}
