import GRDB
import GRDBSQLite

/// A prepared statement used through SQLite's own functions: half the CPU of GRDB's argument binding on the hot path.
///
/// Confined to the database access that made it.
struct RawStatement {
    private let db: Database
    private let statement: Statement
    private let handle: OpaquePointer

    /// The statement is prepared once per connection and reused: only one user of its text at a time.
    init(_ db: Database, _ sql: String) throws {
        try self.init(db, db.cachedStatement(sql: sql))
    }

    /// A statement of its own, for texts that several users step through at the same time.
    init(_ db: Database, unshared sql: String) throws {
        try self.init(db, db.makeStatement(sql: sql))
    }

    private init(_ db: Database, _ statement: Statement) throws {
        self.db = db
        self.statement = statement
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func bind(_ value: Int64, at position: Int32) throws {
        try check(sqlite3_bind_int64(handle, position, value))
    }

    /// Binds `bytes` with a copy.
    func bind(_ bytes: [UInt8], at position: Int32) throws {
        // A nil destructor would mean that the bytes outlive the call; -1 asks SQLite to copy them.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        try bytes.withUnsafeBytes { buffer in
            try check(sqlite3_bind_blob(handle, position, buffer.baseAddress, Int32(buffer.count), copied))
        }
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

    /// Steps to the next row; false at the end, where the statement is reset.
    func step() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw error(code) }
        return false
    }

    func reset() { sqlite3_reset(handle) }

    /// The bytes of a column, lent until the next step or reset.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let count = Int(sqlite3_column_bytes(handle, column))
        return UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, column), count: count)
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
        try body(blob(column))
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
