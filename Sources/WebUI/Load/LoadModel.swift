package import MonitoringModel

/// Everything the page of load ahead shows, as plain values. HTTPAPI fills it.
///
/// Hours are whole hours: those of the past end where the first one ahead starts.
package struct LoadModel: Sendable {
    /// What is forecast.
    package enum Kind: String, CaseIterable, Sendable {
        /// The processor load of a device.
        case processor
        /// Traffic of a link, by direction.
        case receive, transmit
        /// The share of an hour that a room is in calls.
        case inCall
        /// The most calls at once.
        case calls
    }

    /// What values count. Bytes a second are shown as bits a second.
    package enum Unit: String, CaseIterable, Sendable {
        case ratio, bytesPerSecond, count
    }

    /// The kinds a reader may choose between; the raw value is that of the parameter `kind`.
    package enum Group: String, CaseIterable, Sendable {
        case processors, links, rooms
    }

    /// Why nothing is forecast.
    package enum Abstention: String, CaseIterable, Sendable {
        case tooFewReadings
    }

    /// Values by hour, the first for the first hour ahead; as many of each, or none of any.
    package struct Ahead: Hashable, Sendable {
        package var p10: [Double]
        package var p50: [Double]
        package var p90: [Double]

        package static let none = Ahead(p10: [], p50: [], p90: [])

        package init(p10: [Double], p50: [Double], p90: [Double]) {
            self.p10 = p10
            self.p50 = p50
            self.p90 = p90
        }
    }

    /// The hour ahead for which the most is expected.
    package struct Peak: Hashable, Sendable {
        /// 0 is the first hour ahead.
        package var hour: Int
        package var p50: Double
        /// The highest of all hours ahead.
        package var p90: Double

        package init(hour: Int, p50: Double, p90: Double) {
            self.hour = hour
            self.p50 = p50
            self.p90 = p90
        }
    }

    /// The models whose forecasts are mixed, and the one that stands alone.
    package enum Model: String, CaseIterable, Sendable {
        case seasonalNaive, seasonalSmoothing, autoregression, shortSeasonAutoregression, longSeasonAutoregression
        case changeAutoregression, wideChangeAutoregression, pastValues
    }

    package struct Component: Hashable, Sendable {
        package var model: Model
        /// 0 to 1.
        package var weight: Double
        /// The mean absolute error of its back-test, in the row's unit; nil: not tried.
        package var error: Double?

        package init(model: Model, weight: Double, error: Double?) {
            self.model = model
            self.weight = weight
            self.error = error
        }
    }

    /// What became of hours that were forecast and have passed.
    package struct Record: Hashable, Sendable {
        package var hours: Int
        /// Share of the 80 % ranges that held.
        package var heldShare: Double

        package init(hours: Int, heldShare: Double) {
            self.hours = hours
            self.heldShare = heldShare
        }
    }

    package struct Row: Sendable {
        /// Unique among all rows; the value of the parameter `series`.
        package var id: String
        package var name: String
        package var kind: Kind
        package var unit: Unit
        /// What it can bear: 1 of a ratio, the speed of a link; nil: not known.
        package var capacity: Double?
        /// The last hour; nil without a reading.
        package var current: Double?
        /// The last 14 days by hour, oldest first; NaN: no reading.
        package var history: [Double]
        package var ahead: Ahead
        /// Nil where nothing is forecast.
        package var peak: Peak?
        package var abstention: Abstention?
        /// The heaviest first.
        package var components: [Component]
        /// Nil before the first hour forecast has passed.
        package var record: Record?

        package init(
            id: String, name: String, kind: Kind, unit: Unit, capacity: Double?, current: Double?, history: [Double],
            ahead: Ahead, peak: Peak?, abstention: Abstention?, components: [Component], record: Record?
        ) {
            self.id = id
            self.name = name
            self.kind = kind
            self.unit = unit
            self.capacity = capacity
            self.current = current
            self.history = history
            self.ahead = ahead
            self.peak = peak
            self.abstention = abstention
            self.components = components
            self.record = record
        }
    }

    package var cityName: String
    package var now: Timestamp
    /// Identifier of the time zone for shown times, as "Asia/Ho_Chi_Minh".
    package var timeZone: String
    /// When the forecasts were made; nil before the first.
    package var madeAt: Timestamp?
    /// The start of the first hour ahead.
    package var start: Timestamp
    /// In the order shown. All of them: the page leaves out what `group` and `search` do not hold.
    package var rows: [Row]
    /// Which kinds are shown; nil: all.
    package var group: Group?
    /// What shown names hold.
    package var search: SearchText
    /// The id of the row in the chart: one of `rows`, or "" for none.
    package var chosen: String
    /// The id that was asked for and is not there; the chart shows another row then.
    package var unknown: String?
    package var seriesCount: Int
    package var databaseBytes: Int64
    package var version: String
    package var isDemo: Bool

    package init(
        cityName: String, now: Timestamp, timeZone: String, madeAt: Timestamp?, start: Timestamp, rows: [Row],
        group: Group?, search: SearchText, chosen: String, unknown: String?, seriesCount: Int, databaseBytes: Int64,
        version: String,
        isDemo: Bool
    ) {
        self.cityName = cityName
        self.now = now
        self.timeZone = timeZone
        self.madeAt = madeAt
        self.start = start
        self.rows = rows
        self.group = group
        self.search = search
        self.chosen = chosen
        self.unknown = unknown
        self.seriesCount = seriesCount
        self.databaseBytes = databaseBytes
        self.version = version
        self.isDemo = isDemo
    }
}

extension LoadModel {
    /// The rows whose names hold what is searched for, of all kinds.
    var found: [Row] {
        search.isEmpty ? rows : rows.filter { search.isFound(in: $0.name) || search.isFound(in: $0.id) }
    }

    /// Those of them that the page shows.
    package var shown: [Row] { found.filter { group == nil || $0.kind.group == group } }
}

extension LoadModel.Kind {
    /// The group that a kind belongs to.
    package var group: LoadModel.Group {
        switch self {
        case .processor: .processors
        case .receive, .transmit: .links
        case .inCall, .calls: .rooms
        }
    }
}
