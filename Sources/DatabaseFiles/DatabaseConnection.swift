package import GRDB
import Synchronization

/// One SQLite connection on a serial queue of its own: no access blocks the cooperative pool.
///
/// GRDB's asynchronous functions are not used, for two reasons: they give up an access when the task is cancelled, and the last
/// commit happens during shutdown, when it is; and after `close` they reach for a connection that is gone.
package final class DatabaseConnection: Sendable {
    private let queue: DatabaseQueue
    private let path: String
    /// Set on the queue, by `close`; read there before the connection is touched.
    private let isClosed = Atomic<Bool>(false)

    package init(_ queue: DatabaseQueue) {
        self.queue = queue
        path = queue.path
    }

    /// Runs `body` when its turn comes and waits for it, cancelled or not.
    ///
    /// - Throws: `DatabaseFileError` (`closed`), and what `body` throws.
    package func access<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.asyncWriteWithoutTransaction { db in
                continuation.resume(
                    with: Result {
                        try self.checkOpen()
                        return try body(db)
                    })
            }
        }
    }

    /// Runs `body` in a transaction of its own. Everything it changed is durable when this returns, and undone when it throws.
    package func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await access { db in
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
            return value
        }
    }

    /// Runs `body` and blocks the calling thread for it: for start-up only.
    package func blockingAccess<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try queue.writeWithoutTransaction { db in
            try checkOpen()
            return try body(db)
        }
    }

    /// Closes the connection after the accesses that wait; later ones throw. Blocks the calling thread until then. A second call
    /// does nothing.
    package func close() throws {
        queue.inDatabase { _ in isClosed.store(true, ordering: .releasing) }
        try queue.close()
    }

    private func checkOpen() throws(DatabaseFileError) {
        guard !isClosed.load(ordering: .acquiring) else {
            throw DatabaseFileError(.closed, path: path, "is closed: the service is shutting down")
        }
    }
}
