import ChunkEncoding
import DatabaseFiles
import Foundation
import GRDB
import MonitoringModel
import Synchronization
import TestSupport
import Testing
import TimeSeriesStore

/// Files of the first version, in which every commit's samples stayed in a batch.
@Suite("Conversion of the first version's files")
struct ConversionTests {
    let labels = (0..<3).map { LabelSet("m", ["n": "\($0)"]) }

    /// Writes a file as the first version did: `batches` batches of one sample a series, a minute apart.
    private func firstVersion(_ directory: TemporaryDirectory, batches: Int) throws {
        let format = DatabaseFormat(
            fileName: "metrics.db", applicationID: 0x6864_6d74, pageSize: 8192,
            migrations: [
                SchemaMigration("first") { db in
                    try db.execute(
                        sql: """
                            CREATE TABLE series (id INTEGER PRIMARY KEY, labels BLOB NOT NULL);
                            CREATE TABLE batches (
                                id INTEGER PRIMARY KEY, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL,
                                sample_count INTEGER NOT NULL, data BLOB NOT NULL);
                            CREATE INDEX batches_by_time ON batches (first_time, last_time);
                            CREATE TABLE series_newest (series INTEGER PRIMARY KEY, data BLOB NOT NULL);
                            CREATE TABLE damage (
                                source TEXT NOT NULL, row INTEGER NOT NULL, found_at INTEGER NOT NULL, reason TEXT NOT NULL,
                                PRIMARY KEY (source, row)) WITHOUT ROWID;
                            CREATE TABLE metadata (
                                name TEXT PRIMARY KEY, kind TEXT NOT NULL, help TEXT NOT NULL, unit TEXT NOT NULL
                            ) WITHOUT ROWID;
                            CREATE TABLE store_state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
                            """)
                }
            ])
        let writer = try DatabaseFile.openWriter(format, in: directory.path)
        try writer.blockingAccess { db in
            try db.execute(sql: "BEGIN")
            defer { try? db.execute(sql: "COMMIT") }
            for (number, labels) in labels.enumerated() {
                try db.execute(
                    sql: "INSERT INTO series VALUES (?, ?)",
                    arguments: [number, Data(FirstFormatEncoder.encode(labels, of: UInt32(number)))])
            }
            for batch in 0..<batches {
                let time = Int64(batch) * 60_000
                var encoder = FirstFormatEncoder()
                encoder.append(
                    SampleGroup(
                        timestamp: Timestamp(milliseconds: time), series: [0, 1, 2],
                        values: (0..<3).map { Double(batch * 10 + $0) }))
                try db.execute(
                    sql: "INSERT INTO batches (first_time, last_time, sample_count, data) VALUES (?, ?, 3, ?)",
                    arguments: [time, time, Data(encoder.finish())])
            }
            try db.execute(sql: "INSERT INTO metadata VALUES ('m', 'gauge', 'help', '')")
        }
        try writer.close()
    }

    private func withFile<Value>(_ directory: TemporaryDirectory, _ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: directory.file("metrics.db"))
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }

    private func expectWhole(_ store: SampleStore, batches: Int, missing: Set<Int> = []) async throws {
        let found = try await store.everything()
        #expect(found.map(\.labels) == labels)
        for (number, series) in found.enumerated() {
            let expected = (0..<batches).filter { !missing.contains($0) }.map {
                Sample(Timestamp(milliseconds: Int64($0) * 60_000), Double($0 * 10 + number))
            }
            #expect(series.samples == expected)
        }
    }

    @Test("every sample, the metadata and the newest samples are there afterwards, and the old table is not")
    func whole() async throws {
        let directory = try TemporaryDirectory()
        try firstVersion(directory, batches: 1_000)
        let progress = Mutex<[Double]>([])
        var options = SampleStore.Options()
        options.onUpgrade = { share in progress.withLock { $0.append(share) } }
        let clock = ManualClock(Timestamp(milliseconds: 1_000 * 60_000))
        var store = try SampleStore(directory: directory.path, options: options, clock: clock)
        #expect(progress.withLock { $0.last } == 1)
        try await expectWhole(store, batches: 1_000)
        #expect(store.metadata()["m"]?.kind == .gauge)
        // The newest sample is known: it is not taken twice.
        let number = store.seriesIDs(for: [labels[0]])[0]
        store.append(SampleBatch(timestamp: Timestamp(milliseconds: 999 * 60_000), values: [(number, 1)]))
        #expect(store.statistics.samplesDuplicate == 1)
        try await store.close()
        store = try SampleStore(directory: directory.path, clock: clock)
        try await expectWhole(store, batches: 1_000)
        try await store.close()
        #expect(try withFile(directory) { try $0.tableExists("batches_1") } == false)
        #expect(try withFile(directory) { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 2)
    }

    @Test("a damaged batch stays where it is, is counted and left out")
    func damaged() async throws {
        let directory = try TemporaryDirectory()
        try firstVersion(directory, batches: 20)
        try withFile(directory) { try $0.execute(sql: "UPDATE batches SET data = zeroblob(length(data)) WHERE id = 5") }
        for _ in 0..<2 {
            let store = try SampleStore(
                directory: directory.path, clock: ManualClock(Timestamp(milliseconds: 20 * 60_000)))
            #expect(store.statistics.damagedRows == 1)
            try await expectWhole(store, batches: 20, missing: [4])
            try await store.close()
        }
        #expect(try withFile(directory) { try Int.fetchAll($0, sql: "SELECT id FROM batches_1") } == [5])
    }

    @Test("a conversion that is interrupted after any of its steps goes on from there", arguments: 1...6)
    func interrupted(step: Int) async throws {
        struct Interrupted: Error {}
        let directory = try TemporaryDirectory()
        try firstVersion(directory, batches: 500)
        let clock = ManualClock(Timestamp(milliseconds: 500 * 60_000))
        let steps = Mutex(0)
        var options = SampleStore.Options()
        options.upgradeStep = 300
        options.onUpgrade = { _ in
            let done = steps.withLock { steps in
                steps += 1
                return steps
            }
            if done == step { throw Interrupted() }
        }
        if step < 6 {
            #expect(throws: Interrupted.self) {
                try SampleStore(directory: directory.path, options: options, clock: clock)
            }
            let rest = try withFile(directory) { try Int.fetchOne($0, sql: "SELECT count(*) FROM batches_1") }
            #expect(rest == 500 - step * 100)
        }
        let store = try SampleStore(directory: directory.path, options: options, clock: clock)
        #expect(steps.withLock { $0 } == 5)
        try await expectWhole(store, batches: 500)
        #expect(store.statistics.damagedRows == 0)
        try await store.close()
    }
}
