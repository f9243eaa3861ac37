import MonitoringModel
import TimeSeriesStore

/// The time-series store's figures as metric families.
enum StoreMetrics {
    static func add(_ stats: StoreStatistics, to list: inout FamilyList) {
        list.gauge("haidang_store_series", "Series known to the store.", Double(stats.series))
        list.counter("haidang_store_samples_appended_total", "Samples taken in.", Double(stats.samplesAppended))
        list.counter(
            "haidang_store_samples_committed_total", "Samples durable on disk.", Double(stats.samplesCommitted))
        list.gauge(
            "haidang_store_samples_queued", "Samples that wait for the next commit.", Double(stats.samplesQueued))
        list.counter(
            "haidang_store_samples_dropped_total", "Samples dropped because the queue was full.",
            Double(stats.samplesDropped))
        list.counter(
            "haidang_store_samples_out_of_order_total", "Samples taken though older than the newest of their series.",
            Double(stats.samplesOutOfOrder))
        list.counter(
            "haidang_store_samples_too_old_total", "Samples refused: too far behind the newest of their series.",
            Double(stats.samplesTooOld))
        list.counter(
            "haidang_store_samples_duplicate_total", "Samples refused: their series had one of that time.",
            Double(stats.samplesDuplicate))
        list.counter(
            "haidang_store_samples_in_future_total", "Samples refused: too far ahead of the clock.",
            Double(stats.samplesInFuture))
        list.counter("haidang_store_commits_total", "Commits.", Double(stats.commits))
        list.counter("haidang_store_commit_failures_total", "Commits that failed.", Double(stats.failedCommits))
        list.gauge(
            "haidang_store_commit_duration_seconds", "Time the last commit took.", stats.lastCommitDuration.inSeconds)
        list.gauge("haidang_store_database_bytes", "Size of metrics.db with its log.", Double(stats.databaseBytes))
        list.gauge("haidang_store_index_bytes", "Memory of the label index.", Double(stats.indexBytes))
        list.gauge("haidang_store_blocks", "Blocks of compressed samples and of rollups.", Double(stats.blocks))
        list.counter("haidang_store_merges_total", "Merges of blocks.", Double(stats.merges))
        list.counter("haidang_store_merge_seconds_total", "Time spent on merges.", stats.mergeTime.inSeconds)
        list.counter("haidang_store_damaged_rows_total", "Rows whose checksum was wrong.", Double(stats.damagedRows))
    }
}
