import ChunkEncoding
import GRDB
import MonitoringModel
import Synchronization

/// Reads batch rows.
enum BatchTable {
    /// Decodes, in the order of writing, every row that has samples with `start <= time <= end`.
    ///
    /// - Parameters:
    ///   - cancellation: ends the reading with a `CancellationError` when it is set.
    ///   - visit: gets every group of these rows, also those outside the range. Its errors end the reading.
    ///   - damaged: gets the rows that cannot be decoded. The checksum is verified before any group of a row is visited.
    static func read(
        _ db: Database, from start: Int64, through end: Int64, until cancellation: CancellationFlag? = nil,
        visit: (SampleGroup) throws -> Void, damaged: (DamageRecord) -> Void
    ) throws {
        // The rows' numbers come from the index alone; rows are then read in rising order.
        let statement = try RawStatement(
            db,
            """
            SELECT id, data FROM batches WHERE id IN (
                SELECT id FROM batches WHERE first_time >= ?1 AND first_time <= ?2 AND last_time >= ?3)
            ORDER BY id
            """)
        let (earliest, overflow) = start.subtractingReportingOverflow(BatchRow.longestSpan)
        try statement.bind(overflow ? .min : earliest, at: 1)
        try statement.bind(end, at: 2)
        try statement.bind(start, at: 3)
        var group = SampleGroup()
        try statement.forEachRow { row in
            if let cancellation, cancellation.isSet.load(ordering: .relaxed) { throw CancellationError() }
            do {
                try row.withBlob(1) { bytes in
                    var reader = try SampleBatchReader(bytes)
                    while try reader.next(&group) { try visit(group) }
                }
            } catch let error as ChunkDecodingError {
                damaged(DamageRecord(table: .batches, row: row.integer(0), reason: error.description))
            }
        }
    }

    /// Writes the rows of one commit and returns the number of the last.
    static func write(_ rows: [BatchRow], to db: Database) throws -> Int64? {
        guard !rows.isEmpty else { return nil }
        let statement = try RawStatement(
            db, "INSERT INTO batches (first_time, last_time, sample_count, data) VALUES (?1, ?2, ?3, ?4)")
        for row in rows {
            try statement.bind(row.firstTime, at: 1)
            try statement.bind(row.lastTime, at: 2)
            try statement.bind(Int64(row.sampleCount), at: 3)
            try statement.run(blob: row.data, at: 4)
        }
        return db.lastInsertedRowID
    }
}
