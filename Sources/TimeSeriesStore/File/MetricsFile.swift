import ChunkEncoding
import GRDB
import MonitoringModel

/// The statements of `metrics.db` for series, metadata and damage, and the start. Each function that writes runs inside the
/// caller's transaction.
enum MetricsFile {
    static func insert(_ series: [(number: UInt32, labels: LabelSet)], into db: Database) throws {
        guard !series.isEmpty else { return }
        let statement = try RawStatement(db, "INSERT INTO series (id, labels) VALUES (?1, ?2)")
        for (number, labels) in series {
            try statement.bind(Int64(number), at: 1)
            try statement.run(blob: LabelCoding.encode(labels, of: number), at: 2)
        }
    }

    /// Forgets series whose newest sample is older than `bound`, milliseconds, in a transaction of its own.
    static func forgetSeries(of head: inout Head, before bound: Int64, in db: Database) throws {
        let forgotten = head.forgetSeries(before: bound)
        guard !forgotten.isEmpty else { return }
        try db.inTransaction(.immediate) {
            let statement = try RawStatement(db, "DELETE FROM series WHERE id = ?1")
            for number in forgotten {
                try statement.bind(Int64(number), at: 1)
                try statement.run()
            }
            for shard in Set(forgotten.map(Shard.number)) {
                try BlockTable.write(head.shardState(of: shard), of: shard, to: db)
            }
            return .commit
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

    /// Fills an empty head.
    static func load(_ head: inout Head, from db: Database) throws {
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
        try loadShards(&head, from: db)
        try loadBatches(&head, from: db)
    }

    private static func loadBatches(_ head: inout Head, from db: Database) throws {
        let known = Set(head.knownDamage.filter { $0.table == .batches }.map(\.row))
        var damage: [DamageRecord] = []
        var last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM batches") ?? 0
        let restorer = HeadRestorer(head)
        // Given away: a second owner would make each change a copy.
        head = Head(options: head.options)
        let outcome = Result {
            try BatchTable.read(
                db, known: known, visit: { restorer.restore($1, of: $0) }, damaged: { damage.append($0) })
        }
        head = restorer.finish()
        try outcome.get()
        for record in damage {
            head.note(record)
            last = max(last, record.row)
        }
        head.nextBatch = max(head.nextBatch, last + 1)
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

    private static func loadShards(_ head: inout Head, from db: Database) throws {
        var blocks: [Shard.Number: [BlockHeader]] = [:]
        try RawStatement(db, "SELECT id, header FROM blocks ORDER BY id").forEachRow { row in
            let id = row.integer(0)
            do {
                let header = try row.withBlob(1) { try BlockHeader($0, number: id) }
                blocks[header.shard, default: []].append(header)
            } catch let error as ChunkDecodingError {
                head.note(DamageRecord(table: .blocks, row: id, reason: error.description))
            }
        }
        try RawStatement(db, "SELECT id, data FROM shards ORDER BY id").forEachRow { row in
            let id = row.integer(0)
            guard let shard = Shard.Number(exactly: id), Int(shard) < Head.seriesLimit / Shard.size else {
                head.note(DamageRecord(table: .shards, row: id, reason: "expected a shard's number"))
                return
            }
            do {
                let state = try row.withBlob(1) { try ShardState($0, shard: shard) }
                let found = blocks.removeValue(forKey: shard) ?? []
                let numbers = Set(found.map(\.number))
                for missing in state.blocks where !numbers.contains(missing) {
                    head.note(DamageRecord(table: .blocks, row: missing, reason: "expected a row, found none"))
                }
                // Labels that are gone: what is stored under this number cannot be found.
                for (series, _) in state.newest where !head.index.contains(series) {
                    head.note(DamageRecord(table: .series, row: Int64(series), reason: "expected a row, found none"))
                    head.skipSeries(to: series + 1)
                }
                head.restore(state, of: shard, blocks: found)
            } catch let error as ChunkDecodingError {
                head.note(DamageRecord(table: .shards, row: id, reason: error.description))
            }
        }
        // The state of a shard is damaged or gone: its blocks are whole all the same. What the batches hold twice is dropped by
        // readers.
        for (shard, found) in blocks {
            head.note(DamageRecord(table: .shards, row: Int64(shard), reason: "expected a row, found none"))
            head.restore(ShardState(), of: shard, blocks: found)
        }
    }
}
