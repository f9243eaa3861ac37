package import ChunkEncoding
package import DatabaseFiles
import GRDB
package import MonitoringModel
import Synchronization

/// The samples of all series, in `metrics.db`.
///
/// Samples are visible to readers as soon as they are appended and durable with the next commit. One connection writes, on its
/// own serial queue; readers have connections that can do nothing but read. All functions may be called from any thread, and
/// none but `init` blocks one of the cooperative pool for longer than a look at memory takes.
///
/// What is not sealed into blocks yet, about 240 samples a series, is in memory, most of it encoded; so is the newest sample of
/// every series, however old.
package final class SampleStore: SampleAppender, SeriesSource, Sendable {
    package struct Options: Sendable {
        /// Raw samples older than this are deleted, a block at a time; so are rollups of 5 minutes and of an hour.
        package var rawRetention: Duration = .seconds(400 * 86_400)
        package var fiveMinuteRetention: Duration = .seconds(2 * 365 * 86_400)
        package var hourRetention: Duration = .seconds(3_653 * 86_400)
        /// Bytes of the file, free pages not counted, above which the oldest blocks go, raw samples first; nil: no such bound.
        package var maximumBytes: Int?
        /// Pages of 8 KB that the file may have at most: commits that need more fail as on a full disk; nil: no bound.
        package var pageLimit: Int?
        /// How far behind its series' newest sample one is still taken.
        package var outOfOrderWindow: Duration = .seconds(3600)
        /// How far ahead of the clock a sample is still taken.
        package var futureLimit: Duration = .seconds(300)
        /// Samples are sealed after this time though they are few.
        package var longestWait: Duration = .seconds(8 * 3600)
        /// Samples that batches may hold beyond twice what the head keeps of all series, before shards that have few are sealed, too:
        /// a batch goes when all its shards are sealed, and a start reads those that are left.
        package var longestLog = 4_000_000
        /// Encoded bytes that may wait for a commit; a batch that comes when they are reached is dropped. About 3 bytes a
        /// sample: half an hour of 80,000 samples a second.
        package var queueLimit = 512 << 20
        /// Encoded bytes that one transaction takes at most, when it has several rows to choose from: trying whether a full disk
        /// has space again costs little however much waits.
        package var transactionLimit = 16 << 20
        /// Samples that one reading may collect, so that no query exhausts the memory: 16 bytes each. The number is the
        /// default of Prometheus' `query.max-samples`.
        package var readLimit = 50_000_000
        package var commitInterval: Duration = .seconds(1)
        /// How often sealing, merging and retention are looked after.
        package var maintenanceInterval: Duration = .seconds(60)
        /// Called after each commit that returned, on the writer's queue: it must be quick and must not call the store.
        package var onCommit: (@Sendable (CommitSummary) -> Void)?
        /// Samples that one step of bringing a file of an older version up to date holds in memory, 16 bytes each.
        package var upgradeStep = 4_000_000
        /// Called while a file of an older version is brought up to date, with the share done, 0 to 1. An error that it throws
        /// ends that; the next start goes on from there.
        package var onUpgrade: (@Sendable (Double) throws -> Void)?

        package init() {}
    }

    /// Rounds after which a group is sealed though the others of its shard have few.
    static let longestHead = 1440

    let options: Options
    let clock: any WallClock
    let directory: String
    let head: Mutex<Head>
    let writer: DatabaseConnection
    let readers: [DatabaseConnection]
    let nextReader = Atomic<Int>(0)
    /// `Head.removals` and `Head.deletedBatches` when free pages were last looked for.
    let lookedForPages = Mutex((0, Int64(0)))
    /// Held until `close`, when the caller gave none.
    private let lock: Mutex<DataDirectoryLock?>

    /// Opens the store of a directory, or creates it, and takes back what is not in blocks yet. Blocks meanwhile.
    ///
    /// - Parameter lock: the directory's lock when the caller holds it already; otherwise the store takes it.
    /// - Throws: `DatabaseFileError`: the directory is in use, the file is newer, foreign or damaged, …
    package init(
        directory: String, options: Options = Options(), clock: any WallClock, lock: DataDirectoryLock? = nil
    ) throws {
        self.lock = Mutex(try lock ?? DataDirectoryLock(directory: directory))
        self.options = options
        self.clock = clock
        self.directory = directory
        writer = try DatabaseFile.openWriter(MetricsSchema.format, in: directory)
        let longest = max(options.rawRetention, options.fiveMinuteRetention, options.hourRetention)
        let bound = (clock.now - longest).milliseconds
        head = Mutex(
            try writer.blockingAccess { db in
                if let limit = options.pageLimit { try Self.limit(db, toPages: limit) }
                try BatchConversion.run(db, stepSize: options.upgradeStep, progress: options.onUpgrade)
                var head = Head(options: options)
                try MetricsFile.load(&head, from: db)
                // Only now: no number that somebody was given may go.
                try MetricsFile.forgetSeries(of: &head, before: bound, in: db)
                head.statistics.blocks = head.shards.reduce(0) { $0 + $1.blocks.count }
                return head
            })
        // Several, so that one long reading of history does not hold up a short one.
        readers = try (0..<4).map { _ in try DatabaseFile.openReader(MetricsSchema.format, in: directory) }
        refreshFigures()
    }

    // MARK: SampleAppender

    package func seriesIDs(for labels: [LabelSet]) -> [SeriesID] {
        head.withLock { head in labels.map { SeriesID(rawValue: head.number(of: $0)) } }
    }

    @discardableResult
    package func append(_ batch: SampleBatch) -> AppendOutcome {
        let now = clock.now.milliseconds
        let (before, after) = head.withLock { head in
            let before = head.statistics
            head.append(batch, now: now)
            return (before, head.statistics)
        }
        var outcome = AppendOutcome()
        outcome.dropped = after.samplesDropped - before.samplesDropped
        outcome.refused =
            after.samplesTooOld - before.samplesTooOld + after.samplesInFuture - before.samplesInFuture
            + after.samplesConflicting - before.samplesConflicting
        return outcome
    }

    package func describe(_ metadata: [MetricMetadata]) {
        head.withLock { $0.describe(metadata) }
    }

    package func flush() async throws {
        try await writer.access { try self.commit($0) }
    }

    // MARK: Life

    /// Commits once a second until the task is cancelled, then once more.
    ///
    /// - Throws: when that last commit fails. Failures before it are shown in `statistics` and tried again.
    package func run() async throws {
        var nextMaintenance = ContinuousClock.now + options.maintenanceInterval
        while !Task.isCancelled {
            try? await Task.sleep(for: options.commitInterval, clock: .continuous)
            // The head keeps what a failed commit held, and `statistics` says why it failed.
            try? await flush()
            if ContinuousClock.now >= nextMaintenance, !Task.isCancelled {
                nextMaintenance = ContinuousClock.now + options.maintenanceInterval
                await maintain()
            }
        }
        try await flush()
    }

    /// Commits what waits, checkpoints, closes the file and gives up the directory's lock. The store must not be used
    /// afterwards: every call that needs the file throws.
    ///
    /// - Throws: when that commit fails; the file is closed all the same.
    package func close() async throws {
        var failure: (any Error)?
        do { try await flush() } catch { failure = error }
        // Empty accesses first, so that closing finds idle queues and does not block.
        for reader in readers {
            try? await reader.access { _ in }
            try? reader.close()
        }
        // The last connection to close also checkpoints and removes the log.
        try? await writer.access { _ in }
        try writer.close()
        lock.withLock { $0 = nil }
        if let failure { throw failure }
    }

    package var statistics: StoreStatistics {
        var statistics = head.withLock { $0.statistics }
        statistics.databaseBytes = fileSize()
        return statistics
    }

    /// What the label index takes in memory. Looks at every label value, so it is not for every second.
    package var indexBytes: Int { head.withLock { $0.index.memoryBytes } }

    /// Encoded bytes that wait for a commit.
    package var queuedBytes: Int { head.withLock { $0.waitingBytes + $0.encoder.byteCount } }

    /// What is known of the blocks, by shard and number.
    package var blockHeaders: [BlockHeader] { head.withLock { $0.shards.flatMap(\.blocks) } }
}
