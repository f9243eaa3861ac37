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
        let counts: [String: Int] = Dictionary(loads.map { ($0.name, 1) }, uniquingKeysWith: +)
        var named: [(order: (Int, Double), load: Load)] = loads.map { ($0.order, $0) }
        for place in named.indices where counts[named[place].load.name, default: 0] > 1 {
            named[place].load.name += "@" + named[place].load.key.site
        }
        named.sort { $0.order != $1.order ? $0.order < $1.order : $0.load.key < $1.load.key }
        self.loads = named.map(\.load)
    }

    /// Hours that are forecast.
    package static let horizon = 168
}

/// One load of an outlook.
package struct Load: Sendable {
    package var key: LoadKey
    /// What askers call it, as `processor:core-1`, `receive:wan-3:a`, `calls`; with the site, as `inCall:1@ward`, where two
    /// loads of an outlook were of one name.
    package fileprivate(set) var name: String
    /// Of its series, without the metric name.
    package var labels: LabelSet
    /// Of the last hours, oldest first, the one before the first forecast last; NaN: no reading.
    package var history: [Double]
    /// What it can bear, as the speed of a link; nil when that is not known.
    package var capacity: Double?
    package var forecast: LoadForecast
    package var record: LoadRecord

    package init(
        key: LoadKey, labels: LabelSet, history: [Double], capacity: Double?, forecast: LoadForecast, record: LoadRecord
    ) {
        self.key = key
        name = key.name
        self.labels = labels
        self.history = history
        self.capacity = capacity
        self.forecast = forecast
        self.record = record
    }

    /// Hours of history kept for charts.
    package static let historyHours = 336

    /// The last hour; nil without a reading.
    package var current: Double? { history.last.flatMap { $0.isNaN ? nil : $0 } }

    /// The hour of which the most is expected, 0 being the first; nil without a forecast.
    package var peak: Int? { forecast.p50.indices.max { forecast.p50[$0] < forecast.p50[$1] } }

    /// Lowest first.
    fileprivate var order: (Int, Double) {
        guard let peak else { return (2, 0) }
        guard let capacity, capacity > 0 else { return (1, -forecast.p50[peak]) }
        return (0, -forecast.p50[peak] / capacity)
    }
}

/// What is expected of one load, hour by hour.
package struct LoadForecast: Equatable, Sendable {
    /// One value an hour; all empty where nothing is forecast.
    package var p10: [Double]
    package var p50: [Double]
    package var p90: [Double]
    /// The models that take part, the greatest weight first.
    package var models: [RateForecast.Component]

    package init(
        p10: [Double] = [], p50: [Double] = [], p90: [Double] = [], models: [RateForecast.Component] = []
    ) {
        self.p10 = p10
        self.p50 = p50
        self.p90 = p90
        self.models = models
    }

    /// Too few readings for a forecast: the only reason there is for none.
    package var abstains: Bool { p50.isEmpty }

    package static let quantiles = [0.1, 0.5, 0.9]
    /// In the order of `quantiles`.
    package var values: [[Double]] { [p10, p50, p90] }
}

/// What became of the hours of the last thirty days that were forecast, mostly the night before.
package struct LoadRecord: Hashable, Sendable {
    package var hours = 0
    /// Of these, those within their 80 % range.
    package var held = 0

    package init(hours: Int = 0, held: Int = 0) {
        self.hours = hours
        self.held = held
    }

    /// - Parameter values: of a `HeldFigure`; NaN where nothing was forecast or read.
    init(_ values: [Double]) {
        hours = values.count { !$0.isNaN }
        held = values.count { $0 == 1 }
    }
}
