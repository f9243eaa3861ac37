package import GRDB
import Glibc

/// Copies of database files, made while they are in use, and looks at copies.
extension DatabaseFile {
    /// Pages copied in one step, between which progress is told and a cancellation is seen.
    private static let pagesPerStep: Int32 = 128

    /// Copies a file as it is at one moment, through SQLite's online backup, while its writer goes on: a read-only connection
    /// holds one snapshot, so that nothing is waited for and the copy never starts over.
    ///
    /// The copy has mode 0600, is on the disk when this returns, and has no write-ahead log, so it is one file that can be
    /// opened on a read-only file system too.
    ///
    /// - Parameters:
    ///   - target: an existing directory without a file of this name.
    ///   - progress: gets the share copied, 0 to 1; what it throws ends the copying.
    /// - Returns: bytes of the copy.
    package static func copy(
        _ format: DatabaseFormat, from directory: String, to target: String,
        progress: @escaping @Sendable (Double) throws -> Void
    ) async throws -> Int {
        let source = try openReader(format, in: directory, holdsSnapshot: true)
        let path = target + "/" + format.fileName
        let outcome: Result<Void, any Error>
        do {
            try await source.access { db in
                try db.inTransaction(.deferred) {
                    // The snapshot begins with the first look.
                    _ = try schemaVersion(db)
                    _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
                    try copy(db, to: path, progress: progress)
                    return .commit
                }
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try source.close()
        try outcome.get()
        try synchronize(path)
        try synchronize(target)
        return try byteCount(of: path)
    }

    private static func copy(
        _ db: Database, to path: String, progress: @escaping (Double) throws -> Void
    ) throws {
        createPrivately(path)
        try explaining(path) {
            let copy = try DatabaseQueue(path: path)
            try copy.writeWithoutTransaction { copy in
                try db.backup(to: copy, pagesPerStep: pagesPerStep) { step in
                    let done = step.totalPageCount - step.remainingPageCount
                    try progress(Double(done) / Double(max(step.totalPageCount, 1)))
                }
                // The copied header asks for a write-ahead log.
                try copy.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try copy.close()
        }
    }

    /// What is wrong with the structure of a file: the findings of SQLite's integrity check, at most 100.
    ///
    /// - Throws: `DatabaseFileError`: the file is foreign, or of a newer version.
    package static func structuralProblems(_ db: Database, _ format: DatabaseFormat, path: String) throws -> [String] {
        try checkIdentity(db, format, path: path)
        let lines: [String]
        do {
            lines = try String.fetchAll(db, sql: "PRAGMA integrity_check(100)")
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_CORRUPT {
            return [error.message ?? "the file is malformed"]
        }
        return lines == ["ok"] ? [] : lines.flatMap { $0.split(separator: "\n").map(String.init) }
    }

    /// Copies a file that no connection has open, with mode 0600, and forces it to the disk.
    ///
    /// - Parameter progress: gets the share copied, 0 to 1; what it throws ends the copying.
    package static func copyClosedFile(
        _ source: String, to target: String, progress: (Double) throws -> Void
    ) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw inaccessible(source, "cannot be read") }
        defer { close(input) }
        let total = try byteCount(of: source)
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw inaccessible(target, "cannot be created") }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var done = 0
        while true {
            let count = read(input, &buffer, buffer.count)
            guard count >= 0 else { throw inaccessible(source, "cannot be read") }
            if count == 0 { break }
            var written = 0
            while written < count {
                let step = buffer.withUnsafeBytes { write(output, $0.baseAddress! + written, count - written) }
                guard step > 0 else { throw inaccessible(target, "cannot be written") }
                written += step
            }
            done += count
            try progress(Double(done) / Double(max(total, 1)))
        }
        guard fsync(output) == 0 else { throw inaccessible(target, "cannot be forced to the disk") }
    }

    /// Forces a file, or the names in a directory, to the disk.
    package static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw inaccessible(path, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw inaccessible(path, "cannot be forced to the disk") }
    }

    /// Gives a file another name; both are on one file system.
    package static func rename(_ path: String, to other: String) throws {
        guard Glibc.rename(path, other) == 0 else { throw inaccessible(path, "cannot be renamed to \(other)") }
    }

    package static func byteCount(of path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw inaccessible(path, "cannot be looked at") }
        return Int(status.st_size)
    }

    private static func inaccessible(_ path: String, _ what: String) -> DatabaseFileError {
        DatabaseFileError(.inaccessible, path: path, "\(what): \(String(cString: strerror(errno)))")
    }
}
