import AlertDispatch
import Incidents
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

    private static let firstPause = Duration.milliseconds(500)
    private static let longestPause = Duration.seconds(5)

    /// Ends on shutdown once everything that waits has been stored, or could not be.
    func run() async throws {
        let unsaved = UnsavedAlerts()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await save(unsaved) }
                for await change in coordinator.changes {
                    log(change.alerts)
                    do {
                        unsaved.add(change.records, entries: try dispatcher.notifications(about: change.alerts))
                    } catch {
                        logger.error("a notification could not be written: \(error)")
                        unsaved.add(change.records, entries: [])
                    }
                }
                unsaved.close()
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
    /// tried until it can be, together with what came since; the dispatcher delivers it meanwhile.
    private func save(_ unsaved: UnsavedAlerts) async {
        var pause = Self.firstPause
        while let change = await unsaved.next() {
            do {
                try await dispatcher.dispatch(change.entries) { entries in
                    try await store.save(change.records, enqueueing: entries)
                }
                pause = Self.firstPause
            } catch {
                failures.increment()
                guard unsaved.putBack(change) else {
                    logger.error(
                        "shutdown: alerts not stored; what still holds fires again at the next start: \(error)")
                    return
                }
                logger.error("alerts could not be stored, trying again: \(error)")
                await unsaved.wait(for: pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }
}

/// What changed and is not stored yet. One task adds, another takes.
private final class UnsavedAlerts: Sendable {
    struct Change {
        /// Everything that fires after the newest of the changes: it replaces what was stored before.
        var records: [AlertRecord]
        /// The notifications about all of them.
        var entries: [OutboxEntry]
    }

    private let state = Mutex<(change: Change?, isClosed: Bool)>((nil, false))
    private let bell = Bell()

    func add(_ records: [AlertRecord], entries: [OutboxEntry]) {
        state.withLock { $0.change = Change(records: records, entries: ($0.change?.entries ?? []) + entries) }
        bell.ring()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        bell.ring()
    }

    /// Waits for a change and takes it; nil when none will come.
    func next() async -> Change? {
        while true {
            let (change, isClosed) = state.withLock { state in
                defer { state.change = nil }
                return state
            }
            if let change { return change }
            if isClosed { return nil }
            await bell.wait(for: nil)
        }
    }

    /// False when no more changes come, so that there is nothing to wait for.
    func putBack(_ change: Change) -> Bool {
        state.withLock { state in
            let newer = state.change
            state.change = Change(
                records: newer?.records ?? change.records, entries: change.entries + (newer?.entries ?? []))
            return !state.isClosed
        }
    }

    /// Returns after a span, or when something was added.
    func wait(for span: Duration) async {
        await bell.wait(for: span)
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
