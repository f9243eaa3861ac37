package import Access
import DatabaseFiles
import GRDB
package import MonitoringModel

/// Who did what. Rows are added and never changed.
package struct AuditEntry: Hashable, Sendable {
    package var at: Timestamp
    /// The principal's name.
    package var principal: String
    /// nil for what the service did by itself.
    package var role: Role?
    /// What was done, as `token.create`, `configuration.reload`.
    package var action: String
    /// What it was done to; "" when nothing in particular.
    package var subject: String
    /// `done`, or why not.
    package var outcome: String
    /// Anything else worth knowing, never a secret.
    package var detail: String

    package init(
        at: Timestamp, principal: String, role: Role? = nil, action: String, subject: String = "",
        outcome: String = "done", detail: String = ""
    ) {
        self.at = at
        self.principal = principal
        self.role = role
        self.action = action
        self.subject = subject
        self.outcome = outcome
        self.detail = detail
    }
}

extension StateDatabase {
    /// Adds rows to the audit; durable when it returns.
    package func record(audit entries: [AuditEntry]) async throws {
        try await database.transaction { db in
            for entry in entries {
                try db.execute(
                    sql: """
                        INSERT INTO audit (at, principal, role, action, subject, outcome, detail)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        entry.at.milliseconds, entry.principal, entry.role?.rawValue, entry.action, entry.subject,
                        entry.outcome, entry.detail,
                    ])
            }
        }
    }

    package func record(audit entry: AuditEntry) async throws {
        try await record(audit: [entry])
    }

    /// The newest rows of the audit, newest first.
    package func audit(limit: Int) async throws -> [AuditEntry] {
        try await database.access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT at, principal, role, action, subject, outcome, detail FROM audit ORDER BY id DESC LIMIT ?
                    """, arguments: [max(0, limit)]
            ).map { row in
                AuditEntry(
                    at: Timestamp(milliseconds: row[0]), principal: row[1],
                    role: (row[2] as String?).flatMap(Role.init(rawValue:)), action: row[3], subject: row[4],
                    outcome: row[5], detail: row[6])
            }
        }
    }
}
