import ChunkEncoding
import GRDB
import MonitoringModel

/// The statements of `metrics.db` other than those for batches. Each function runs inside the caller's transaction.
enum MetricsFile {
    static func insert(_ series: [(number: UInt32, labels: LabelSet)], into db: Database) throws {
        guard !series.isEmpty else { return }
        let statement = try RawStatement(db, "INSERT INTO series (id, labels) VALUES (?1, ?2)")
        for (number, labels) in series {
            try statement.bind(Int64(number), at: 1)
            try statement.run(blob: LabelCoding.encode(labels, of: number), at: 2)
        }
    }

    static func upsertNewest(_ newest: [(series: UInt32, sample: Sample)], into db: Database) throws {
        guard !newest.isEmpty else { return }
        let statement = try RawStatement(
            db,
            "INSERT INTO series_newest (series, data) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET data = excluded.data")
        for (number, sample) in newest {
            try statement.bind(Int64(number), at: 1)
            try statement.run(blob: NewestSampleCoding.encode(sample, of: number), at: 2)
        }
    }

    static func upsert(_ metadata: [MetricMetadata], into db: Database) throws {
        for description in metadata {
            try db.execute(
                sql: "INSERT OR REPLACE INTO metadata (name, kind, help, unit) VALUES (?, ?, ?, ?)",
                arguments: [description.name, description.kind.rawValue, description.help, description.unit])
        }
    }

    static func insert(_ damage: [DamageRecord], at time: Timestamp, into db: Database) throws {
        for record in damage {
            try db.execute(
                sql: "INSERT OR IGNORE INTO damage (source, row, found_at, reason) VALUES (?, ?, ?, ?)",
                arguments: [record.table.rawValue, record.row, time.milliseconds, record.reason])
        }
    }

    static func setHeadStart(_ time: Int64, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO store_state (key, value) VALUES ('head_start', ?)", arguments: [time])
    }

    /// Fills an empty head.
    ///
    /// - Parameter defaultStart: where the head of a new file starts, in milliseconds.
    static func load(_ head: inout Head, from db: Database, defaultStart: Int64) throws {
        head.start =
            try Int64.fetchOne(db, sql: "SELECT value FROM store_state WHERE key = 'head_start'") ?? defaultStart
        head.restoreDamage(
            try Row.fetchAll(db, sql: "SELECT source, row, reason FROM damage").compactMap { row in
                DamageRecord.Table(rawValue: row[0]).map { DamageRecord(table: $0, row: row[1], reason: row[2]) }
            })
        head.restoreMetadata(
            try Row.fetchAll(db, sql: "SELECT name, kind, help, unit FROM metadata").map { row in
                MetricMetadata(
                    name: row[0], kind: MetricMetadata.Kind(rawValue: row[1]) ?? .unknown, help: row[2], unit: row[3])
            })
        try loadSeries(&head, from: db)
        try BatchTable.read(
            db, from: head.start, through: .max,
            visit: { head.restoreSamples($0) }, damaged: { head.note($0) })
        try loadNewest(&head, from: db)
    }

    private static func loadSeries(_ head: inout Head, from db: Database) throws {
        try RawStatement(db, "SELECT id, labels FROM series ORDER BY id").forEachRow { row in
            let id = row.integer(0)
            guard id >= 0, id < Head.seriesLimit else {
                let reason = "expected a number below \(Head.seriesLimit)"
                head.note(DamageRecord(table: .series, row: id, reason: reason))
                return
            }
            do {
                let labels = try row.withBlob(1) { try LabelCoding.decode($0, of: UInt32(id)) }
                head.restoreSeries(labels, as: UInt32(id))
            } catch let error as ChunkDecodingError {
                head.note(DamageRecord(table: .series, row: id, reason: error.description))
                // Damaged labels: the number is right and is not given again. A BLOB that is whole and names another series
                // says that the key is damaged; then the number means nothing.
                if error.code != .malformed { head.skipSeries(to: UInt32(id) + 1) }
            }
        }
    }

    /// After the batches, which know better.
    private static func loadNewest(_ head: inout Head, from db: Database) throws {
        try RawStatement(db, "SELECT series, data FROM series_newest").forEachRow { row in
            let id = row.integer(0)
            guard let number = UInt32(exactly: id) else {
                head.note(DamageRecord(table: .newest, row: id, reason: "expected a series number"))
                return
            }
            do {
                let sample = try row.withBlob(1) { try NewestSampleCoding.decode($0, of: number) }
                head.restoreNewest(sample, of: number)
            } catch let error as ChunkDecodingError {
                head.note(DamageRecord(table: .newest, row: id, reason: error.description))
            }
        }
    }
}
