package import AlertDispatch
import DatabaseFiles
import FoundationEssentials
import GRDB
package import Incidents
import MonitoringModel

extension StateDatabase: AlertStateStore {
    package func save(_ records: [AlertRecord]) async throws {
        try await save(records, enqueueing: [])
    }

    /// Saves what fires and adds the notifications about it to the outbox, in one transaction.
    package func save(_ records: [AlertRecord], enqueueing entries: [OutboxEntry]) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let rows = try records.map { record in
            (
                record: record,
                labels: String(decoding: try encoder.encode(Self.pairs(record.labels)), as: UTF8.self),
                annotations: String(decoding: try encoder.encode(record.annotations), as: UTF8.self)
            )
        }
        try await database.transaction { db in
            try db.execute(sql: "DELETE FROM alerts")
            let insert = try db.cachedStatement(
                sql: """
                    INSERT INTO alerts (position, entity, labels, annotations, active_at, source)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """)
            for (position, row) in rows.enumerated() {
                try insert.execute(arguments: [
                    position, row.record.entity, row.labels, row.annotations, row.record.activeAt.milliseconds,
                    row.record.source.rawValue,
                ])
            }
            try Self.insert(entries, db)
        }
    }

    package func load() async throws -> [AlertRecord] {
        try await database.access { db in
            let decoder = JSONDecoder()
            return try Row.fetchAll(
                db, sql: "SELECT entity, labels, annotations, active_at, source FROM alerts ORDER BY position"
            ).map { row in
                let entity: String = row[0]
                guard let labels = try? decoder.decode([String: String].self, from: Data((row[1] as String).utf8)),
                    let annotations = try? decoder.decode([String: String].self, from: Data((row[2] as String).utf8)),
                    let source = Observation.Source(rawValue: row[4])
                else {
                    throw StateStoreError(
                        .malformedRow, "alerts: expected an alert of \(entity), found a row this version cannot read")
                }
                return AlertRecord(
                    entity: entity, labels: LabelSet(labels.map { Label($0.key, $0.value) }), annotations: annotations,
                    activeAt: Timestamp(milliseconds: row[3]), source: source)
            }
        }
    }

    /// Labels as people and tools expect them in JSON.
    private static func pairs(_ set: LabelSet) -> [String: String] {
        Dictionary(set.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }
}
