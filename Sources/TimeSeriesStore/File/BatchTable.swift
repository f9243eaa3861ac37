import ChunkEncoding
import GRDB
import MonitoringModel

/// The rows of `batches`: what commits stored and no block holds yet.
enum BatchTable {
    /// Writes the rows of one commit; the first gets the number `first`.
    static func write(_ rows: [BatchRow], from first: Int64, to db: Database) throws {
        guard !rows.isEmpty else { return }
        let statement = try RawStatement(
            db, "INSERT INTO batches (id, first_time, last_time, sample_count, data) VALUES (?1, ?2, ?3, ?4, ?5)")
        for (index, row) in rows.enumerated() {
            let number = first + Int64(index)
            try statement.bind(number, at: 1)
            try statement.bind(row.firstTime, at: 2)
            try statement.bind(row.lastTime, at: 3)
            try statement.bind(Int64(row.sampleCount), at: 4)
            try statement.run(blob: row.sealed(as: number), at: 5)
        }
    }

    /// Decodes every row, in the order of numbers.
    ///
    /// - Parameters:
    ///   - known: rows known to be damaged.
    ///   - visit: gets the row's number and what it holds. The checksum is verified before anything of a row is visited.
    ///   - damaged: gets rows that cannot be decoded, and numbers at which a row is missing.
    static func read(
        _ db: Database, known: Set<Int64>, visit: (Int64, BatchDecoder.Content) throws -> Void,
        damaged: (DamageRecord) -> Void
    ) throws {
        var decoder = BatchDecoder()
        var expected: Int64?
        try RawStatement(db, "SELECT id, data FROM batches ORDER BY id").forEachRow { row in
            let number = row.integer(0)
            if let expected, number != expected {
                damaged(DamageRecord(table: .batches, row: expected, reason: "expected a row, found none"))
                decoder.forget()
            }
            // Rows are deleted from the oldest on, but for damaged ones: a gap behind those that are left is none.
            if expected != nil || !known.contains(number) { expected = number + 1 }
            do {
                try row.withBlob(1) { bytes in
                    try decoder.decode(bytes, number: number) { try visit(number, $0) }
                }
            } catch let error as ChunkDecodingError {
                damaged(DamageRecord(table: .batches, row: number, reason: error.description))
                decoder.forget()
            }
        }
    }

    /// Deletes at most 500 of the rows up to `number`, damaged ones left out; false when there are none.
    static func delete(through number: Int64, in db: Database) throws -> Bool {
        try db.execute(
            sql: """
                DELETE FROM batches WHERE id IN (
                    SELECT id FROM batches WHERE id <= ?1
                    AND id NOT IN (SELECT row FROM damage WHERE source = 'batches') ORDER BY id LIMIT 500)
                """, arguments: [number])
        return db.changesCount > 0
    }
}
