import Access
import AlertDispatch
import DatabaseFiles
import Glibc
import HTTPAPI
import HTTPTransport
import HaidangConfiguration
import Hummingbird
import Inventory
package import Logging
package import MonitoringModel
import NIOCore
import Polling
import RemoteStorage
import SNMP
package import ServiceLifecycle
import Synchronization
import TimeSeriesStore
import UnixSignals
import WebUI

/// Runs the service until SIGTERM or SIGINT, or until one of its parts fails.
///
/// Parts are listed so that dependants come later; they end in reverse order: serving, traps, polling, dispatch, and the
/// store last, after its final commit.
///
/// - Parameter companions: services that the poller depends on: the demo's simulated devices.
/// - Throws: `ServiceError`, `ConfigurationErrors` or a part's own error when it cannot start.
package func runService(
    _ options: ServiceOptions, companions: [any Service] = [], clock: any WallClock = SystemClock(), logger: Logger
) async throws {
    // Until the reload service listens, a reload must not end the process; what it creates is for its owner alone.
    signal(SIGHUP, SIG_IGN)
    umask(0o077)
    SampleStore.keepFreedMemory()
    let lock = try DataDirectoryLock(directory: dataDirectory(of: options))
    let running = try await RunningService(options: options, lock: lock, clock: clock, logger: logger)
    if let token = options.provisionedToken { try await provision(token, in: running.state, at: clock.now) }
    let setUpToken = try await running.checkPoint.makeSetUpToken(at: clock.now)
    let history = PoolHistory()
    let api = APIServer(
        view: running, evaluator: running.evaluator, ownEvaluator: running.ownEvaluator, source: running.timeSeries,
        checkPoint: running.checkPoint,
        tokens: running.state, care: DatabaseCare(store: running.timeSeries, directory: lock.directory),
        capacity: running.capacity,
        pages: try Pages(), history: history, receiver: RemoteWriteReceiver(appender: running.timeSeries),
        desk: running.queries,
        clock: clock, logger: logger)
    let ready = ReadyAnnouncement(running: running, setUpToken: setUpToken)

    var services: [any Service] = [
        StoreService(store: running.timeSeries),
        DispatchService(dispatcher: running.dispatcher),
        AlertAnnouncer(
            coordinator: running.coordinator, dispatcher: running.dispatcher, store: running.state, logger: logger,
            failures: running.announceFailures),
    ]
    services += companions
    services.append(PollingService(running: running))
    if let traps = running.traps {
        services.append(
            TrapLoop(
                receiver: traps, directory: running.devices, poller: running.poller, coordinator: running.coordinator,
                logger: logger))
    }
    if let prober = running.prober {
        services.append(
            ReachabilityService(
                prober: prober, watch: running.reachability, poller: running.poller,
                coordinator: running.coordinator, appender: running.timeSeries, clock: clock))
    }
    services.append(SelfMetricsService(running: running))
    services.append(CapacityService(desk: running.capacity, running: running))
    services.append(PoolHistoryService(history: history, running: running, evaluator: running.ownEvaluator))
    services.append(ReloadSignal(running: running))
    services.append(controlSocket(api, directory: lock.directory, logger: logger))
    services.append(listener(api, running: running, ready: ready, logger: logger))
    services.append(ready)

    var configuration = ServiceGroupConfiguration(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // SIGTERM has to end within 5 s: what is still open by then is cut.
    configuration.maximumGracefulShutdownDuration = .seconds(4)
    let outcome: Result<Void, any Error>
    do {
        outcome = .success(try await ServiceGroup(configuration: configuration).run())
    } catch {
        outcome = .failure(error)
    }
    // Whatever ended the parts, what they stored is closed while the directory is still locked.
    try await running.close()
    withExtendedLifetime(lock) {}
    try outcome.get()
}

/// The data directory asked for.
private func dataDirectory(of options: ServiceOptions) throws -> String {
    let configured =
        try options.dataDirectory
        ?? Configuration.load(directory: options.configurationDirectory)
        .service.dataDirectory
    guard let directory = configured else {
        throw ServiceError("no data directory: give --data DIR, or dataDirectory in haidang.yml")
    }
    return directory
}

/// Makes sure that the token is an administrator's.
private func provision(_ token: Token, in store: any TokenStore, at now: Timestamp) async throws {
    let name = "demo"
    let known = try await store.tokens()
    guard !known.contains(where: { $0.digest == token.digest }) else { return }
    _ = try await store.remove(name: name)
    try await store.add(TokenRecord(name: name, role: .admin, digest: token.digest, createdAt: now))
}

private func listener(
    _ api: APIServer, running: RunningService, ready: ReadyAnnouncement, logger: Logger
) -> some Service {
    let listen = running.listen
    return Application(
        router: api.router(),
        server: .http1(configuration: .init(additionalChannelHandlers: [ClientPresence(), StalledReader()])),
        configuration: ApplicationConfiguration(
            address: .hostname(listen.address.description, port: Int(listen.port)), serverName: nil),
        onServerRunning: { channel in
            running.listenerBegan()
            ready.listening(on: channel.localAddress?.port ?? Int(listen.port))
        }, logger: logger.quietened)
}

/// The way in for the other commands while this process holds the data directory.
private func controlSocket(_ api: APIServer, directory: String, logger: Logger) -> some Service {
    let path = ControlSocket.path(in: directory)
    unlink(path)
    return Application(
        router: api.router(),
        configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path), serverName: nil),
        onServerRunning: { _ in
            if chmod(path, 0o600) != 0 { logger.error("\(path): its mode could not be set to 0600") }
        }, logger: logger.quietened)
}

/// Where other commands reach a running service.
package enum ControlSocket {
    package static func path(in dataDirectory: String) -> String { dataDirectory + "/control.sock" }
}

extension Logger {
    /// For a library's own notices, which are of no use to operators below warnings.
    fileprivate var quietened: Logger {
        var logger = self
        logger.logLevel = max(logLevel, .warning)
        return logger
    }
}

/// Commits once a second; its end is the final commit.
private struct StoreService: Service {
    let store: SampleStore

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await store.run() }
    }
}

private struct DispatchService: Service {
    let dispatcher: Dispatcher

    func run() async throws {
        await cancelWhenGracefulShutdown { await dispatcher.run() }
    }
}

/// Fills the history of an empty directory, then polls.
private struct PollingService: Service {
    let running: RunningService

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            if let fill = running.options.history {
                do {
                    try await fill(running.timeSeries)
                } catch is CancellationError {
                    return
                }
            }
            running.historyFilled()
            running.pollingBegan()
            await running.poller.run()
        }
    }
}

/// Keeps the pools' past for the pages.
private struct PoolHistoryService: Service {
    let history: PoolHistory
    let running: RunningService
    let evaluator: any QueryEvaluator

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isFilled = running.readiness().allSatisfy { $0.name != "history" || $0.isReady }
                do {
                    if isFilled { try await history.refresh(from: evaluator, at: running.clock.now) }
                } catch {
                    running.logger.warning("the history of pools could not be read: \(error)")
                }
                try? await Task.sleep(for: isFilled ? .seconds(600) : .milliseconds(200))
            }
        }
    }
}

/// SIGHUP reads the configuration anew.
private struct ReloadSignal: Service {
    let running: RunningService

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            for await _ in signals {
                // The refusal has been logged and counted.
                try? await running.reload(by: Principal(name: "SIGHUP", role: .admin))
            }
        }
    }
}

/// Says once that the page answers.
final class ReadyAnnouncement: Service {
    private let running: RunningService
    private let setUpToken: Token?
    private let port = Mutex<Int?>(nil)

    init(running: RunningService, setUpToken: Token?) {
        self.running = running
        self.setUpToken = setUpToken
    }

    func listening(on port: Int) {
        self.port.withLock { $0 = port }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let port = self.port.withLock({ $0 }), self.running.readiness().allSatisfy(\.isReady) {
                    self.running.options.onReady(
                        ReadyService(
                            url: "http://\(self.running.listen.address.urlHost):\(port)/",
                            setUpToken: self.setUpToken?.text, trapPort: self.running.traps?.endpoint.port))
                    break
                }
                try? await Task.sleep(for: .milliseconds(20))
            }
            // A service that returns would end the group.
            try? await gracefulShutdown()
        }
    }
}
