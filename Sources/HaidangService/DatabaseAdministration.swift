import DatabaseFiles
package import ExpositionFormat
import Foundation
package import HTTPAPI
package import MonitoringModel
import StateStore
import TimeSeriesStore

/// Takes care of a data directory: through the control socket while a service holds it, else in its files under the same lock.
package struct DatabaseAdministration: Sendable {
    private let directory: String

    package init(dataDirectory: String) {
        directory = dataDirectory
    }

    package func report() async throws -> StoreReport {
        try await perform { socket in
            let client = ControlClient(socket: socket)
            defer { client.close() }
            return try await client.send("GET", "/api/v1/db/info")
        } offline: { care in
            try await care.report()
        }
    }

    package func verify(progress: @escaping CareProgress.Handler) async throws -> VerifyReport {
        try await perform { socket in
            try await ControlStream(socket: socket).work("/api/v1/db/verify", progress: progress)
        } offline: { care in
            try await care.verify(progress: progress)
        }
    }

    /// - Parameter target: absolute.
    package func backUp(to target: String, progress: @escaping CareProgress.Handler) async throws -> BackupReport {
        try await perform { socket in
            try await ControlStream(socket: socket).work(
                "/api/v1/db/backup", form: [("directory", target)], progress: progress)
        } offline: { care in
            try await care.backUp(to: target, progress: progress)
        }
    }

    package func compact(progress: @escaping CareProgress.Handler) async throws -> CompactReport {
        try await perform { socket in
            try await ControlStream(socket: socket).work("/api/v1/db/compact", progress: progress)
        } offline: { care in
            try await care.compact(progress: progress)
        }
    }

    /// - Parameter selectors: PromQL series selectors, checked before.
    package func export(
        _ selection: ArchiveSelection, selectors: [String], progress: @escaping CareProgress.Handler,
        to write: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> ExportReport {
        try await perform { socket in
            var query = [("format", selection.format.rawValue)] + selectors.map { ("match[]", $0) }
            if selection.from.milliseconds > .min { query.append(("start", selection.from.utcText)) }
            if selection.through.milliseconds < .max { query.append(("end", selection.through.utcText)) }
            return try await ControlStream(socket: socket).export(query, to: write)
        } offline: { care in
            try await care.export(selection, progress: progress, to: write)
        }
    }

    /// Also fills a directory that has no data yet.
    ///
    /// - Parameter next: gives the next piece of the file, nil at its end.
    package func load(
        _ format: ArchiveFormat, progress: @escaping CareProgress.Handler,
        from next: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws -> ImportReport {
        try await perform(creatingFiles: true) { socket in
            try await ControlStream(socket: socket).work(
                "/api/v1/db/import?format=\(format.rawValue)", body: next, progress: progress)
        } offline: { care in
            try await care.load(format, progress: progress, from: next)
        }
    }

    // MARK: Restore

    /// Puts a backup's files in place of the directory's own, verified before and after.
    ///
    /// - Parameters:
    ///   - replaces: whether present files may be moved aside, into a directory `replaced-TIME` beside them. Nothing is deleted.
    ///   - acceptsDamage: whether a backup may be taken of which something is damaged.
    /// - Returns: what was copied; findings are of the files in place.
    /// - Throws: `StoreCareError`: a service holds the directory, the backup is damaged, files are in the way, …
    package func restore(
        from backup: String, replaces: Bool, acceptsDamage: Bool, progress: @escaping CareProgress.Handler
    ) async throws -> (report: BackupReport, replaced: String?) {
        let began = ContinuousClock.now
        let files = FileManager.default
        for name in DatabaseCare.fileNames where !files.fileExists(atPath: backup + "/" + name) {
            throw StoreCareError("\(backup): expected a backup with \(name), found none")
        }
        let lock: DataDirectoryLock
        do {
            lock = try DataDirectoryLock(directory: directory)
        } catch {
            throw StoreCareError("\(error)")
        }
        let present = try files.contentsOfDirectory(atPath: directory).filter(Self.isDatabaseFile).sorted()
        guard present.isEmpty || replaces else {
            throw StoreCareError(
                "\(directory): expected no data in it, found \(present.joined(separator: ", ")); --replace moves what is there "
                    + "into a directory beside it")
        }
        let findings = try await explaining { try await DatabaseCare.findings(in: backup, progress: progress) }
        guard findings.isEmpty || acceptsDamage else {
            throw StoreCareError(
                "\(backup): expected a sound backup, found \(findings.count) damaged: \(findings[0].table) \(findings[0].row): "
                    + findings[0].reason + "; --damaged takes what is whole of it")
        }
        var report = BackupReport(directory: directory)
        // Copied first, so that what is there is in the way for two renames only.
        let copies = DatabaseCare.fileNames.map { (name: $0, partial: directory + "/restoring-" + $0) }
        do {
            for (name, partial) in copies {
                try? files.removeItem(atPath: partial)
                try DatabaseFile.copyClosedFile(backup + "/" + name, to: partial) {
                    progress(CareProgress("copying \(name)", share: $0))
                }
                report.files.append(BackupReport.File(name: name, bytes: try DatabaseFile.byteCount(of: partial)))
            }
        } catch {
            for (_, partial) in copies { try? files.removeItem(atPath: partial) }
            throw StoreCareError("\(error)")
        }
        let replaced = try moveAside(present)
        for (name, partial) in copies { try DatabaseFile.rename(partial, to: directory + "/" + name) }
        try DatabaseFile.synchronize(directory)
        report.findings = try await openAndVerify(lock, progress, newest: &report.newestSample)
        report.seconds = (ContinuousClock.now - began).inSeconds
        return (report, replaced)
    }

    /// `metrics.db`, `state.db`, and what SQLite keeps beside them.
    private static func isDatabaseFile(_ name: String) -> Bool {
        DatabaseCare.fileNames.contains { file in
            ["", "-wal", "-shm", "-journal"].contains { name == file + $0 }
        }
    }

    private func moveAside(_ present: [String]) throws -> String? {
        guard !present.isEmpty else { return nil }
        let time = SystemClock().now.utcText.filter { $0.isNumber || $0 == "T" }.prefix(15)
        let target = "\(directory)/replaced-\(time)"
        try FileManager.default.createDirectory(
            atPath: target, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        for name in present { try DatabaseFile.rename(directory + "/" + name, to: target + "/" + name) }
        try DatabaseFile.synchronize(target)
        return target
    }

    private func openAndVerify(
        _ lock: DataDirectoryLock, _ progress: @escaping CareProgress.Handler, newest: inout UTCTime?
    ) async throws -> [StoreFinding] {
        let (findings, last) = try await offline(lock) { care in
            let findings = try await care.verify(progress: progress).findings
            return (findings, try await care.report().newestAcknowledged)
        }
        newest = last
        return findings
    }

    // MARK: The two ways

    func perform<Value: Sendable>(
        creatingFiles: Bool = false, online: (String) async throws -> Value,
        offline: (DatabaseCare) async throws -> Value
    ) async throws -> Value {
        switch try DirectoryHolder(of: directory) {
        case .service(let socket):
            return try await online(socket)
        case .caller(let lock):
            guard creatingFiles || FileManager.default.fileExists(atPath: directory + "/" + SampleStore.fileName) else {
                throw StoreCareError("data directory \(directory): expected \(SampleStore.fileName) in it, found none")
            }
            return try await self.offline(lock, offline)
        }
    }

    /// Longer than anything is kept: two centuries.
    private static let forever = Duration.seconds(200 * 366 * 86_400)

    /// Opens both files, which brings them up to date when an older version wrote them.
    private func offline<Value: Sendable>(
        _ lock: DataDirectoryLock, _ body: (DatabaseCare) async throws -> Value
    ) async throws -> Value {
        let state = try StateDatabase(directory: lock.directory)
        var options = SampleStore.Options()
        // How long samples are kept is the service's to say: whoever only looks after them takes none away.
        options.rawRetention = Self.forever
        options.fiveMinuteRetention = Self.forever
        options.hourRetention = Self.forever
        let store = try SampleStore(directory: lock.directory, options: options, clock: SystemClock(), lock: lock)
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await body(DatabaseCare(store: store, directory: lock.directory)))
        } catch {
            outcome = .failure(error)
        }
        try await store.close()
        try state.close()
        withExtendedLifetime(lock) {}
        return try outcome.get()
    }

    private func explaining<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseFileError {
            throw StoreCareError("\(error)")
        }
    }
}
