import Access
import AlertDispatch
import DatabaseFiles
import ExpositionFormat
import HTTPAPI
import HTTPTransport
import HaidangConfiguration
import Incidents
import Inventory
import Logging
import MonitoringModel
import Polling
import PromQLEngine
import Reachability
import SNMP
import StateStore
import Synchronization
import TimeSeriesStore

/// The parts of a started service and the configuration in force: what the API sees.
final class RunningService: ServiceView {
    let options: ServiceOptions
    let clock: any WallClock
    let logger: Logger
    let timeSeries: SampleStore
    let state: StateDatabase
    let snmp: SNMPClient
    let http: HTTPClient
    let coordinator: StateCoordinator
    let poller: Poller
    let dispatcher: Dispatcher
    let checkPoint: CheckPoint
    let devices: DeviceDirectory
    let traps: TrapReceiver?
    /// Nil when nothing is probed.
    let prober: ReachabilityProber?
    let reachability: ReachabilityWatch
    let capacity: CapacityDesk
    let announceFailures = FailureCount()
    let rate = SampleRate()
    /// Where the listener is bound: a reload does not move it.
    let listen: ListenAddress
    private let reloader = Reloader()
    /// Answers who asks over the API.
    let evaluator: any QueryEvaluator
    /// Answers the pages and the forecasts, which need room when askers have taken all of theirs.
    let ownEvaluator: any QueryEvaluator
    let queries = QueryDesk()

    struct Mutable {
        var configuration: Configuration
        /// As `settings` shows it.
        var configurationText: String
        var configuredAt: Timestamp
        /// Whether the last attempt to read the configuration succeeded.
        var isReloaded = true
        var isHistoryFilled: Bool
        var isPolling = false
        var isListening = false
        var reloads = 0
        var failedReloads = 0
    }

    let mutable: Mutex<Mutable>
    let startedAt: Timestamp

    /// Opens everything but starts nothing: `services()` runs.
    init(options: ServiceOptions, lock: DataDirectoryLock, clock: any WallClock, logger: Logger) async throws {
        let configuration = try options.transform(Configuration.load(directory: options.configurationDirectory))
        let service = configuration.service
        let listen = options.listen ?? service.listen
        guard listen.address.isLoopback || service.allowPlainHTTP else {
            throw ServiceError(
                "listening on \(listen) would serve plain HTTP to the network: "
                    + "set allowPlainHTTP: true in haidang.yml if a TLS proxy stands before it, or listen on 127.0.0.1")
        }
        self.options = options
        self.listen = listen
        self.clock = clock
        self.logger = logger
        startedAt = clock.now
        var storeOptions = SampleStore.Options()
        storeOptions.rawRetention = service.retention
        storeOptions.fiveMinuteRetention = service.retentionFiveMinutes
        storeOptions.hourRetention = service.retentionHours
        storeOptions.maximumBytes = service.retentionSize.map { Int($0) }
        storeOptions.onUpgrade = { share in
            logger.notice("metrics.db is brought up to date: \(Int(share * 100)) %")
        }
        timeSeries = try SampleStore(directory: lock.directory, options: storeOptions, clock: clock, lock: lock)
        evaluator = PromQLEvaluator(source: timeSeries, lookback: .seconds(300))
        ownEvaluator = PromQLEvaluator(source: timeSeries, lookback: .seconds(300))
        state = try StateDatabase(directory: lock.directory)
        snmp = try SNMPClient()
        http = HTTPClient()
        capacity = CapacityDesk(
            configuration, evaluator: ownEvaluator, appender: timeSeries, ledger: state, clock: clock, logger: logger)
        let plan = try pollPlan(configuration, secrets: options.secrets)
        var stateOptions = StateEngine.Options()
        stateOptions.missedPolls = service.missedPolls
        coordinator = StateCoordinator(
            engine: StateEngine(
                inventory: configuration.inventory, options: stateOptions, restored: try await state.load()),
            targets: plan.targets)
        poller = Poller(
            plan: plan, agents: snmp, http: http, appender: timeSeries, observer: coordinator, clock: clock,
            memoryStore: state, memories: try await state.deviceMemories(), history: CounterHistory(timeSeries))
        dispatcher = Dispatcher(
            receivers: service.receivers, outbox: state, http: http, clock: clock,
            externalURL: "http://\(listen)/")
        checkPoint = CheckPoint(
            tokens: state, anonymousViewer: service.anonymousViewer && listen.address.isLoopback, clock: clock)
        let devices = DeviceDirectory(configuration.inventory, sources: service.trapSources)
        self.devices = devices
        if let trapListen = options.trapListen ?? service.trapListen {
            traps = try TrapReceiver(
                listeningOn: SNMPEndpoint(address: trapListen.address.bytes, port: trapListen.port),
                credentials: Array(try snmpCredentials(configuration.inventory, secrets: options.secrets).values),
                identity: try await state.startEngine(),
                isAllowed: { devices.allowsTraps(from: $0) })
        } else {
            traps = nil
        }
        reachability = ReachabilityWatch(configuration.inventory)
        prober = try Self.prober(configuration, logger: logger)
        mutable = Mutex(
            Mutable(
                configuration: configuration,
                configurationText: Self.configurationText(of: options.configurationDirectory), configuredAt: startedAt,
                isHistoryFilled: options.history == nil))
    }

    private static func prober(
        _ configuration: Configuration, logger: Logger
    ) throws -> ReachabilityProber? {
        let service = configuration.service
        guard service.reachability != .none else { return nil }
        var options = ReachabilityProber.Options()
        options.interval = service.reachabilityInterval
        options.timeout = min(options.timeout, options.interval)
        options.usesTCP = service.reachability == .tcp
        let prober = try ReachabilityProber(options: options)
        prober.update(reachabilityTargets(configuration))
        if service.reachability == .icmp, prober.method == .tcp {
            logger.notice(
                "reachability: TCP instead of ICMP echo, which needs CAP_NET_RAW or this group in net.ipv4.ping_group_range"
            )
        }
        return prober
    }

    var configuration: Configuration { mutable.withLock { $0.configuration } }

    /// Once nothing runs any more: the last commit, and both files.
    func close() async throws {
        traps?.close()
        prober?.close()
        snmp.close()
        http.close()
        try await timeSeries.close()
        try state.close()
    }

    func historyFilled() { mutable.withLock { $0.isHistoryFilled = true } }
    func pollingBegan() { mutable.withLock { $0.isPolling = true } }
    func listenerBegan() { mutable.withLock { $0.isListening = true } }

    // MARK: ServiceView

    var inventory: CityInventory { configuration.inventory }

    var facts: ServiceFacts {
        let service = configuration.service
        return ServiceFacts(
            cityName: service.cityName, timeZone: service.timeZone, version: ProductVersion.text,
            isDemo: options.isDemo, pollInterval: service.pollInterval, metricsPageSeries: service.metricsPageSeries,
            slowQuery: service.slowQuery, listensOnLoopback: listen.address.isLoopback)
    }

    func alerts() -> [Alert] { coordinator.alerts }
    func standings() -> Standings { coordinator.standings }
    func targets() -> [TargetStatus] { poller.statuses() }

    func figures() -> ServiceFigures {
        let stats = timeSeries.statistics
        return ServiceFigures(
            seriesCount: stats.series, samplesPerSecond: rate.perSecond, databaseBytes: Int64(stats.databaseBytes),
            trapCount: traps?.counters.received ?? 0, dispatch: dispatcher.status,
            newestSample: coordinator.newestPoll)
    }

    func selfMetrics() -> [MetricFamily] { SelfMetrics.families(of: self) }

    var reloadCounts: (good: Int, failed: Int) { mutable.withLock { ($0.reloads, $0.failedReloads) } }

    func readiness() -> [ReadinessCheck] {
        let isStoring = timeSeries.statistics.lastCommitError == nil
        let (history, polling, listening) = mutable.withLock { ($0.isHistoryFilled, $0.isPolling, $0.isListening) }
        return [
            ReadinessCheck(name: "store", isReady: isStoring, detail: isStoring ? "" : "samples cannot be stored"),
            ReadinessCheck(name: "listener", isReady: listening, detail: listening ? "" : "not listening yet"),
            ReadinessCheck(
                name: "history", isReady: history, detail: history ? "" : "the demo's history is being written"),
            ReadinessCheck(name: "polling", isReady: polling, detail: polling ? "" : "polling has not begun"),
        ]
    }

    func reload(by principal: Principal) async throws {
        do {
            let count = try await reloader.perform { try self.takeIntoForce() }
            logger.notice("configuration reloaded: \(count) targets")
            await audit("configuration.reload", by: principal)
        } catch {
            mutable.withLock {
                $0.failedReloads += 1
                $0.isReloaded = false
            }
            logger.error("configuration refused, the running one stays in force:\n\(error)")
            await audit("configuration.reload", by: principal, outcome: "refused")
            throw error
        }
    }

    /// Reads the directory and swaps everything over, or throws before anything changed. The number of targets.
    private func takeIntoForce() throws -> Int {
        let new = try options.transform(Configuration.load(directory: options.configurationDirectory))
        let plan = try pollPlan(new, secrets: options.secrets)
        let old = configuration.service
        if (options.listen ?? new.service.listen) != listen || new.service.dataDirectory != old.dataDirectory
            || new.service.trapListen != old.trapListen || new.service.missedPolls != old.missedPolls
            || new.service.reachability != old.reachability
            || new.service.reachabilityInterval != old.reachabilityInterval || new.service.retention != old.retention
            || new.service.retentionFiveMinutes != old.retentionFiveMinutes
            || new.service.retentionHours != old.retentionHours || new.service.retentionSize != old.retentionSize
        {
            logger.warning(
                "listen addresses, dataDirectory, missedPolls, reachability, retention and the secrets of traps take effect at the next start"
            )
        }
        let text = Self.configurationText(of: options.configurationDirectory)
        mutable.withLock {
            $0.configuration = new
            $0.configurationText = text
            $0.configuredAt = clock.now
            $0.isReloaded = true
            $0.reloads += 1
        }
        poller.update(plan)
        reachability.update(new.inventory)
        capacity.update(new)
        prober?.update(reachabilityTargets(new))
        coordinator.update(new.inventory, targets: plan.targets, at: clock.now)
        dispatcher.update(new.service.receivers)
        checkPoint.update(anonymousViewer: new.service.anonymousViewer && listen.address.isLoopback)
        devices.update(new.inventory, sources: new.service.trapSources)
        return plan.targets.count
    }

    func audit(_ action: String, by principal: Principal, subject: String = "", outcome: String = "done") async {
        do {
            try await state.record(
                audit: AuditEntry(
                    at: clock.now, principal: principal.name, role: principal.role, action: action, subject: subject,
                    outcome: outcome))
        } catch {
            logger.error("the audit row of \(action) by \(principal.name) could not be stored: \(error)")
        }
    }
}
