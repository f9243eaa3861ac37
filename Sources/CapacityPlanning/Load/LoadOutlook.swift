package import Forecasting
package import MonitoringModel

/// The loads of the coming week, hour by hour, as far as was known at one time.
package struct LoadOutlook: Sendable {
    package var madeAt: Timestamp
    /// The first hour that is forecast, of `TimeGrid.hours`: the one that ran when the forecast was made.
    package var firstHour: Int
    /// Those that come nearest to what they can bear first; then those of which that is not known; those that abstain
    /// last.
    package private(set) var loads: [Load]

    package init(madeAt: Timestamp, firstHour: Int, loads: [Load]) {
        self.madeAt = madeAt
        self.firstHour = firstHour
        self.loads = loads.map { ($0.order, $0) }.sorted { first, second in
            first.0 != second.0 ? first.0 < second.0 : first.1.key < second.1.key
        }.map(\.1)
    }

    /// Hours that are forecast.
    package static let horizon = 168
}

/// One load of an outlook.
package struct Load: Sendable {
    package var key: LoadKey
    /// Of its series, without the metric name.
    package var labels: LabelSet
    /// Of the last hours, oldest first, the one before the first forecast last; NaN: no reading.
    package var history: [Double]
    /// What it can bear, as the speed of a link; nil when that is not known.
    package var capacity: Double?
    package var forecast: LoadForecast
    package var record: LoadRecord

    /// Hours of history kept for charts.
    package static let historyHours = 336

    /// The hour of which the most is expected; nil without a forecast.
    package var peak: (hour: Int, p50: Double, p90: Double)? {
        guard let hour = forecast.p50.indices.max(by: { forecast.p50[$0] < forecast.p50[$1] }) else { return nil }
        return (hour, forecast.p50[hour], forecast.p90[hour])
    }

    /// Lowest first.
    fileprivate var order: (Int, Double) {
        guard let peak else { return (2, 0) }
        guard let capacity, capacity > 0 else { return (1, -peak.p50) }
        return (0, -peak.p50 / capacity)
    }
}

/// What is expected of one load, hour by hour.
package struct LoadForecast: Equatable, Sendable {
    /// One value an hour; all empty where nothing is forecast.
    package var p10: [Double] = []
    package var p50: [Double] = []
    package var p90: [Double] = []
    /// The models that take part, the greatest weight first.
    package var models: [RateForecast.Component] = []

    /// Too few readings for a forecast: the only reason there is for none.
    package var abstains: Bool { p50.isEmpty }

    package static let quantiles = [0.1, 0.5, 0.9]
    /// In the order of `quantiles`.
    package var values: [[Double]] { [p10, p50, p90] }
}

/// What became of the hours that were forecast.
package struct LoadRecord: Hashable, Sendable {
    package var hours = 0
    /// Of these, those within their 80 % range.
    package var held = 0

    package init(hours: Int = 0, held: Int = 0) {
        self.hours = hours
        self.held = held
    }

    package static func += (total: inout LoadRecord, other: LoadRecord) {
        total.hours += other.hours
        total.held += other.held
    }
}
