import AlertDispatch
import Logging
import MonitoringModel
import ServiceLifecycle
import StateStore
import Synchronization

/// Carries changed alerts to the outbox, the state store and the log, in the order they changed.
struct AlertAnnouncer: Service {
    let coordinator: StateCoordinator
    let dispatcher: Dispatcher
    let store: StateDatabase
    let logger: Logger
    let failures: FailureCount

    private static let longestPause = Duration.seconds(30)

    /// Ends on shutdown once everything that waits has been stored.
    func run() async throws {
        await withGracefulShutdownHandler {
            for await change in coordinator.changes {
                log(change.alerts)
                await store(change)
            }
        } onGracefulShutdown: {
            coordinator.finish()
        }
    }

    private func log(_ alerts: [Alert]) {
        for alert in alerts {
            let name = alert.labels["alertname"] ?? "alert"
            logger.log(
                level: alert.state == .resolved ? .notice : .warning,
                "\(name) \(alert.state.rawValue): \(alert.annotations["summary"] ?? "")",
                metadata: alert.labels["site"].map { ["site": "\($0)"] })
        }
    }

    /// Notifications and states become durable together, so that no crash announces twice or never. What cannot be stored is
    /// tried until it can be: later news waits, in memory.
    private func store(_ change: AlertChange) async {
        var pause = Duration.milliseconds(500)
        while true {
            do {
                try await dispatcher.dispatch(change.alerts) { entries in
                    try await store.save(change.records, enqueueing: entries)
                }
                return
            } catch {
                failures.increment()
                logger.error("alerts could not be stored, trying again: \(error)")
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                logger.error("shutdown: alerts not stored; what still holds fires again at the next start")
                return
            }
            pause = min(pause * 2, Self.longestPause)
        }
    }
}

/// How often something failed, for a metric.
final class FailureCount: Sendable {
    private let count = Atomic<Int>(0)

    func increment() {
        count.add(1, ordering: .relaxed)
    }

    var value: Int { count.load(ordering: .relaxed) }
}
