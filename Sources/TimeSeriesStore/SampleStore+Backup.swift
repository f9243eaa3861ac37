import DatabaseFiles
import GRDB
package import MonitoringModel
import Synchronization

/// Copies of `metrics.db`.
extension SampleStore {
    package static let fileName = MetricsSchema.format.fileName

    /// Copies the file as it is at one moment, everything acknowledged before the call included, while samples are appended and
    /// committed. Neither the writer nor readers wait.
    ///
    /// - Parameters:
    ///   - target: an existing directory without a file of this name.
    ///   - progress: gets the share copied; what it throws ends the copying.
    /// - Returns: bytes of the copy.
    package func backUp(
        to target: String, progress: @escaping @Sendable (Double) throws -> Void = { _ in }
    ) async throws -> Int {
        let cancellation = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await DatabaseFile.copy(MetricsSchema.format, from: directory, to: target) { share in
                if cancellation.isSet.load(ordering: .relaxed) { throw CancellationError() }
                try progress(share)
            }
        } onCancel: {
            cancellation.isSet.store(true, ordering: .relaxed)
        }
    }

    /// What a directory's file holds and how it stands, which is only read; no service need run on it.
    ///
    /// - Throws: `DatabaseFileError`: there is none, or it is foreign, or of a newer version; `CancellationError`.
    package static func verifyFile(
        in directory: String, progress: @escaping @Sendable (CareProgress) -> Void = { _ in }
    ) async throws -> VerifyReport {
        let reader = try DatabaseFile.openReader(MetricsSchema.format, in: directory)
        return try await verify(reader, directory: directory, progress: progress).report
    }
}
