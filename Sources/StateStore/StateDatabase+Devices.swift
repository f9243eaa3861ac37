import DatabaseFiles
import Foundation
import GRDB
package import Polling

extension StateDatabase: DeviceMemoryStore {
    package func deviceMemories() async throws -> [String: DeviceMemory] {
        try await database.transaction { db in
            var memories: [String: DeviceMemory] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT device, memory FROM device_memories")
            while let row = try rows.next() {
                let text: String = row[1]
                // What a newer version wrote otherwise is learnt anew.
                memories[row[0]] = try? JSONDecoder().decode(DeviceMemory.self, from: Data(text.utf8))
            }
            return memories
        }
    }

    package func save(_ memories: [String: DeviceMemory]) async throws {
        try await database.transaction { db in
            let statement = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO device_memories (device, memory) VALUES (?, ?)")
            for (device, memory) in memories {
                let text = String(decoding: try JSONEncoder().encode(memory), as: UTF8.self)
                try statement.execute(arguments: [device, text])
            }
        }
    }
}
