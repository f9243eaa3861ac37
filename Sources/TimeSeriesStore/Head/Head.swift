import ChunkEncoding
import MonitoringModel

/// Everything the store has in memory, guarded by its one lock. A state machine without I/O.
///
/// Invariants:
/// 1. The groups and late samples of a shard are just what the batches after the shard's `sealedBatch` hold, and what waits for
///    a commit. All older samples are in the shard's blocks.
/// 2. `newest` is the newest sample a series ever had, wherever it is.
/// 3. A series is in one group at most (`groupOf`); groups it has left and that still hold samples of it are in `formerGroups`.
struct Head {
    /// A bound on memory, far above what one machine polls.
    static let seriesLimit = 1 << 24
    static let noGroup = UInt32.max

    /// What belongs to one shard.
    struct ShardEntry {
        var sealedBatch: Int64 = 0
        /// By number, rising.
        var blocks: [BlockHeader] = []
        var groups: [UInt32] = []
        /// Samples that came out of order, each series' rising in time.
        var late: [UInt32: [Sample]] = [:]
    }

    let options: SampleStore.Options
    var index = LabelIndex()
    var statistics = StoreStatistics()
    private(set) var metadata: [String: MetricMetadata] = [:]

    // By series number.
    var newest: [Sample] = []
    var groupOf: [UInt32] = []
    var columnOf: [UInt16] = []

    var groups: [SeriesGroup?] = []
    var freeGroups: [UInt32] = []
    var formerGroups: [UInt32: [UInt32]] = [:]
    var shards: [ShardEntry] = []
    /// Grows whenever a block goes away: who reads blocks without the lock sees that they may be gone.
    var removals = 0

    var encoder = BatchEncoder()
    var blockEncoder = HeadBlockEncoder()
    let scratch = RoundScratch()

    /// Rows of `batches` up to this one were deleted.
    var deletedBatches: Int64 = 0
    /// `statistics.samplesCommitted` at that time.
    var committedAtDeletion = 0

    // What waits for a commit.
    var waiting: [BatchRow] = []
    var waitingBytes = 0
    var queuedSamples = 0
    var persistedSeries: UInt32 = 0
    var changedMetadata: Set<String> = []
    var unrecordedDamage: [DamageRecord] = []
    /// The number of the next row of `batches`.
    var nextBatch: Int64 = 1

    private(set) var knownDamage: Set<DamageRecord> = []
    /// Blocks that hold damage: they stay as they are.
    private(set) var damagedBlocks: Set<Int64> = []

    init(options: SampleStore.Options) {
        self.options = options
    }

    // MARK: Series

    /// The number of a series, which is created when it is unknown. Beyond the limit it is one that takes no samples.
    mutating func number(of labels: LabelSet) -> UInt32 {
        if let number = index.number(of: labels) { return number }
        guard newest.count < Self.seriesLimit else { return .max }
        let number = index.insert(labels)
        growSeries(to: number + 1)
        statistics.series = index.count
        return number
    }

    mutating func growSeries(to bound: UInt32) {
        while newest.count < Int(bound) {
            newest.append(Self.noSample)
            groupOf.append(Self.noGroup)
            columnOf.append(0)
        }
        let shardCount = (Int(bound) + Shard.size - 1) / Shard.size
        while shards.count < shardCount { shards.append(ShardEntry()) }
    }

    /// What `newest` holds for a series that never had a sample.
    static let noSample = Sample(Timestamp(milliseconds: .min), 0)

    mutating func describe(_ descriptions: [MetricMetadata]) {
        for description in descriptions where metadata[description.name] != description {
            metadata[description.name] = description
            changedMetadata.insert(description.name)
        }
    }

    // MARK: Damage

    mutating func note(_ damage: DamageRecord) {
        guard knownDamage.insert(damage).inserted else { return }
        if let block = damage.block { damagedBlocks.insert(block) }
        unrecordedDamage.append(damage)
        statistics.damagedRows = knownDamage.count
    }

    // MARK: Start-up

    mutating func restoreSeries(_ labels: LabelSet, as number: UInt32) {
        index.skip(to: number)
        index.insert(labels, as: number)
        growSeries(to: number + 1)
        persistedSeries = number + 1
        statistics.series = index.count
    }

    /// Series below `bound` that have no readable row keep their number and are never found.
    mutating func skipSeries(to bound: UInt32) {
        index.skip(to: bound)
        growSeries(to: bound)
        persistedSeries = max(persistedSeries, bound)
    }

    mutating func restore(_ state: ShardState, of shard: Shard.Number, blocks: [BlockHeader]) {
        growShards(to: shard)
        shards[Int(shard)].sealedBatch = state.sealedBatch
        shards[Int(shard)].blocks = blocks
        nextBatch = max(nextBatch, state.sealedBatch + 1)
        for (series, sample) in state.newest where Int(series) < newest.count { newest[Int(series)] = sample }
    }

    private mutating func growShards(to shard: Shard.Number) {
        while shards.count <= Int(shard) { shards.append(ShardEntry()) }
    }

    /// Forgets series whose newest sample is older than `bound`, milliseconds, and returns their numbers, rising.
    mutating func forgetSeries(before bound: Int64) -> [UInt32] {
        let forgotten = index.numbers.filter { number in
            let time = newest[Int(number)].timestamp
            return time != Self.noSample.timestamp && time.milliseconds < bound
        }
        index.remove(forgotten)
        for number in forgotten { newest[Int(number)] = Self.noSample }
        statistics.series = index.count
        return forgotten
    }

    mutating func restoreMetadata(_ stored: [MetricMetadata]) {
        for description in stored { metadata[description.name] = description }
    }

    mutating func restoreDamage(_ stored: [DamageRecord]) {
        knownDamage.formUnion(stored)
        damagedBlocks.formUnion(stored.compactMap(\.block))
        statistics.damagedRows = knownDamage.count
    }
}

/// The values of one round on their way into a group.
final class RoundScratch {
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: BatchEncoder.columnLimit)

    deinit { values.deallocate() }
}

/// A row that could not be decoded, or is missing. It stays where it is, and what it held is reported as missing, never guessed.
struct DamageRecord: Error, Hashable {
    enum Table: String {
        case batches, series, shards, blocks, pages
        /// Batches of the first version of the file.
        case firstBatches = "batches_1"
    }

    var table: Table
    var row: Int64
    var reason: String

    /// The same row is the same damage, whatever was found in it.
    static func == (lhs: DamageRecord, rhs: DamageRecord) -> Bool { lhs.table == rhs.table && lhs.row == rhs.row }

    func hash(into hasher: inout Hasher) {
        hasher.combine(table)
        hasher.combine(row)
    }

    /// The block that the damage is in.
    var block: Int64? {
        switch table {
        case .blocks: row
        case .pages: row / PageCoding.pagesPerBlock
        case .batches, .series, .shards, .firstBatches: nil
        }
    }
}
