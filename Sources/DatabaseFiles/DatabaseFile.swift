package import GRDB
import Glibc

/// Opens the database files of a data directory: one connection that writes, any number that only read.
///
/// Debian 12's SQLite is in the range of the WAL-reset bug (fixed in 3.51.3). Exactly one connection may write and checkpoint;
/// the connections of `openReader` never do.
package enum DatabaseFile {
    /// Opens the one writing connection, creating the file or bringing its schema up to date.
    ///
    /// Write-ahead log, `synchronous=FULL` (a returned commit survives a power cut), incremental vacuum, freed pages not
    /// overwritten (Debian's default), no memory mapping.
    package static func openWriter(_ format: DatabaseFormat, in directory: String) throws -> DatabaseConnection {
        let path = directory + "/" + format.fileName
        var configuration = Configuration()
        configuration.label = format.fileName
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // Both have an effect on a file without pages only: the one that is being created.
            try db.execute(sql: "PRAGMA page_size = \(format.pageSize)")
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // Before anything is written: a file that is not ours stays as it is.
            try checkIdentity(db, format, path: path)
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA secure_delete = OFF")
            try db.execute(sql: "PRAGMA mmap_size = 0")
            // After a burst the log is cut back to this many bytes at the next checkpoint.
            try db.execute(sql: "PRAGMA journal_size_limit = 33554432")
            // A first look makes SQLite open its log, still empty. What fails from here on leaves nothing behind.
            _ = try schemaVersion(db)
            try syncDirectory(directory)
        }
        createPrivately(path)
        try renewLog(path + "-wal")
        return try explaining(path) {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { db in try migrate(db, format) }
            return DatabaseConnection(queue)
        }
    }

    /// Opens a connection that reads and can do nothing else: no write, no checkpoint.
    ///
    /// - Parameter holdsSnapshot: whether a transaction may stay open from one access to the next.
    package static func openReader(
        _ format: DatabaseFormat, in directory: String, holdsSnapshot: Bool = false
    ) throws -> DatabaseConnection {
        let path = directory + "/" + format.fileName
        var configuration = Configuration()
        configuration.label = format.fileName + " (reader)"
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = holdsSnapshot
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA query_only = ON")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA mmap_size = 0")
        }
        return try explaining(path) {
            DatabaseConnection(try DatabaseQueue(path: path, configuration: configuration))
        }
    }

    /// The number of migrations a file has seen.
    package static func schemaVersion(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }

    /// Creates an empty file for its owner alone; SQLite by itself lets everyone read, and gives its log the same mode. A file
    /// that exists is not touched. A failure shows when SQLite opens the file.
    static func createPrivately(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    static func checkIdentity(_ db: Database, _ format: DatabaseFormat, path: String) throws {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try schemaVersion(db)
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
        if isEmpty, version == 0, application == 0 { return }
        guard application == format.applicationID else {
            throw DatabaseFileError(
                .foreign, path: path,
                "expected a \(format.fileName) of haidang (application id \(format.applicationID)), found a database of "
                    + "another program (application id \(application)); move it away or use another data directory")
        }
        guard version <= format.migrations.count else {
            throw DatabaseFileError(
                .newerVersion, path: path,
                "expected schema version \(format.migrations.count) or older, found \(version), which a newer haidang "
                    + "wrote; start that version, or restore a backup made before the upgrade")
        }
        guard version >= 0 else {
            throw DatabaseFileError(
                .damaged, path: path, "expected a schema version, found \(version); restore a backup")
        }
    }

    private static func migrate(_ db: Database, _ format: DatabaseFormat) throws {
        let version = try schemaVersion(db)
        for (index, migration) in format.migrations.enumerated() where index >= version {
            try db.inTransaction(.immediate) {
                try db.execute(sql: "PRAGMA application_id = \(format.applicationID)")
                try migration.apply(db)
                try db.execute(sql: "PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
    }

    /// Turns SQLite's result codes into what a person can act on.
    static func explaining<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            let reason = error.message ?? "\(error.resultCode)"
            switch error.resultCode.primaryResultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT:
                throw DatabaseFileError(
                    .damaged, path: path,
                    "expected an SQLite database, found something else or damage (\(reason)); keep a copy of the file, "
                        + "then restore a backup or move it away to start empty")
            case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_IOERR, .SQLITE_FULL:
                throw DatabaseFileError(
                    .inaccessible, path: path,
                    "cannot be opened for writing (\(reason)); check the owner, the permissions and the free space")
            default:
                throw DatabaseFileError(.inaccessible, path: path, "cannot be opened (\(reason))")
            }
        }
    }
}
