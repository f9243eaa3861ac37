package import Access
import DatabaseFiles
import GRDB
import MonitoringModel

extension StateDatabase: TokenStore {
    package func tokens() async throws -> [TokenRecord] {
        try await database.access { db in
            try Row.fetchAll(
                db,
                sql: "SELECT name, role, area, digest, created_at, is_one_time FROM tokens ORDER BY created_at, name"
            ).map { row in
                // A role this version does not know must not become any other.
                guard let role = Role(rawValue: row[1]) else {
                    throw StateStoreError(
                        .malformedRow, "tokens: expected a role for \(row[0] as String), found \(row[1] as String)")
                }
                return TokenRecord(
                    name: row[0], role: role, area: row[2], digest: row[3],
                    createdAt: Timestamp(milliseconds: row[4]), isOneTime: row[5])
            }
        }
    }

    package func add(_ token: TokenRecord) async throws {
        try await database.transaction { db in
            let isTaken = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM tokens WHERE name = ?)", arguments: [token.name])
            guard isTaken == false else {
                throw StateStoreError(.nameTaken, "expected a new token name, found \(token.name) in use")
            }
            try db.execute(
                sql: """
                    INSERT INTO tokens (name, role, area, digest, created_at, is_one_time) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (digest) DO NOTHING
                    """,
                arguments: [
                    token.name, token.role.rawValue, token.area, token.digest, token.createdAt.milliseconds,
                    token.isOneTime,
                ])
            guard db.changesCount == 1 else {
                throw StateStoreError(.digestTaken, "expected a new token text, found one that is in use")
            }
        }
    }

    package func remove(name: String) async throws -> Bool {
        try await database.transaction { db in
            try db.execute(sql: "DELETE FROM tokens WHERE name = ?", arguments: [name])
            return db.changesCount > 0
        }
    }
}
