import ChunkEncoding
import GRDB
import MonitoringModel

/// Makes blocks of what the first version of the file kept in batches, step by step: each step is a transaction that writes
/// blocks and deletes the rows that they hold, so an interrupted conversion goes on where it was.
enum BatchConversion {
    /// - Parameters:
    ///   - stepSize: samples of a step.
    ///   - progress: called after each step with the share done.
    static func run(_ db: Database, stepSize: Int, progress: (@Sendable (Double) throws -> Void)?) throws {
        guard try db.tableExists("batches_1") else { return }
        let total = try Int.fetchOne(db, sql: "SELECT count(*) FROM batches_1") ?? 0
        var states = try shardStates(db)
        while try step(db, stepSize, &states) {
            let rest = try Int.fetchOne(db, sql: "SELECT count(*) FROM batches_1") ?? 0
            try progress?(1 - Double(rest) / Double(max(total, 1)))
        }
        // Damaged rows stay, and so does their table.
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM batches_1") == 0 else { return }
        try db.execute(sql: "DROP TABLE batches_1")
    }

    private static func shardStates(_ db: Database) throws -> [Shard.Number: ShardState] {
        var states: [Shard.Number: ShardState] = [:]
        try RawStatement(db, "SELECT id, data FROM shards").forEachRow { row in
            guard let shard = Shard.Number(exactly: row.integer(0)) else { return }
            states[shard] = try row.withBlob(1) { try ShardState($0, shard: shard) }
        }
        return states
    }

    /// False when only damaged rows are left.
    private static func step(_ db: Database, _ stepSize: Int, _ states: inout [Shard.Number: ShardState]) throws -> Bool
    {
        var samples: [UInt32: [Sample]] = [:]
        var count = 0
        var last: Int64?
        var damage: [DamageRecord] = []
        let statement = try RawStatement(
            db,
            """
            SELECT id, data FROM batches_1
            WHERE id NOT IN (SELECT row FROM damage WHERE source = 'batches_1') ORDER BY id
            """)
        while count < stepSize, try statement.step() {
            last = statement.integer(0)
            do throws(ChunkDecodingError) {
                var reader = try FirstBatchReader(statement.blob(1))
                var group = SampleGroup()
                while try reader.next(&group) {
                    for (index, series) in group.series.enumerated() {
                        samples[series, default: []].append(Sample(group.timestamp, group.values[index]))
                    }
                    count += group.series.count
                }
            } catch {
                damage.append(
                    DamageRecord(table: .firstBatches, row: statement.integer(0), reason: error.description))
            }
        }
        statement.reset()
        guard let last else { return false }
        try db.inTransaction(.immediate) {
            try write(samples, &states, to: db)
            try MetricsFile.insert(damage, at: Timestamp(milliseconds: 0), into: db)
            try db.execute(
                sql: """
                    DELETE FROM batches_1
                    WHERE id <= ? AND id NOT IN (SELECT row FROM damage WHERE source = 'batches_1')
                    """, arguments: [last])
            return .commit
        }
        return true
    }

    private static func write(
        _ samples: [UInt32: [Sample]], _ states: inout [Shard.Number: ShardState], to db: Database
    ) throws {
        for (shard, series) in Dictionary(grouping: samples.keys, by: Shard.number).sorted(by: { $0.key < $1.key }) {
            var builder = BlockBuilder()
            var state = states[shard] ?? ShardState()
            var newest = Dictionary(uniqueKeysWithValues: state.newest)
            for number in series.sorted() {
                let ordered = SampleCollector.inOrder(samples[number] ?? [])
                builder.add(number, samples: ordered)
                if let last = ordered.last, newest[number].map({ $0.timestamp < last.timestamp }) ?? true {
                    newest[number] = last
                }
            }
            guard let draft = builder.finish() else { continue }
            let header = draft.header(number: try BlockTable.nextNumber(in: db), shard: shard, level: 1)
            try BlockTable.insert(header, draft.directory, stream: draft.stream.bytes, into: db)
            state.blocks.append(header.number)
            state.newest = newest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            try BlockTable.write(state, of: shard, to: db)
            states[shard] = state
        }
    }
}
