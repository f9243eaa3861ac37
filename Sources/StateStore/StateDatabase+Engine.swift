import DatabaseFiles
import Foundation
import GRDB
package import SNMP

extension StateDatabase {
    /// This side's SNMPv3 engine at a new start: the one of the last start with its boots counted up, or the first.
    ///
    /// - Parameter first: the engine where none is kept.
    package func startEngine(first: EngineIdentity = .random()) async throws -> EngineIdentity {
        try await database.transaction { db in
            let kept = try Row.fetchOne(db, sql: "SELECT id, boots FROM snmp_engine").map { row in
                EngineIdentity(id: Array(row[0] as Data), boots: row[1])
            }
            let engine = kept?.restarted() ?? first
            try db.execute(
                sql: "INSERT OR REPLACE INTO snmp_engine (only, id, boots) VALUES (1, ?, ?)",
                arguments: [Data(engine.id), engine.boots])
            return engine
        }
    }
}
