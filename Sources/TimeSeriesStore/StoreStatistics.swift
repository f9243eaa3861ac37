package import MonitoringModel

/// What the store shows of itself, for self-metrics. Counters start at 0 with the process.
package struct StoreStatistics: Hashable, Sendable {
    /// Series that can be found.
    package var series = 0
    /// Samples taken in.
    package var samplesAppended = 0
    /// Samples made durable.
    package var samplesCommitted = 0
    /// Samples that wait for a commit.
    package var samplesQueued = 0
    /// Samples refused because the queue was full, or for a series number nobody was given.
    package var samplesDropped = 0
    /// Samples taken though they were older than the newest of their series.
    package var samplesOutOfOrder = 0
    /// Samples refused because they were too far behind the newest of their series.
    package var samplesTooOld = 0
    /// Samples refused because their series had one of that time.
    package var samplesDuplicate = 0
    /// Of them, those with another value.
    package var samplesConflicting = 0
    /// Samples refused because they were too far ahead of the clock.
    package var samplesInFuture = 0
    package var commits = 0
    package var failedCommits = 0
    /// Why the last commit failed; nil after one that succeeded.
    package var lastCommitError: String?
    /// Blocks in the file.
    package var blocks = 0
    /// Merges of blocks.
    package var merges = 0
    /// Time spent on merges, rollups included.
    package var mergeTime: Duration = .zero
    /// What the label index takes in memory, bytes.
    package var indexBytes = 0
    /// How long the last successful commit took, from encoding to the disk's answer.
    package var lastCommitDuration: Duration = .zero
    /// When the last successful commit returned; nil before it.
    package var lastCommitAt: Timestamp?
    /// The newest sample time that a commit made durable; nil before the first.
    package var lastAcknowledged: Timestamp?
    /// `metrics.db`, its write-ahead log and its shared-memory index.
    package var databaseBytes = 0
    /// Rows found damaged and left out of every answer.
    package var damagedRows = 0
    /// Why the last retention or housekeeping step failed; nil after one that succeeded.
    package var lastMaintenanceError: String?

    package init() {}
}

/// One commit that returned: everything in it survives a crash and a power cut.
package struct CommitSummary: Hashable, Sendable {
    /// The number of the last batch row, rising with every commit that has samples.
    package var sequence: Int64
    package var sampleCount: Int
    /// The oldest and the newest sample time in the commit; equal to each other and 0 when it has none.
    package var firstTime: Timestamp
    package var lastTime: Timestamp
    package var seriesCreated: Int
    package var duration: Duration
}
