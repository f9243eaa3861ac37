package import MonitoringModel

/// When everything is full, as far as was known at one time.
package struct CapacityOutlook: Sendable {
    package var madeAt: Timestamp
    /// The local day, since 1970-01-01, that days ahead are counted from.
    package var madeOn: Int
    package var days: TimeGrid
    /// Those with the fewest days first: by the 0.5 quantile, then by the 0.1 quantile; those that abstain last.
    package private(set) var resources: [ResourceOutlook]
    /// Of all forecasts together.
    package var record: ForecastRecord
    /// What all forecasts were calibrated with.
    package var calibration: ForecastCalibration

    package init(
        madeAt: Timestamp, madeOn: Int, days: TimeGrid, resources: [ResourceOutlook], record: ForecastRecord,
        calibration: ForecastCalibration = ForecastCalibration()
    ) {
        self.madeAt = madeAt
        self.madeOn = madeOn
        self.days = days
        self.resources = resources.sorted { Self.isBefore($0, $1) }
        self.record = record
        self.calibration = calibration
    }

    private static func isBefore(_ first: ResourceOutlook, _ second: ResourceOutlook) -> Bool {
        let (a, b) = (order(first), order(second))
        return a != b ? a < b : first.key < second.key
    }

    private static func order(_ resource: ResourceOutlook) -> (Int, Double, Double) {
        let fill = resource.forecast.fill
        return (
            resource.forecast.abstention == nil ? 0 : 1, fill.p50 ?? .infinity, fill.p10 ?? .infinity
        )
    }

    /// Midnight at the start of the local day that lies so many days ahead.
    package func time(ofDay day: Double) -> Timestamp {
        Timestamp(seconds: days.start(of: madeOn).seconds + (day * 86_400).rounded())
    }
}

/// One resource of an outlook.
package struct ResourceOutlook: Sendable {
    package var key: ResourceKey
    /// Of the resource's series, without the metric name.
    package var labels: LabelSet
    /// The newest daily maximum.
    package var used: Double
    /// Nil when it is not known.
    package var size: Double?
    /// The use that counts as full; nil when it is not known.
    package var limit: Double?
    package var history: PastUse
    package var forecast: ResourceForecast
    /// Days from the day of the forecast by which to order; negative: overdue; nil: no need in sight, or not known.
    package var orderWithin: Double?
    package var record: ForecastRecord

    /// - Parameter orderLeadTime: days from an order to the day it helps.
    package init(
        _ entry: LedgerEntry, history: PastUse, orderLeadTime: Double, record: ForecastRecord
    ) {
        key = entry.key
        labels = entry.labels
        used = entry.used
        size = entry.size
        limit = entry.limit
        self.history = history
        forecast = entry.forecast
        orderWithin = entry.forecast.abstention == nil ? entry.forecast.fill.p10.map { $0 - orderLeadTime } : nil
        self.record = record
    }
}

/// The last days of a resource, for charts.
package struct PastUse: Hashable, Sendable {
    /// Highest use of each day, oldest first, the day of the forecast last; NaN: no reading. Empty for a forecast that
    /// was read back.
    package var used: [Double]
    /// The use that counted as full on each of these days; empty when the size is not known.
    package var limit: [Double]

    package init(used: [Double] = [], limit: [Double] = []) {
        self.used = used
        self.limit = limit
    }

    /// Days kept.
    package static let days = 180

    init(_ history: ResourceHistory, limit: [Double]) {
        self.init(used: Array(history.used.suffix(Self.days)), limit: Array(limit.suffix(Self.days)))
    }
}
