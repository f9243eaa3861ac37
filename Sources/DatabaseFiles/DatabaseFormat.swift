package import GRDB

/// What one kind of database file is: how it is created, told apart and brought up to date.
package struct DatabaseFormat: Sendable {
    /// The file's name in the data directory.
    package var fileName: String
    /// SQLite's `application_id`, written into the file's header.
    package var applicationID: Int32
    /// Bytes; a power of two from 512 to 65536. Fixed when the file is created.
    package var pageSize: Int
    /// Every change of the schema since the first version, oldest first. The number applied is the file's schema version.
    package var migrations: [SchemaMigration]

    package init(fileName: String, applicationID: Int32, pageSize: Int, migrations: [SchemaMigration]) {
        self.fileName = fileName
        self.applicationID = applicationID
        self.pageSize = pageSize
        self.migrations = migrations
    }
}

/// One step of the schema. Once released it is never changed: files exist that it has run on.
package struct SchemaMigration: Sendable {
    /// What changes, for messages.
    package var name: String
    /// Runs inside the transaction that also raises the schema version, so an interrupted step leaves nothing behind.
    package var apply: @Sendable (Database) throws -> Void

    package init(_ name: String, _ apply: @escaping @Sendable (Database) throws -> Void) {
        self.name = name
        self.apply = apply
    }
}
