import DatabaseFiles
import ExpositionFormat
import Foundation
import GRDB
import HTTPAPI
import MonitoringModel
import StateStore
import TimeSeriesStore

/// Care of the data of one directory: the same for a service that runs and for a command that opened the files itself.
struct DatabaseCare: StoreCare {
    let store: SampleStore
    let directory: String

    /// Samples of an import step: 16 bytes each are in memory, and as many are durable at once.
    private static let importStep = 500_000
    /// Steps after which blocks are merged, so that a long import does not leave thousands of small ones.
    private static let stepsBetweenMerges = 8
    /// Samples written at once; a line of JSON has as many.
    private static let exportStep = ArchiveWriter.samplesPerLine
    private static let exportBytes = 256 << 10

    func report() async throws -> StoreReport {
        try await explaining { try await store.report() }
    }

    func verify(progress: @escaping CareProgress.Handler) async throws -> VerifyReport {
        try await explaining { try await store.verify(progress: progress) }
    }

    func compact(progress: @escaping CareProgress.Handler) async throws -> CompactReport {
        try await explaining {
            let began = ContinuousClock.now
            var report = CompactReport()
            report.blocksBefore = store.statistics.blocks
            report.bytesBefore = try await store.report().fileBytes
            try await store.compact { progress(CareProgress($0)) }
            report.blocksAfter = store.statistics.blocks
            report.bytesAfter = try await store.report().fileBytes
            report.seconds = (ContinuousClock.now - began).inSeconds
            return report
        }
    }

    // MARK: Backup

    func backUp(to target: String, progress: @escaping CareProgress.Handler) async throws -> BackupReport {
        try await explaining {
            let files = FileManager.default
            let isNew = !files.fileExists(atPath: target)
            let present = isNew ? [] : try files.contentsOfDirectory(atPath: target)
            guard present.isEmpty else {
                throw StoreCareError(
                    "\(target): expected a new or empty directory, found \(present.count) entries in it, as \(present.sorted()[0])"
                )
            }
            let partial = target + "/partial"
            try files.createDirectory(
                atPath: partial, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            do {
                return try await backUp(to: target, by: partial, progress: progress)
            } catch {
                for name in Self.fileNames {
                    for leftover in [name, name + "-journal"] {
                        try? files.removeItem(atPath: partial + "/" + leftover)
                    }
                    try? files.removeItem(atPath: target + "/" + name)
                }
                rmdir(partial)
                if isNew { rmdir(target) }
                throw error
            }
        }
    }

    static let fileNames = [SampleStore.fileName, StateDatabase.fileName]

    private func backUp(to target: String, by partial: String, progress: @escaping CareProgress.Handler) async throws
        -> BackupReport
    {
        let began = ContinuousClock.now
        var report = BackupReport(directory: target)
        // What waits for a commit is in the copy too.
        try await store.flush()
        report.newestSample = try await store.report().newestAcknowledged
        let samples = try await store.backUp(to: partial) {
            progress(CareProgress("copying \(SampleStore.fileName)", share: $0))
        }
        let state = try await StateDatabase.backUp(from: directory, to: partial) {
            progress(CareProgress("copying \(StateDatabase.fileName)", share: $0))
        }
        report.files = zip(Self.fileNames, [samples, state]).map { BackupReport.File(name: $0, bytes: $1) }
        report.findings = try await Self.findings(in: partial, progress: progress)
        for name in Self.fileNames { try DatabaseFile.rename(partial + "/" + name, to: target + "/" + name) }
        rmdir(partial)
        try DatabaseFile.synchronize(target)
        try DatabaseFile.synchronize((target as NSString).deletingLastPathComponent)
        report.seconds = (ContinuousClock.now - began).inSeconds
        return report
    }

    /// What is damaged in the files of a directory that no service has open; they are only read.
    static func findings(in directory: String, progress: @escaping CareProgress.Handler) async throws -> [StoreFinding]
    {
        let samples = try await SampleStore.verifyFile(in: directory) { step in
            progress(CareProgress("verifying: \(step.step)", share: step.share))
        }
        let state = try await StateDatabase.structuralProblems(in: directory)
        return samples.findings + state.map { StoreFinding(table: StateDatabase.fileName, row: 0, reason: $0) }
    }

    // MARK: Export and import

    func export(
        _ selection: ArchiveSelection, progress: CareProgress.Handler, to write: ([UInt8]) async throws -> Void
    ) async throws -> ExportReport {
        try await explaining {
            var report = ExportReport()
            var writer = ArchiveWriter(selection.format, metadata: store.metadata())
            let families = writer
            var total = 1
            report.damagedRows = try await store.forEachSeries(
                ofAny: selection.selectors, from: selection.from, through: selection.through,
                groupedBy: selection.format == .openMetrics ? { families.family(of: $0) } : nil,
                begin: { names, count in
                    writer.begin(names: names)
                    total = max(count, 1)
                },
                { series in
                    var rest = series.samples[...]
                    while !rest.isEmpty {
                        writer.append(series.labels, rest.prefix(Self.exportStep))
                        rest = rest.dropFirst(Self.exportStep)
                        if writer.byteCount >= Self.exportBytes { try await write(writer.takeBytes()) }
                    }
                    report.series += 1
                    report.samples += series.samples.count
                    progress(CareProgress("exporting", share: Double(report.series) / Double(total)))
                })
            writer.end()
            try await write(writer.takeBytes())
            return report
        }
    }

    func load(
        _ format: ArchiveFormat, progress: CareProgress.Handler, from next: () async throws -> [UInt8]?
    ) async throws -> ImportReport {
        try await explaining {
            let began = ContinuousClock.now
            var report = ImportReport()
            var reader = ArchiveReader(format)
            var steps = 0
            do {
                while let piece = try await next() {
                    try Task.checkCancellation()
                    try reader.read(piece)
                    guard reader.sampleCount >= Self.importStep else { continue }
                    try await take(&reader, &report)
                    progress(CareProgress("importing: \(report.read) samples"))
                    steps += 1
                    if steps % Self.stepsBetweenMerges == 0 { await store.maintain() }
                }
                try reader.finish()
            } catch let error as ExpositionError {
                report.failure = error.description
            }
            try await take(&reader, &report)
            try await store.flush()
            await store.maintain()
            report.seconds = (ContinuousClock.now - began).inSeconds
            return report
        }
    }

    private func take(_ reader: inout ArchiveReader, _ report: inout ImportReport) async throws {
        store.describeUnknown(reader.takeDescriptions())
        report.read += reader.sampleCount
        let counts = try await store.importSamples(reader.takeSamples())
        report.taken += counts.taken
        report.duplicates += counts.duplicates
        report.inFuture += counts.inFuture
        report.expired += counts.expired
        report.refusedSeries += counts.refusedSeries
        report.seriesCreated += counts.seriesCreated
        if let span = counts.span {
            report.span?.extend(to: span)
            report.span = report.span ?? span
        }
    }

    /// Turns what can go wrong with files into words for people.
    private func explaining<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseFileError {
            throw StoreCareError("\(error)")
        } catch let error as DatabaseError {
            // Without the statement: it says nothing to who asked.
            throw StoreCareError("\(directory): \(error.message ?? "SQLite failed") (\(error.resultCode))")
        } catch let error as CocoaError {
            throw StoreCareError("\(error.filePath ?? directory): \(error.localizedDescription)")
        }
    }
}
