import MonitoringModel

/// What one commit makes durable. It stays here until the commit returned, so a failed one loses nothing.
struct CommitWork {
    /// In the order of appending.
    var batches: [SampleBatch] = []
    var sampleCount = 0
    /// Series from this number on have no row yet …
    var firstNewSeries: UInt32 = 0
    /// … and these are theirs.
    var newSeries: [(number: UInt32, labels: LabelSet)] = []
    var metadata: [MetricMetadata] = []
    var damage: [DamageRecord] = []
    /// Series whose newest sample is in this commit and older than the start of the head.
    var newest: [(series: UInt32, sample: Sample)] = []

    var isEmpty: Bool { batches.isEmpty && newSeries.isEmpty && metadata.isEmpty && damage.isEmpty }
}

/// A row that could not be decoded. It stays where it is, and what it held is reported as missing, never guessed.
struct DamageRecord: Hashable {
    enum Table: String {
        case batches, series
        case newest = "series_newest"
    }

    var table: Table
    var row: Int64
    var reason: String
}
