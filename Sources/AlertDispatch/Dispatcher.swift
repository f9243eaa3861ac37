package import HTTPTransport
package import MonitoringModel
import Synchronization

/// Carries alerts to receivers through the durable outbox, at least once each.
///
/// While the outbox cannot take a notification, as on a full disk, it is held in memory and delivered from there: an alert
/// that comes twice after a crash is better than one that does not come.
///
/// Every receiver has a lane of its own, so a slow one delays nobody else. Within a lane the order is kept while an entry is retried for want of
/// an answer; an entry that the receiver itself keeps refusing (a status of the 500s, five times) stands aside for those after it.
///
/// | Outcome of an attempt | What follows |
/// | --- | --- |
/// | status 2xx | delivered |
/// | no answer, 408, 425, 429, 5xx | tried again after 1 s, 2 s, … 60 s, or what `Retry-After` says up to 5 min; given up a day after it was made |
/// | any other status, redirects included; address refused; URL unusable | given up at once: the same request would fare no better |
///
/// Neither errors nor the status say more of a receiver's URL than the receiver's name, since URLs of webhooks are secrets.
package final class Dispatcher: Sendable {
    struct State {
        var receivers: [String: Receiver]
        var addresses: AddressPolicy
        /// Wakes the lane of a receiver; present while the lane runs.
        var lanes: [String: Bell] = [:]
        var status = DispatchStatus()
        /// What the outbox could not take, oldest first.
        var held: [Held] = []
        /// Number of the last counting of pending entries begun, and of the one `status` shows.
        var countings = 0
        var counted = 0
    }

    struct Held {
        var entry: OutboxEntry
        /// Delivered or given up; stays until the outbox has it and can be told.
        var isOver = false
    }

    let outbox: any OutboxStore
    let http: HTTPClient
    let clock: any WallClock
    let retry: RetryPolicy
    let externalURL: String
    let state: Mutex<State>
    /// Wakes `run` when the receivers changed.
    let supervisorBell = Bell()

    /// - Parameter externalURL: where people reach this service's pages; "" when nobody said.
    package init(
        receivers: [Receiver], outbox: any OutboxStore, http: HTTPClient, clock: any WallClock,
        externalURL: String = "", retry: RetryPolicy = RetryPolicy()
    ) {
        self.outbox = outbox
        self.http = http
        self.clock = clock
        self.externalURL = externalURL
        self.retry = retry
        state = Mutex(State(receivers: Self.byName(receivers), addresses: AddressPolicy.current()))
    }

    /// The notifications about alerts that form one group: one for each receiver. The same news have the same keys.
    package func notifications(about alerts: [Alert]) throws -> [OutboxEntry] {
        guard !alerts.isEmpty else { return [] }
        let names = state.withLock { $0.receivers.keys.sorted() }
        let now = clock.now
        return try names.map { name in
            let notification = Notification(receiver: name, alerts: alerts, externalURL: externalURL)
            return OutboxEntry(
                key: notification.idempotencyKey, receiver: name, body: try notification.json(), createdAt: now)
        }
    }

    /// Puts notifications into the outbox, which keeps those of one key once, and starts delivery. Returns when they are
    /// durable.
    ///
    /// - Parameter store: makes the entries durable, also when there are none; nil: the outbox does. For who has to store
    ///   something else in the same transaction.
    /// - Throws: what `store` throws. The notifications are delivered from memory then, once; dispatch them again until they
    ///   are durable.
    package func dispatch(
        _ entries: [OutboxEntry], storing store: (([OutboxEntry]) async throws -> Void)? = nil
    ) async throws {
        do {
            if let store {
                try await store(entries)
            } else if !entries.isEmpty {
                try await outbox.enqueue(entries)
            }
        } catch {
            hold(entries)
            throw error
        }
        guard !entries.isEmpty else { return }
        let keys = Set(entries.map(\.key))
        state.withLock { $0.held.removeAll { keys.contains($0.entry.key) } }
        ring(for: entries)
        do { try await countPending() } catch { note("outbox: \(error)") }
    }

    private func hold(_ entries: [OutboxEntry]) {
        let isNew = state.withLock { state in
            let known = Set(state.held.map(\.entry.key))
            let new = entries.filter { !known.contains($0.key) }
            state.held += new.map { Held(entry: $0) }
            state.status.pending += new.count
            return !new.isEmpty
        }
        if isNew { ring(for: entries) }
    }

    private func ring(for entries: [OutboxEntry]) {
        let names = Set(entries.map(\.receiver))
        let bells = state.withLock { state in names.compactMap { state.lanes[$0] } }
        for bell in bells { bell.ring() }
    }

    /// Asks the outbox how much waits. Called after each change, so the counting begun last is right.
    func countPending() async throws {
        let number = state.withLock { state in
            state.countings += 1
            return state.countings
        }
        let count = try await outbox.pendingCounts().values.reduce(0, +)
        state.withLock { state in
            guard number > state.counted else { return }
            state.counted = number
            state.status.pending = count + state.held.count { !$0.isOver }
        }
    }

    /// Swaps the receivers. What waits for one that is gone is given up; an attempt under way ends first.
    package func update(_ receivers: [Receiver]) {
        let addresses = AddressPolicy.current()
        let bells = state.withLock { state in
            state.receivers = Self.byName(receivers)
            state.addresses = addresses
            return Array(state.lanes.values)
        }
        for bell in bells { bell.ring() }
        supervisorBell.ring()
    }

    package var status: DispatchStatus { state.withLock(\.status) }

    private static func byName(_ receivers: [Receiver]) -> [String: Receiver] {
        Dictionary(receivers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
