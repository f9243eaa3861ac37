import DatabaseFiles

/// What the service has to remember beside samples, in `state.db`: alerts, notifications, forecasts, tokens, audit.
///
/// Every change is durable when its call returns: a transaction of its own with `synchronous=FULL`. All calls take turns on one
/// connection with a serial queue of its own, so none blocks the cooperative pool. A call takes effect even when its task is
/// cancelled: what happens during shutdown is remembered too.
///
/// Whoever opens it holds the data directory's `DataDirectoryLock`.
package final class StateDatabase: Sendable {
    let database: DatabaseConnection

    /// Opens the file of a directory that exists, or creates it. Blocks for a few file accesses.
    ///
    /// - Throws: `DatabaseFileError`: the file is newer, foreign, damaged or cannot be opened.
    package init(directory: String) throws {
        database = try DatabaseFile.openWriter(StateSchema.format, in: directory)
    }

    /// Closes the file after the calls that wait; every later call throws. Blocks for a few file accesses.
    package func close() throws {
        try database.close()
    }
}
