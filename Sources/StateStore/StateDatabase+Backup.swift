import DatabaseFiles
import GRDB

/// Copies of `state.db`.
extension StateDatabase {
    package static let fileName = StateSchema.format.fileName

    /// Copies the file of a data directory as it is at one moment, while its writer goes on.
    ///
    /// - Parameters:
    ///   - target: an existing directory without a file of this name.
    ///   - progress: gets the share copied; what it throws ends the copying.
    /// - Returns: bytes of the copy.
    package static func backUp(
        from directory: String, to target: String, progress: @escaping @Sendable (Double) throws -> Void
    ) async throws -> Int {
        try await DatabaseFile.copy(StateSchema.format, from: directory, to: target, progress: progress)
    }

    /// What is wrong with the structure of a directory's file, which is only read.
    ///
    /// - Throws: `DatabaseFileError`: there is none, or it is foreign, or of a newer version.
    package static func structuralProblems(in directory: String) async throws -> [String] {
        let reader = try DatabaseFile.openReader(StateSchema.format, in: directory)
        let outcome: Result<[String], any Error>
        do {
            outcome = .success(
                try await reader.access {
                    try DatabaseFile.structuralProblems($0, StateSchema.format, path: directory + "/" + fileName)
                })
        } catch {
            outcome = .failure(error)
        }
        try reader.close()
        return try outcome.get()
    }
}
