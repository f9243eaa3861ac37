import DatabaseFiles
import GRDB
import Glibc
import MonitoringModel
import Synchronization
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Database file")
struct DatabaseFileTests {
    @Test(
        "a new file has its final page size, vacuum mode and journal",
        arguments: [
            ("page_size", 8192), ("auto_vacuum", 2), ("user_version", 2), ("application_id", 0x6864_6d74),
        ])
    func created(pragma: String, expected: Int) async throws {
        let fixture = try StoreFixture()
        try await fixture.store.close()
        #expect(try fixture.withFile { try Int.fetchOne($0, sql: "PRAGMA \(pragma)") } == expected)
        #expect(try fixture.withFile { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test("the files are for their owner alone, in any directory")
    func mode() async throws {
        let fixture = try StoreFixture()
        for name in ["metrics.db", "metrics.db-wal", "lock"] {
            var status = stat()
            #expect(stat(fixture.directory.file(name), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
        try await fixture.store.close()
    }

    @Test("the writing connection survives a power cut and the readers cannot write or checkpoint")
    func connections() throws {
        let directory = try TemporaryDirectory()
        let format = DatabaseFormat(
            fileName: "test.db", applicationID: 7, pageSize: 8192,
            migrations: [SchemaMigration("t") { try $0.execute(sql: "CREATE TABLE t (x)") }])
        let writer = try DatabaseFile.openWriter(format, in: directory.path)
        let expected = ["synchronous": 2, "secure_delete": 0, "query_only": 0]
        for (pragma, value) in expected {
            #expect(
                try writer.blockingAccess { try Int.fetchOne($0, sql: "PRAGMA \(pragma)") } == value,
                "\(pragma)")
        }
        let reader = try DatabaseFile.openReader(format, in: directory.path)
        #expect(try reader.blockingAccess { try Int.fetchOne($0, sql: "PRAGMA wal_autocheckpoint") } == 0)
        #expect(try reader.blockingAccess { try Int.fetchOne($0, sql: "PRAGMA query_only") } == 1)
        #expect(throws: DatabaseError.self) {
            try reader.blockingAccess { try $0.execute(sql: "INSERT INTO t VALUES (1)") }
        }
        try reader.close()
        try writer.close()
    }

    @Test(
        "one connection writes and checkpoints while 50 readers come and go: nobody waits, nobody sees half a transaction"
    )
    func readersComeAndGo() async throws {
        let directory = try TemporaryDirectory()
        let format = DatabaseFormat(
            fileName: "test.db", applicationID: 7, pageSize: 8192,
            migrations: [
                SchemaMigration("t") { db in
                    try db.execute(
                        sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, data); CREATE TABLE u (id INTEGER PRIMARY KEY)")
                }
            ])
        let writer = try DatabaseFile.openWriter(format, in: directory.path)
        // Each of the 50 at least four times, and until the writer is done.
        let commits = 300
        try await writer.access { _ = try Int.fetchOne($0, sql: "PRAGMA wal_autocheckpoint = 50") }
        let written = Counter()
        let visits = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                for number in 1...commits {
                    try await writer.access { db in
                        try db.inTransaction(.immediate) {
                            try db.execute(sql: "INSERT INTO t VALUES (?, randomblob(7000))", arguments: [number])
                            try db.execute(sql: "INSERT INTO u VALUES (?)", arguments: [number])
                            return .commit
                        }
                    }
                    written.value.store(number, ordering: .relaxed)
                }
                return 0
            }
            for _ in 0..<50 {
                group.addTask {
                    var visits = 0
                    while visits < 4 || written.value.load(ordering: .relaxed) < commits {
                        let reader = try DatabaseFile.openReader(format, in: directory.path)
                        let before = written.value.load(ordering: .relaxed)
                        let newest = try await reader.access { db in
                            var newest: [Int?] = []
                            try db.inTransaction(.deferred) {
                                for table in ["t", "u", "t"] {
                                    newest.append(try Int.fetchOne(db, sql: "SELECT max(id) FROM \(table)"))
                                }
                                return .commit
                            }
                            return newest.map { $0 ?? 0 }
                        }
                        #expect(newest[0] >= before && newest.allSatisfy { $0 == newest[0] })
                        try reader.close()
                        visits += 1
                    }
                    return visits
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(visits >= 200)
        // Checkpointed meanwhile: each commit writes two pages at least, and the log was begun anew before it held them all.
        let log = try FileBytes.read(directory.file("test.db-wal")).count
        #expect(log < commits * 8192 * 3 / 2, "\(log) bytes")
        #expect(try FileBytes.read(directory.file("test.db")).count > commits * 8192 / 2)
        #expect(try await writer.access { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        try writer.close()
    }

    @Test("a migration that fails leaves the file as it was, and the next start goes on from there")
    func interruptedMigration() throws {
        struct Interrupted: Error {}
        let directory = try TemporaryDirectory()
        let first = SchemaMigration("first") { try $0.execute(sql: "CREATE TABLE a (x)") }
        let failing = SchemaMigration("second") { db in
            try db.execute(sql: "CREATE TABLE b (x)")
            throw Interrupted()
        }
        let second = SchemaMigration("second") { try $0.execute(sql: "CREATE TABLE b (x)") }
        var format = DatabaseFormat(
            fileName: "test.db", applicationID: 7, pageSize: 4096, migrations: [first, failing])
        #expect(throws: Interrupted.self) { try DatabaseFile.openWriter(format, in: directory.path) }
        format.migrations = [first, second]
        let writer = try DatabaseFile.openWriter(format, in: directory.path)
        #expect(try writer.blockingAccess { try DatabaseFile.schemaVersion($0) } == 2)
        #expect(try writer.blockingAccess { try $0.tableExists("a") && $0.tableExists("b") })
        try writer.close()
    }

    @Test("a file of a newer version is refused and stays as it is")
    func newerVersion() async throws {
        let fixture = try StoreFixture()
        try await fixture.store.close()
        try fixture.withFile { try $0.execute(sql: "PRAGMA user_version = 9") }
        let error = #expect(throws: DatabaseFileError.self) { try fixture.open() }
        #expect(error?.code == .newerVersion)
        #expect(error?.path == fixture.directory.file("metrics.db"))
        #expect(error?.message.contains("schema version 2 or older, found 9") == true)
        #expect(try fixture.withFile { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 9)
    }

    @Test("a database of another program is refused and stays as it is")
    func foreign() throws {
        let directory = try TemporaryDirectory()
        let other = try DatabaseQueue(path: directory.file("metrics.db"))
        try other.writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE theirs (x)") }
        try other.close()
        let error = #expect(throws: DatabaseFileError.self) {
            try SampleStore(directory: directory.path, clock: ManualClock())
        }
        #expect(error?.code == .foreign)
        let again = try DatabaseQueue(path: directory.file("metrics.db"))
        #expect(try again.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "delete")
        try again.close()
    }

    @Test("a file that is no database is refused with what to do")
    func noDatabase() throws {
        let directory = try TemporaryDirectory()
        let text = [UInt8](repeating: UInt8(ascii: "x"), count: 20_000)
        try FileBytes.write(text, to: directory.file("metrics.db"))
        let error = #expect(throws: DatabaseFileError.self) {
            try SampleStore(directory: directory.path, clock: ManualClock())
        }
        #expect(error?.code == .damaged)
        #expect(error?.description.hasPrefix(directory.file("metrics.db")) == true)
        #expect(error?.message.contains("restore a backup") == true)
        #expect(try FileBytes.read(directory.file("metrics.db")) == text)
    }

    @Test("a second opener is refused and told who holds the directory")
    func secondOpener() async throws {
        let fixture = try StoreFixture()
        let error = #expect(throws: DatabaseFileError.self) {
            try SampleStore(directory: fixture.directory.path, clock: fixture.clock)
        }
        #expect(error?.code == .directoryInUse)
        #expect(error?.message.contains("process \(getpid())") == true)
        // Closing gives the directory up.
        try await fixture.reopen()
        try await fixture.store.close()
    }

    @Test("a lock taken before the store is used by it and outlives it")
    func givenLock() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("data/of/haidang")
        let lock = try DataDirectoryLock(directory: path)
        let store = try SampleStore(directory: path, clock: ManualClock(), lock: lock)
        try await store.close()
        #expect(throws: DatabaseFileError.self) { try DataDirectoryLock(directory: path) }
        withExtendedLifetime(lock) {}
    }
}

/// Whole files as bytes.
enum FileBytes {
    struct Failed: Error {
        var path: String
        var code: Int32
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Failed(path: path, code: errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failed(path: path, code: errno) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failed(path: path, code: errno) }
    }
}

private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}
