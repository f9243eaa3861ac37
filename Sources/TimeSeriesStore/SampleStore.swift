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
/// The newest hour (`Options.headWindow`) of every series, and its newest sample however old, are in memory; what is older is
/// decoded from the file.
package final class SampleStore: SampleAppender, SeriesSource, Sendable {
    package struct Options: Sendable {
        /// How much of every series stays in memory. 16 bytes a sample: 40,000 series at one a minute take about 45 MB.
        package var headWindow: Duration = .seconds(3600)
        /// Samples older than this are deleted.
        package var retention: Duration = .seconds(400 * 86_400)
        /// Samples that may wait for a commit; a batch that does not fit is dropped. A million are 40 minutes of 25,000
        /// series at one a minute, and about 32 MB.
        package var queueLimit = 1_000_000
        /// Samples that one reading may collect, so that no query exhausts the memory: 16 bytes each. The number is the
        /// default of Prometheus' `query.max-samples`.
        package var readLimit = 50_000_000
        package var commitInterval: Duration = .seconds(1)
        /// How often the head moves on and old batches are deleted.
        package var maintenanceInterval: Duration = .seconds(60)
        /// Called after each commit that returned, on the writer's queue: it must be quick and must not call the store.
        package var onCommit: (@Sendable (CommitSummary) -> Void)?

        package init() {}
    }

    let options: Options
    let clock: any WallClock
    let directory: String
    let head: Mutex<Head>
    let writer: DatabaseConnection
    let readers: [DatabaseConnection]
    let nextReader = Atomic<Int>(0)
    /// Held until `close`, when the caller gave none.
    private let lock: Mutex<DataDirectoryLock?>

    /// Opens the store of a directory, or creates it, and reads the newest part of every series. Blocks meanwhile: measured
    /// 0.4 s for 40,000 series at one sample a minute.
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
        let defaultStart = (clock.now - options.headWindow).milliseconds
        let queueLimit = options.queueLimit
        let loaded = try writer.blockingAccess { db in
            var head = Head(queueLimit: queueLimit)
            try MetricsFile.load(&head, from: db, defaultStart: defaultStart)
            try MetricsFile.setHeadStart(head.start, in: db)
            return head
        }
        head = Mutex(loaded)
        // Two, so that one long reading of history does not hold up a short one.
        readers = try (0..<2).map { _ in try DatabaseFile.openReader(MetricsSchema.format, in: directory) }
        refreshFileSize()
    }

    // MARK: SampleAppender

    package func seriesIDs(for labels: [LabelSet]) -> [SeriesID] {
        head.withLock { head in labels.map { SeriesID(rawValue: head.number(of: $0)) } }
    }

    package func append(_ batch: SampleBatch) {
        head.withLock { $0.append(batch) }
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
            // The queue keeps what a failed commit held, and `statistics` says why it failed.
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

    package var statistics: StoreStatistics { head.withLock { $0.statistics } }
}
