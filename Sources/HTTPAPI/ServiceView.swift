package import Access
package import AlertDispatch
package import ExpositionFormat
package import Incidents
package import Inventory
package import MonitoringModel
package import Polling

/// What the endpoints ask of the running service. Implemented by the composition root, so that the API knows neither the
/// store nor the start order. Every call is quick, safe from any task and sees the configuration in force.
package protocol ServiceView: Sendable {
    var facts: ServiceFacts { get }
    var inventory: CityInventory { get }
    func settings() -> ServiceSettings
    /// Alerts that fire, oldest first.
    func alerts() -> [Alert]
    func standings() -> Standings
    /// All poll targets, sorted by id.
    func targets() -> [TargetStatus]
    func figures() -> ServiceFigures
    /// The `haidang_*` families.
    func selfMetrics() -> [MetricFamily]
    /// Every condition of readiness, in the order they come true at start.
    func readiness() -> [ReadinessCheck]
    /// Reads the configuration directory anew and swaps it in.
    /// - Throws: the reason why the running configuration stays in force; safe to show.
    func reload(by principal: Principal) async throws
    /// Adds a row to the audit; a row that cannot be stored is logged.
    func audit(_ action: String, by principal: Principal, subject: String, outcome: String) async
}

/// What does not change while the service runs, or only with a reload.
package struct ServiceFacts: Sendable {
    package var cityName: LocalizedText
    /// IANA name.
    package var timeZone: String
    package var version: String
    package var isDemo: Bool
    package var pollInterval: Duration
    /// Series up to which `/metrics` shows latest values too.
    package var metricsPageSeries: Int
    /// Queries that take longer are logged.
    package var slowQuery: Duration
    /// Whether the listener is bound to a loopback address.
    package var listensOnLoopback: Bool

    package init(
        cityName: LocalizedText, timeZone: String, version: String, isDemo: Bool, pollInterval: Duration,
        metricsPageSeries: Int, slowQuery: Duration, listensOnLoopback: Bool
    ) {
        self.cityName = cityName
        self.timeZone = timeZone
        self.version = version
        self.isDemo = isDemo
        self.pollInterval = pollInterval
        self.metricsPageSeries = metricsPageSeries
        self.slowQuery = slowQuery
        self.listensOnLoopback = listensOnLoopback
    }
}

/// What the service runs with, for tools that ask a Prometheus for it. Holds no secrets.
package struct ServiceSettings: Sendable {
    /// The configuration in force, as YAML.
    package var configuration: String
    /// What the command line said, by option.
    package var flags: [String: String]
    package var startedAt: Timestamp
    /// When the configuration in force was read.
    package var configuredAt: Timestamp
    /// Whether the last attempt to read it succeeded.
    package var isReloaded: Bool
    package var damagedRows: Int
    /// How long raw samples are kept, as "90d".
    package var retention: String

    package init(
        configuration: String, flags: [String: String], startedAt: Timestamp, configuredAt: Timestamp, isReloaded: Bool,
        damagedRows: Int, retention: String
    ) {
        self.configuration = configuration
        self.flags = flags
        self.startedAt = startedAt
        self.configuredAt = configuredAt
        self.isReloaded = isReloaded
        self.damagedRows = damagedRows
        self.retention = retention
    }
}

/// Figures of the service itself, as pages show them.
package struct ServiceFigures: Sendable {
    package var seriesCount: Int
    /// Mean over the last minute.
    package var samplesPerSecond: Double
    /// Of `metrics.db` with its log.
    package var databaseBytes: Int64
    package var trapCount: Int
    package var dispatch: DispatchStatus
    /// Time of the newest polled sample; nil before the first.
    package var newestSample: Timestamp?

    package init(
        seriesCount: Int, samplesPerSecond: Double, databaseBytes: Int64, trapCount: Int, dispatch: DispatchStatus,
        newestSample: Timestamp?
    ) {
        self.seriesCount = seriesCount
        self.samplesPerSecond = samplesPerSecond
        self.databaseBytes = databaseBytes
        self.trapCount = trapCount
        self.dispatch = dispatch
        self.newestSample = newestSample
    }
}

/// One condition of `/readyz`.
package struct ReadinessCheck: Hashable, Sendable, Encodable {
    package var name: String
    package var isReady: Bool
    /// What is awaited, or "".
    package var detail: String

    package init(name: String, isReady: Bool, detail: String = "") {
        self.name = name
        self.isReady = isReady
        self.detail = detail
    }
}
