import AlertDispatch
import MonitoringModel
import Synchronization

/// An outbox in memory that can be told to fail.
final class MemoryOutbox: OutboxStore {
    struct Failure: Error {}

    struct Content: Sendable {
        var pending: [OutboxEntry] = []
        var delivered: [String] = []
        /// Key and reason.
        var abandoned: [String: String] = [:]
        var failures: [String] = []
        /// Calls of `recordDelivery` yet to fail.
        var deliveryFailures = 0
        var isBroken = false
    }

    private let content: Mutex<Content>

    init(_ pending: [OutboxEntry] = []) {
        content = Mutex(Content(pending: pending))
    }

    var now: Content { content.withLock { $0 } }
    func change(_ body: @Sendable (inout Content) -> Void) { content.withLock { body(&$0) } }

    func enqueue(_ entries: [OutboxEntry]) async throws {
        try content.withLock { content in
            if content.isBroken { throw Failure() }
            for entry in entries {
                let isKnown =
                    content.pending.contains { $0.key == entry.key } || content.delivered.contains(entry.key)
                    || content.abandoned[entry.key] != nil
                if !isKnown { content.pending.append(entry) }
            }
        }
    }

    func pending() async throws -> [OutboxEntry] {
        try content.withLock { content in
            if content.isBroken { throw Failure() }
            return content.pending
        }
    }

    func recordFailure(key: String, error: String, at: Timestamp) async throws {
        content.withLock { content in
            content.failures.append(error)
            guard let index = content.pending.firstIndex(where: { $0.key == key }) else { return }
            content.pending[index].attempts += 1
            content.pending[index].lastError = error
        }
    }

    func recordDelivery(key: String, at: Timestamp) async throws {
        try content.withLock { content in
            if content.deliveryFailures > 0 {
                content.deliveryFailures -= 1
                throw Failure()
            }
            content.pending.removeAll { $0.key == key }
            content.delivered.append(key)
        }
    }

    func recordAbandonment(key: String, error: String, at: Timestamp) async throws {
        content.withLock { content in
            content.pending.removeAll { $0.key == key }
            content.abandoned[key] = error
        }
    }
}
