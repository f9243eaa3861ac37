import AlertDispatch
import Incidents
import Logging
import MonitoringModel
import ServiceLifecycle
import Synchronization

/// Carries changed alerts to the outbox, the state store and the log, in the order they changed.
struct AlertAnnouncer: Service {
    let coordinator: StateCoordinator
    let dispatcher: Dispatcher
    let store: any AlertStateStore
    let logger: Logger
    let failures: FailureCount

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await alerts in coordinator.changes {
                await announce(alerts)
            }
        }
    }

    /// The outbox comes first: a crash before the states are saved announces once more, never not at all.
    private func announce(_ alerts: [Alert]) async {
        for alert in alerts {
            let name = alert.labels["alertname"] ?? "alert"
            logger.log(
                level: alert.state == .resolved ? .notice : .warning,
                "\(name) \(alert.state.rawValue): \(alert.annotations["summary"] ?? "")",
                metadata: alert.labels["site"].map { ["site": "\($0)"] })
        }
        do {
            try await dispatcher.dispatch(alerts)
        } catch {
            failures.increment()
            logger.error("notifications could not be stored: \(error)")
        }
        do {
            try await store.save(coordinator.records)
        } catch {
            failures.increment()
            logger.error("alert states could not be stored: \(error)")
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
