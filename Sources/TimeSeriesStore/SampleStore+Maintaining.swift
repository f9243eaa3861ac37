import ChunkEncoding
import DatabaseFiles
import GRDB
import MonitoringModel
import Synchronization

extension SampleStore {
    /// Blocks of a level that are merged into one of the next: six seals make about a day, seven of these a week.
    static let mergeCounts: [UInt8: Int] = [1: 6, 2: 7]
    /// The level that is not merged further; its blocks get rollups.
    static let lastLevel: UInt8 = 3
    /// Blocks of the lower levels are merged at this age though they are few, so that rollups exist before the samples go.
    static let mergeAge = Duration.seconds(30 * 86_400)

    /// Seals, merges and deletes what is due. Called by `run`; tests and tools call it themselves. Failures are shown in
    /// `statistics` and tried again at the next call.
    ///
    /// Each step is a transaction of its own, so that commits come in between.
    package func maintain() async {
        do {
            for shard in head.withLock({ [clock] in $0.dueShards(now: clock.now.milliseconds) }) {
                try await writer.access { try self.seal(shard, $0) }
            }
            try await deleteSealedBatches()
            try await retain()
            try await merge()
            head.withLock { $0.statistics.lastMaintenanceError = nil }
        } catch {
            let reason = "\(error)"
            head.withLock { $0.statistics.lastMaintenanceError = reason }
        }
        refreshFigures()
    }

    /// Seals everything, merges all it can and gives back every free page.
    ///
    /// - Parameter progress: called with what is being done.
    package func compact(progress: @Sendable (String) -> Void = { _ in }) async throws {
        progress("sealing")
        for shard in head.withLock({ $0.unsealedShards }) {
            try await writer.access { try self.seal(shard, $0) }
        }
        try await deleteSealedBatches()
        try await retain()
        progress("merging")
        try await merge(isEager: true)
        progress("giving back free pages")
        while try await writer.access({ try self.giveBackPages(2000, in: $0) }) {}
        try await writer.access { _ = try $0.checkpoint(.truncate) }
        refreshFigures()
    }

    /// Deletes the batches that blocks hold by now, some at a time.
    private func deleteSealedBatches() async throws {
        let (bound, deleted) = head.withLock { ($0.sealedThrough, $0.deletedBatches) }
        guard bound > deleted else { return }
        while try await writer.access({ try BatchTable.delete(through: bound, in: $0) }) {}
        head.withLock {
            $0.deletedBatches = bound
            $0.committedAtDeletion = $0.statistics.samplesCommitted
        }
    }

    // MARK: Merging

    private func merge(isEager: Bool = false) async throws {
        let old = (clock.now - Self.mergeAge).milliseconds
        while let due = head.withLock({ $0.dueMerge(olderThan: old, isEager: isEager) }) {
            try await writer.access { try self.merge(due, $0) }
        }
    }

    /// Blocks that cannot be read are noted and not merged; they are not due any more.
    private func merge(_ due: DueMerge, _ db: Database) throws {
        let began = ContinuousClock.now
        // Somebody else who looks after the store may have been here since.
        guard head.withLock({ $0.holds(due.blocks, in: due.shard) }) else { return }
        do {
            var merger = try BlockMerger(due.blocks, makesRollups: due.level == Self.lastLevel, db)
            let (draft, rollups) = try merger.merge()
            try replace(due.blocks, by: draft, rollups: rollups, level: due.level, in: due.shard, db)
            let duration = ContinuousClock.now - began
            head.withLock { $0.statistics.mergeTime += duration }
        } catch let damage as DamageRecord {
            head.withLock { $0.note(damage) }
        }
    }

    private func replace(
        _ blocks: [BlockHeader], by draft: BlockDraft, rollups: [(resolution: UInt32, draft: BlockDraft)],
        level: UInt8, in shard: Shard.Number, _ db: Database
    ) throws {
        var added: [BlockHeader] = []
        try db.inTransaction(.immediate) {
            let number = try BlockTable.nextNumber(in: db)
            let merged = draft.header(number: number, shard: shard, level: level)
            try BlockTable.insert(merged, draft.directory, stream: draft.stream.bytes, into: db)
            added.append(merged)
            for (index, rollup) in rollups.enumerated() {
                let header = rollup.draft.header(
                    number: number + 1 + Int64(index), shard: shard, level: level, resolution: rollup.resolution,
                    source: number)
                try BlockTable.insert(header, rollup.draft.directory, stream: rollup.draft.stream.bytes, into: db)
                added.append(header)
            }
            try remove(blocks, adding: added, in: shard, db)
            return .commit
        }
        head.withLock {
            $0.replace(blocks, by: added, in: shard)
            $0.statistics.blocks += added.count - blocks.count
            $0.statistics.merges += 1
        }
    }

    /// Deletes blocks and writes the shard's state, inside the caller's transaction.
    private func remove(
        _ blocks: [BlockHeader], adding added: [BlockHeader] = [], in shard: Shard.Number, _ db: Database
    ) throws {
        for block in blocks { try BlockTable.delete(block.number, from: db) }
        var state = head.withLock { $0.shardState(of: shard) }
        let gone = Set(blocks.map(\.number))
        state.blocks = (state.blocks.filter { !gone.contains($0) } + added.map(\.number)).sorted()
        try BlockTable.write(state, of: shard, to: db)
    }

    // MARK: Retention

    /// Deletes what is older than its retention, or too much, and gives back free pages when there are many.
    private func retain() async throws {
        while let expired = head.withLock({ [cutoffs] in $0.expired(before: cutoffs) }) {
            try await writer.access { try self.delete(expired, $0) }
        }
        if let maximum = options.maximumBytes {
            while try await writer.access({ try Self.usedBytes(in: $0) }) > maximum,
                let oldest = head.withLock({ $0.oldestBlock })
            {
                try await writer.access { try self.delete(oldest, $0) }
            }
        }
        // Pages become free when blocks or batches go, and then only.
        let removals = head.withLock { ($0.removals, $0.deletedBatches) }
        guard lookedForPages.withLock({ $0 != removals }) else { return }
        // A tenth of slack is left for what comes next; the rest goes back a little at a time.
        let isMuch = try await writer.access { db in
            let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            let all = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            return free > max(1024, all / 10) ? try self.giveBackPages(2000, in: db) : false
        }
        if !isMuch { lookedForPages.withLock { $0 = removals } }
    }

    /// By resolution: milliseconds before which samples go.
    private var cutoffs: [UInt32: Int64] {
        let now = clock.now
        return [
            0: (now - options.rawRetention).milliseconds,
            300: (now - options.fiveMinuteRetention).milliseconds,
            3600: (now - options.hourRetention).milliseconds,
        ]
    }

    private func delete(_ expired: (shard: Shard.Number, blocks: [BlockHeader]), _ db: Database) throws {
        guard head.withLock({ $0.holds(expired.blocks, in: expired.shard) }) else { return }
        try db.inTransaction(.immediate) {
            try remove(expired.blocks, in: expired.shard, db)
            return .commit
        }
        head.withLock {
            $0.replace(expired.blocks, by: [], in: expired.shard)
            $0.statistics.blocks -= expired.blocks.count
        }
    }

    /// Bytes of the file that hold nothing.
    package func freeBytes() async throws -> Int {
        try await writer.access { db in
            (try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0) * MetricsSchema.format.pageSize
        }
    }

    static func usedBytes(in db: Database) throws -> Int {
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        return (pages - free) * MetricsSchema.format.pageSize
    }

    /// Shortens the file by at most so many free pages; false when there are none.
    private func giveBackPages(_ pages: Int, in db: Database) throws -> Bool {
        guard try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0 > 0 else { return false }
        try db.execute(sql: "PRAGMA incremental_vacuum(\(pages))")
        return true
    }
}

/// Raw blocks of one shard that become one block.
struct DueMerge {
    var shard: Shard.Number
    var blocks: [BlockHeader]
    /// Of the result.
    var level: UInt8
}

extension Head {
    /// What is merged next.
    func dueMerge(olderThan old: Int64, isEager: Bool) -> DueMerge? {
        for (shard, entry) in shards.enumerated() {
            let raw = entry.blocks.filter { $0.resolution == 0 && !damagedBlocks.contains($0.number) }
            for (level, count) in SampleStore.mergeCounts.sorted(by: { $0.key < $1.key }) {
                let own = raw.filter { $0.level == level }
                if own.count >= (isEager ? 2 : count) {
                    return DueMerge(shard: Shard.Number(shard), blocks: Array(own.prefix(count)), level: level + 1)
                }
            }
            let aged = raw.filter { $0.level < SampleStore.lastLevel && $0.lastTime < old }
            if !aged.isEmpty {
                return DueMerge(
                    shard: Shard.Number(shard), blocks: Array(aged.prefix(16)), level: SampleStore.lastLevel)
            }
        }
        return nil
    }

    /// Whether a shard still has all of these blocks.
    func holds(_ blocks: [BlockHeader], in shard: Shard.Number) -> Bool {
        let numbers = Set(shards[Int(shard)].blocks.map(\.number))
        return blocks.allSatisfy { numbers.contains($0.number) }
    }

    /// Blocks of one shard whose samples are all older than their resolution's cutoff.
    func expired(before cutoffs: [UInt32: Int64]) -> (shard: Shard.Number, blocks: [BlockHeader])? {
        for (shard, entry) in shards.enumerated() {
            let expired = entry.blocks.filter { $0.lastTime < cutoffs[$0.resolution] ?? .min }
            if !expired.isEmpty { return (Shard.Number(shard), Array(expired.prefix(16))) }
        }
        return nil
    }

    /// The block that a bound on size takes first: the finest resolution, then the oldest.
    var oldestBlock: (shard: Shard.Number, blocks: [BlockHeader])? {
        let all = shards.indices.flatMap { shard in shards[shard].blocks.map { (shard, $0) } }
        let oldest = all.min { ($0.1.resolution, $0.1.lastTime) < ($1.1.resolution, $1.1.lastTime) }
        return oldest.map { (Shard.Number($0.0), [$0.1]) }
    }
}
