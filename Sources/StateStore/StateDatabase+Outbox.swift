package import AlertDispatch
import DatabaseFiles
import FoundationEssentials
import GRDB
package import MonitoringModel

extension StateDatabase: OutboxStore {
    package func enqueue(_ entries: [OutboxEntry]) async throws {
        try await database.transaction { db in try Self.insert(entries, db) }
    }

    /// Leaves out what is known, delivered or not.
    static func insert(_ entries: [OutboxEntry], _ db: Database) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO outbox (key, receiver, body, created_at, attempts, last_error)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6
                WHERE NOT EXISTS (SELECT 1 FROM notification_log WHERE key = ?1)
                ON CONFLICT (key) DO NOTHING
                """)
        for entry in entries {
            try insert.execute(arguments: [
                entry.key, entry.receiver, Data(entry.body), entry.createdAt.milliseconds, entry.attempts,
                entry.lastError,
            ])
        }
    }

    package func pending() async throws -> [OutboxEntry] {
        try await database.access { db in
            try Row.fetchAll(db, sql: "\(Self.selection) ORDER BY id").map(Self.entry)
        }
    }

    package func pending(receiver: String, limit: Int) async throws -> [OutboxEntry] {
        try await database.access { db in
            try Row.fetchAll(
                db, sql: "\(Self.selection) WHERE receiver = ?1 ORDER BY id LIMIT ?2", arguments: [receiver, limit]
            ).map(Self.entry)
        }
    }

    package func pendingCounts() async throws -> [String: Int] {
        try await database.access { db in
            try Row.fetchAll(db, sql: "SELECT receiver, count(*) FROM outbox GROUP BY receiver").reduce(into: [:]) {
                $0[$1[0] as String] = $1[1]
            }
        }
    }

    private static let selection = "SELECT key, receiver, body, created_at, attempts, last_error FROM outbox"

    private static func entry(_ row: Row) -> OutboxEntry {
        OutboxEntry(
            key: row[0], receiver: row[1], body: [UInt8](row[2] as Data), createdAt: Timestamp(milliseconds: row[3]),
            attempts: row[4], lastError: row[5])
    }

    package func recordFailure(key: String, error: String, at time: Timestamp) async throws {
        try await database.transaction { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET attempts = attempts + 1, last_error = ?2, last_attempt_at = ?3 WHERE key = ?1
                    """, arguments: [key, error, time.milliseconds])
            guard db.changesCount == 1 else { throw Self.unknown(key) }
        }
    }

    package func recordDelivery(key: String, at time: Timestamp) async throws {
        try await finish(key, outcome: .delivered, error: nil, at: time)
    }

    package func recordAbandonment(key: String, error: String, at time: Timestamp) async throws {
        try await finish(key, outcome: .abandoned, error: error, at: time)
    }

    /// Notifications that left the outbox, newest first.
    package func notificationLog(limit: Int) async throws -> [NotificationLogEntry] {
        try await database.access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT key, receiver, body, created_at, finished_at, attempts, outcome, error
                    FROM notification_log ORDER BY id DESC LIMIT ?
                    """, arguments: [max(0, limit)]
            ).map { row in
                guard let outcome = NotificationLogEntry.Outcome(rawValue: row[6]) else {
                    throw StateStoreError(.malformedRow, "notification_log: unknown outcome \(row[6] as String)")
                }
                return NotificationLogEntry(
                    key: row[0], receiver: row[1], body: [UInt8](row[2] as Data),
                    createdAt: Timestamp(milliseconds: row[3]), finishedAt: Timestamp(milliseconds: row[4]),
                    attempts: row[5], outcome: outcome, error: row[7])
            }
        }
    }

    /// Moves an entry to the log. Saying the same again changes nothing, so a caller that was interrupted may repeat it.
    private func finish(
        _ key: String, outcome: NotificationLogEntry.Outcome, error: String?, at time: Timestamp
    ) async throws {
        try await database.transaction { db in
            // The attempt that ends here counts; giving up is not an attempt.
            try db.execute(
                sql: """
                    INSERT INTO notification_log (key, receiver, body, created_at, finished_at, attempts, outcome, error)
                    SELECT key, receiver, body, created_at, ?2, attempts + ?3, ?4, ?5 FROM outbox WHERE key = ?1
                    """,
                arguments: [key, time.milliseconds, outcome == .delivered ? 1 : 0, outcome.rawValue, error])
            if db.changesCount == 0 {
                let isLogged = try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM notification_log WHERE key = ?)", arguments: [key])
                guard isLogged == true else { throw Self.unknown(key) }
            }
            try db.execute(sql: "DELETE FROM outbox WHERE key = ?", arguments: [key])
        }
    }

    private static func unknown(_ key: String) -> StateStoreError {
        StateStoreError(.unknownKey, "outbox: expected a notification with key \(key), found none")
    }
}

/// A notification that was delivered or given up.
package struct NotificationLogEntry: Hashable, Sendable {
    package enum Outcome: String, Sendable {
        case delivered, abandoned
    }

    package var key: String
    package var receiver: String
    package var body: [UInt8]
    package var createdAt: Timestamp
    package var finishedAt: Timestamp
    /// Attempts made, the successful one included.
    package var attempts: Int
    package var outcome: Outcome
    /// Why it was given up; nil when it was delivered.
    package var error: String?
}
