import ChunkEncoding
import DatabaseFiles
import GRDB
package import MonitoringModel
import Synchronization

extension SampleStore {
    /// Reads everything that the file holds, as it was at one moment: its structure and every BLOB, decoded. What is damaged
    /// is named with the series and times it held, and quarantined: left out of every answer from now on, and never deleted.
    ///
    /// A connection of its own holds the snapshot, so neither the writer nor readers wait.
    ///
    /// - Throws: `CancellationError`.
    package func verify(progress: @escaping @Sendable (CareProgress) -> Void = { _ in }) async throws -> VerifyReport {
        // What waits for a commit belongs to what is looked at.
        try await flush()
        let reader = try DatabaseFile.openReader(MetricsSchema.format, in: directory)
        let (report, damage) = try await Self.verify(reader, directory: directory, progress: progress)
        if !damage.isEmpty {
            head.withLock { head in damage.forEach { head.note($0) } }
            try await flush()
        }
        return report
    }

    /// Verifies with a connection and closes it.
    static func verify(
        _ reader: DatabaseConnection, directory: String, progress: @escaping @Sendable (CareProgress) -> Void
    ) async throws -> (report: VerifyReport, damage: [DamageRecord]) {
        let cancellation = CancellationFlag()
        let began = ContinuousClock.now
        let outcome: Result<(report: VerifyReport, damage: [DamageRecord]), any Error>
        do {
            outcome = .success(
                try await withTaskCancellationHandler {
                    try await reader.access { db in
                        var found: (report: VerifyReport, damage: [DamageRecord])?
                        try db.inTransaction(.deferred) {
                            var verifier = try FileVerifier(
                                db, path: directory + "/" + fileName, cancellation: cancellation, progress: progress)
                            found = try verifier.run()
                            return .commit
                        }
                        return found ?? (VerifyReport(), [])
                    }
                } onCancel: {
                    cancellation.isSet.store(true, ordering: .relaxed)
                })
        } catch {
            outcome = .failure(error)
        }
        try reader.close()
        var found = try outcome.get()
        found.report.seconds = (ContinuousClock.now - began).inSeconds
        return found
    }

    /// What the store holds and how its file stands.
    package func report() async throws -> StoreReport {
        let (statistics, blocks, unrecorded) = head.withLock { head in
            (head.statistics, head.shards.flatMap(\.blocks), head.unrecordedDamage)
        }
        var report = StoreReport()
        report.series = statistics.series
        report.indexBytes = statistics.indexBytes
        report.newestAcknowledged = statistics.lastAcknowledged.map(UTCTime.init)
        report.blocks = Self.summaries(of: blocks)
        // The sizes of BLOBs are told without reading them.
        let turn = readers[0]
        let rest = report
        var complete = try await turn.access { db in
            var report = rest
            try db.inTransaction(.deferred) {
                report.schemaVersion = try DatabaseFile.schemaVersion(db)
                report.freeBytes =
                    (try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0) * MetricsSchema.format.pageSize
                let sql = """
                    SELECT count(*), sum(sample_count), sum(length(data)), min(first_time), max(last_time) FROM batches
                    """
                if let row = try Row.fetchOne(db, sql: sql), let count = row[0] as Int?, count > 0 {
                    report.batches.count = count
                    report.batches.samples = row[1] as Int? ?? 0
                    report.batches.bytes = row[2] as Int? ?? 0
                    report.batches.span = TimeSpan(row[3] as Int64? ?? 0, row[4] as Int64? ?? 0)
                }
                let recorded = try DamageRecord.recorded(in: db)
                let locator = DamageLocator(db)
                for record in recorded.keys.sorted(by: { ($0.table.rawValue, $0.row) < ($1.table.rawValue, $1.row) }) {
                    var finding = try locator.locate(record)
                    finding.foundAt = recorded[record].map(UTCTime.init)
                    report.damage.append(finding)
                }
                for record in unrecorded where recorded[record] == nil {
                    report.damage.append(try locator.locate(record))
                }
                return .commit
            }
            return report
        }
        complete.fileBytes = fileSize()
        if complete.newestAcknowledged == nil {
            let newest =
                complete.blocks.filter { $0.resolution == 0 }.map(\.span) + [complete.batches.span].compactMap { $0 }
            complete.newestAcknowledged = newest.map(\.last).max { $0.timestamp < $1.timestamp }
        }
        return complete
    }

    private static func summaries(of blocks: [BlockHeader]) -> [StoreReport.Blocks] {
        var summaries: [[Int]: StoreReport.Blocks] = [:]
        for header in blocks {
            let span = TimeSpan(header.firstTime, header.lastTime)
            let key = [Int(header.resolution), Int(header.level)]
            var summary = summaries[key] ?? StoreReport.Blocks(level: key[1], resolution: key[0], span: span)
            summary.count += 1
            summary.samples += header.sampleCount
            summary.bytes += header.byteCount
            summary.span.extend(to: span)
            summaries[key] = summary
        }
        return summaries.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }
}
