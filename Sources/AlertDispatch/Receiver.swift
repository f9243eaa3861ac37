package import MonitoringModel

/// Who is told, and how.
package struct Receiver: Hashable, Sendable {
    package var name: String
    /// Absolute http or https URL. May hold a secret: never logged.
    package var webhook: String
    /// Loopback, link-local and own addresses are refused unless this allows them, checked on the resolved address.
    package var allowsLocalAddresses: Bool
    package var timeout: Duration

    package init(name: String, webhook: String, allowsLocalAddresses: Bool = false, timeout: Duration = .seconds(5)) {
        self.name = name
        self.webhook = webhook
        self.allowsLocalAddresses = allowsLocalAddresses
        self.timeout = timeout
    }
}

/// A notification that has to leave. `key` stays the same over every attempt.
package struct OutboxEntry: Hashable, Sendable {
    /// Idempotency key, unique for ever.
    package var key: String
    package var receiver: String
    /// The JSON body as sent.
    package var body: [UInt8]
    package var createdAt: Timestamp
    package var attempts: Int
    /// The outcome of the last attempt; nil before it.
    package var lastError: String?

    package init(
        key: String, receiver: String, body: [UInt8], createdAt: Timestamp, attempts: Int = 0,
        lastError: String? = nil
    ) {
        self.key = key
        self.receiver = receiver
        self.body = body
        self.createdAt = createdAt
        self.attempts = attempts
        self.lastError = lastError
    }
}

/// The durable queue of notifications. Implemented by StateDatabase; every call is durable when it returns.
package protocol OutboxStore: Sendable {
    /// Adds entries; one whose key is known already is left as it is.
    func enqueue(_ entries: [OutboxEntry]) async throws
    /// Entries not yet delivered or given up, oldest first.
    func pending() async throws -> [OutboxEntry]
    /// The oldest pending entries of one receiver, at most `limit`, oldest first.
    func pending(receiver: String, limit: Int) async throws -> [OutboxEntry]
    /// How many entries are pending, by receiver; receivers without any are left out.
    func pendingCounts() async throws -> [String: Int]
    func recordFailure(key: String, error: String, at: Timestamp) async throws
    /// Moves the entry to the notification log.
    func recordDelivery(key: String, at: Timestamp) async throws
    /// Moves the entry to the notification log as not delivered.
    func recordAbandonment(key: String, error: String, at: Timestamp) async throws
}

extension OutboxStore {
    /// Reads everything; a store with an index does better.
    package func pending(receiver: String, limit: Int) async throws -> [OutboxEntry] {
        Array(try await pending().lazy.filter { $0.receiver == receiver }.prefix(limit))
    }

    /// Reads everything; a store that can count does better.
    package func pendingCounts() async throws -> [String: Int] {
        try await pending().reduce(into: [:]) { $0[$1.receiver, default: 0] += 1 }
    }
}

/// What the dispatcher shows of itself.
package struct DispatchStatus: Hashable, Sendable {
    package var pending = 0
    package var delivered = 0
    package var failedAttempts = 0
    package var abandoned = 0
    /// The last failure, safe to show; nil after a success.
    package var lastError: String?

    package init() {}
}
