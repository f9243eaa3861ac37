package import ExpositionFormat
package import MonitoringModel

/// Care of the data: what `haidang db …` asks of the store. Implemented by the composition root.
///
/// All of it goes on beside polling and queries. Cancelling the task ends the work; what was durable by then stays.
package protocol StoreCare: Sendable {
    func report() async throws -> StoreReport

    /// Reads everything, names what is damaged and quarantines it.
    func verify(progress: @escaping CareProgress.Handler) async throws -> VerifyReport

    /// Copies `metrics.db` and `state.db` as they are at one moment, and verifies the copies.
    ///
    /// - Parameter directory: absolute; new or empty.
    /// - Throws: `StoreCareError`; then nothing is left in the directory.
    func backUp(to directory: String, progress: @escaping CareProgress.Handler) async throws -> BackupReport

    /// Writes selected series as they are at one moment, piece by piece.
    func export(
        _ selection: ArchiveSelection, progress: CareProgress.Handler, to write: (_ piece: [UInt8]) async throws -> Void
    ) async throws -> ExportReport

    /// Takes in an archive piece by piece. A bad line is told in the report: what stands before it was taken in.
    ///
    /// - Parameters:
    ///   - format: not CSV.
    ///   - next: gives the next piece of the file, nil at its end.
    func load(
        _ format: ArchiveFormat, progress: CareProgress.Handler, from next: () async throws -> [UInt8]?
    ) async throws -> ImportReport

    func compact(progress: @escaping CareProgress.Handler) async throws -> CompactReport
}

/// What an export holds.
package struct ArchiveSelection: Sendable {
    package var format: ArchiveFormat
    /// A series is in it when it satisfies every matcher of one of them; empty: all series are.
    package var selectors: [[LabelMatcher]]
    /// Both inclusive.
    package var from: Timestamp
    package var through: Timestamp

    package init(
        format: ArchiveFormat, selectors: [[LabelMatcher]] = [], from: Timestamp = Timestamp(milliseconds: .min),
        through: Timestamp = Timestamp(milliseconds: .max)
    ) {
        self.format = format
        self.selectors = selectors
        self.from = from
        self.through = through
    }
}

/// Why work on the store could not be done. Made for showing.
package struct StoreCareError: Error, Sendable, CustomStringConvertible {
    /// What was expected, what was found, and where.
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A line of the reply to long work: progress, then the result or why there is none.
package struct CareLine<Result: Codable & Sendable>: Codable, Sendable {
    package var progress: CareProgress?
    package var result: Result?
    package var error: String?

    package init(progress: CareProgress) { self.progress = progress }
    package init(result: Result) { self.result = result }
    package init(error: String) { self.error = error }
}

/// The header field behind an export's last byte that tells what was exported: an `ExportReport` as JSON.
package let exportReportField = "Haidang-Export-Report"
