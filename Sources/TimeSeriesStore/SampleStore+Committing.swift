import DatabaseFiles
import GRDB
import Glibc
import MonitoringModel
import Synchronization

extension SampleStore {
    /// Makes everything that waits durable, in one transaction. Runs on the writer's queue.
    func commit(_ db: Database) throws {
        let work = head.withLock { $0.beginCommit() }
        guard !work.isEmpty else { return }
        let began = ContinuousClock.now
        let now = clock.now
        let rows = BatchRow.rows(of: work.batches)
        var sequence: Int64?
        do {
            try db.inTransaction(.immediate) {
                try MetricsFile.insert(work.newSeries, into: db)
                sequence = try BatchTable.write(rows, to: db)
                try MetricsFile.upsertNewest(work.newest, into: db)
                try MetricsFile.upsert(work.metadata, into: db)
                try MetricsFile.insert(work.damage, at: now, into: db)
                return .commit
            }
        } catch {
            head.withLock { $0.abandon(work, reason: "\(error)") }
            throw error
        }
        let duration = ContinuousClock.now - began
        let size = fileSize()
        let times = rows.isEmpty ? nil : (rows.map(\.firstTime).min() ?? 0, rows.map(\.lastTime).max() ?? 0)
        head.withLock { head in
            head.complete(work)
            head.statistics.commits += 1
            head.statistics.lastCommitDuration = duration
            head.statistics.lastCommitAt = now
            head.statistics.databaseBytes = size
            if let times {
                let newest = Timestamp(milliseconds: times.1)
                head.statistics.lastAcknowledged = max(head.statistics.lastAcknowledged ?? newest, newest)
            }
        }
        options.onCommit?(
            CommitSummary(
                sequence: sequence ?? 0, sampleCount: work.sampleCount,
                firstTime: Timestamp(milliseconds: times?.0 ?? 0), lastTime: Timestamp(milliseconds: times?.1 ?? 0),
                seriesCreated: work.newSeries.count, duration: duration))
    }

    /// Moves the head on with time and deletes what is older than the retention. Called by `run`; tests and tools call it
    /// themselves. Failures are shown in `statistics` and tried again at the next call.
    package func maintain() async {
        let bound = (clock.now - options.headWindow).milliseconds
        let cutoff = (clock.now - options.retention).milliseconds
        do {
            try await writer.access { try self.moveHead(to: bound, in: $0) }
            // Small steps, each a transaction of its own, so that commits come in between.
            while try await writer.access({ try self.deleteBatches(before: cutoff, in: $0) }) {}
            try await writer.access { try self.giveBackPages(in: $0) }
            head.withLock { $0.statistics.lastMaintenanceError = nil }
        } catch {
            let reason = "\(error)"
            head.withLock { $0.statistics.lastMaintenanceError = reason }
        }
        // Memory is given back also while the disk is full.
        head.withLock { $0.evict(before: bound) }
        refreshFileSize()
    }

    /// Bounds the database file, in pages of 8 KB: commits that need more fail as on a full disk.
    package func limitFile(toPages pages: Int) async throws {
        try await writer.access { db in
            // The pragma takes no bound parameter; `pages` is a number.
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    private func moveHead(to bound: Int64, in db: Database) throws {
        let newest = head.withLock { $0.unrecordedNewest(before: bound) }
        try db.inTransaction(.immediate) {
            try MetricsFile.upsertNewest(newest, into: db)
            try MetricsFile.setHeadStart(bound, in: db)
            return .commit
        }
        head.withLock { $0.move(start: bound, recorded: newest) }
    }

    /// Deletes some batches whose samples are all older than `cutoff`; false when there were none.
    private func deleteBatches(before cutoff: Int64, in db: Database) throws -> Bool {
        try db.execute(
            sql: """
                DELETE FROM batches WHERE id IN (
                    SELECT id FROM batches WHERE first_time < ?1 AND last_time < ?1 ORDER BY first_time LIMIT 500)
                """, arguments: [cutoff])
        return db.changesCount > 0
    }

    /// Shortens the file by at most 2,000 free pages (16 MB).
    private func giveBackPages(in db: Database) throws {
        try db.execute(sql: "PRAGMA incremental_vacuum(2000)")
    }

    func refreshFileSize() {
        let size = fileSize()
        head.withLock { $0.statistics.databaseBytes = size }
    }

    /// Looks at the files without opening them: closing any descriptor of a database gives up this process's locks on it.
    private func fileSize() -> Int {
        var total = 0
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            if stat("\(directory)/\(MetricsSchema.format.fileName)\(suffix)", &status) == 0 {
                total += Int(status.st_size)
            }
        }
        return total
    }
}
