import ChunkEncoding
import DatabaseFiles
import GRDB
import Glibc
import MonitoringModel
import Synchronization

extension SampleStore {
    /// Makes everything that waits durable, in one transaction; in several when much waits, after a disk was full. Runs on the
    /// writer's queue.
    func commit(_ db: Database) throws {
        repeat { try commitPart(db) } while head.withLock { !$0.waiting.isEmpty }
    }

    private func commitPart(_ db: Database) throws {
        let work = head.withLock { $0.beginCommit(atMost: options.transactionLimit) }
        guard !work.isEmpty else { return }
        let began = ContinuousClock.now
        let now = clock.now
        do {
            try db.inTransaction(.immediate) {
                try Self.write(work, at: now, to: db)
                return .commit
            }
        } catch {
            head.withLock { $0.abandon(work, reason: "\(error)") }
            throw error
        }
        head.withLock { $0.complete(work) }
        committed(work, began: began, at: now)
    }

    /// Seals what a shard has in memory into a block, together with what waits for a commit. Runs on the writer's queue.
    func seal(_ shard: Shard.Number, _ db: Database) throws {
        // A seal takes along all that waits.
        if head.withLock({ $0.waitingBytes }) > options.transactionLimit { try commit(db) }
        let began = ContinuousClock.now
        let now = clock.now
        let work = head.withLock { $0.beginSeal(shard) }
        var header: BlockHeader?
        do {
            let draft = try work.draft(without: storedTimes(of: work.late, in: db))
            try db.inTransaction(.immediate) {
                try Self.write(work.commit, at: now, to: db)
                var state = head.withLock { $0.shardState(of: shard, sealedBatch: work.commit.lastNumber) }
                state.newest = work.newest
                if let draft {
                    let sealed = draft.header(number: try BlockTable.nextNumber(in: db), shard: shard, level: 1)
                    try BlockTable.insert(sealed, draft.directory, stream: draft.stream.bytes, into: db)
                    state.blocks.append(sealed.number)
                    header = sealed
                }
                try BlockTable.write(state, of: shard, to: db)
                return .commit
            }
        } catch {
            head.withLock { $0.abandon(work.commit, reason: "\(error)") }
            throw error
        }
        head.withLock {
            $0.complete(work, block: header, now: now.milliseconds)
            $0.statistics.blocks += header == nil ? 0 : 1
        }
        if !work.commit.isEmpty { committed(work.commit, began: began, at: now) }
    }

    private static func write(_ work: CommitWork, at now: Timestamp, to db: Database) throws {
        try MetricsFile.insert(work.newSeries, into: db)
        try BatchTable.write(work.rows, from: work.firstNumber, to: db)
        try MetricsFile.upsert(work.metadata, into: db)
        try MetricsFile.insert(work.damage, at: now, into: db)
    }

    private func committed(_ work: CommitWork, began: ContinuousClock.Instant, at now: Timestamp) {
        let duration = ContinuousClock.now - began
        let times =
            work.rows.isEmpty ? nil : (work.rows.map(\.firstTime).min() ?? 0, work.rows.map(\.lastTime).max() ?? 0)
        head.withLock { head in
            head.statistics.commits += 1
            head.statistics.lastCommitDuration = duration
            head.statistics.lastCommitAt = now
            if let times {
                let newest = Timestamp(milliseconds: times.1)
                head.statistics.lastAcknowledged = max(head.statistics.lastAcknowledged ?? newest, newest)
            }
        }
        options.onCommit?(
            CommitSummary(
                sequence: work.lastNumber, sampleCount: work.sampleCount,
                firstTime: Timestamp(milliseconds: times?.0 ?? 0), lastTime: Timestamp(milliseconds: times?.1 ?? 0),
                seriesCreated: work.newSeries.count, duration: duration))
    }

    /// Changes `Options.pageLimit`.
    package func limitFile(toPages pages: Int) async throws {
        try await writer.access { try Self.limit($0, toPages: pages) }
    }

    static func limit(_ db: Database, toPages pages: Int) throws {
        // The pragma takes no bound parameter; `pages` is a number.
        _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
    }

    /// Brings figures up to date that no commit changes.
    func refreshFigures() {
        head.withLock { $0.statistics.indexBytes = $0.index.memoryBytes }
    }

    /// The bytes of `metrics.db`, its write-ahead log and its shared-memory index.
    ///
    /// Looks at the files without opening them: closing any descriptor of a database gives up this process's locks on it.
    func fileSize() -> Int {
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
