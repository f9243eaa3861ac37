import GRDB
import GRDBSQLite

/// A prepared statement used through SQLite's own functions: half the CPU of GRDB's argument binding on the hot path.
///
/// Confined to the database access that made it.
struct RawStatement {
    private let db: Database
    private let handle: OpaquePointer

    /// The statement is prepared once per connection and reused.
    init(_ db: Database, _ sql: String) throws {
        self.db = db
        handle = try db.cachedStatement(sql: sql).sqliteStatement
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func bind(_ value: Int64, at position: Int32) throws {
        try check(sqlite3_bind_int64(handle, position, value))
    }

    func bind(_ value: String, at position: Int32) throws {
        // A nil destructor would mean that the text outlives the call; -1 asks SQLite to copy it.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        try check(sqlite3_bind_text(handle, position, value, -1, copied))
    }

    /// Binds `bytes` without a copy and steps to the end.
    func run(blob bytes: [UInt8], at position: Int32) throws {
        try bytes.withUnsafeBytes { buffer in
            try check(sqlite3_bind_blob(handle, position, buffer.baseAddress, Int32(buffer.count), nil))
            try run()
        }
    }

    /// Steps a statement without rows to its end.
    func run() throws {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw error(code) }
    }

    /// Steps through all rows.
    func forEachRow(_ body: (RawStatement) throws -> Void) throws {
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw error(code) }
            try body(self)
        }
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// Lends the bytes of a column. They are gone when `body` returns.
    func withBlob<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let count = Int(sqlite3_column_bytes(handle, column))
        return try body(UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, column), count: count))
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// Without the arguments: they are not for messages.
    private func error(_ code: Int32) -> DatabaseError {
        let message = db.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
