/// Why a database file or a data directory cannot be used. Nothing was changed in it.
package struct DatabaseFileError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Another process holds the data directory.
        case directoryInUse
        /// The file was written by a newer version of this program.
        case newerVersion
        /// The file is a database of another program.
        case foreign
        /// The file is not a database, or its structure is damaged.
        case damaged
        /// The file or directory cannot be opened, read or written.
        case inaccessible
        /// The file was closed by `close`.
        case closed
    }

    package var code: Code
    /// The file or directory.
    package var path: String
    /// What was expected, what was found, and what to do.
    package var message: String

    package init(_ code: Code, path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    package var description: String { "\(path): \(message)" }
}
