import ChunkEncoding
import MonitoringModel

/// The part of a shard that a seal moves from the head into a block.
struct SealWork {
    struct Group {
        var number: UInt32
        var series: [UInt32]
        var blocks: [HeadBlock]
    }

    var shard: Shard.Number
    /// What has to be durable in the same transaction: the block holds it, too.
    var commit: CommitWork
    var groups: [Group] = []
    var late: [UInt32: [Sample]] = [:]
    var newest: [(series: UInt32, sample: Sample)] = []

    var isEmpty: Bool { groups.isEmpty && late.isEmpty }
}

extension Head {
    /// The shards that a seal would help: a quarter of their series have a chunk's worth of samples, something has waited long, or
    /// they alone hold back many batches.
    func dueShards(now: Int64) -> [Shard.Number] {
        let oldest = now &- options.longestWait.wholeMilliseconds
        let usual = 2 * ChunkLayout.runLength * index.count
        let isLogLong = statistics.samplesCommitted - committedAtDeletion > options.longestLog + usual
        return shards.indices.filter { shard in
            if isLogLong, shards[shard].sealedBatch == sealedThrough, hasUnsealed(shards[shard]) { return true }
            var series = 0
            var full = 0
            for number in shards[shard].groups {
                guard let group = groups[Int(number)], group.rounds > 0 else { continue }
                if group.rounds >= SampleStore.longestHead || group.content.oldestArrival < oldest { return true }
                series += group.members
                if group.rounds >= ChunkLayout.runLength { full += group.members }
            }
            return full > 0 && full * 4 >= series || shards[shard].late.count > 0 && series == 0
        }.map { Shard.Number($0) }
    }

    /// The shards that have something to seal.
    var unsealedShards: [Shard.Number] {
        shards.indices.filter { hasUnsealed(shards[$0]) }.map { Shard.Number($0) }
    }

    private func hasUnsealed(_ shard: ShardEntry) -> Bool {
        !shard.late.isEmpty || shard.groups.contains { groups[Int($0)]?.rounds ?? 0 > 0 }
    }

    /// Takes out what waits for a commit, and lends what the shard has in memory: all of it is sealed or committed by then.
    mutating func beginSeal(_ shard: Shard.Number) -> SealWork {
        var work = SealWork(shard: shard, commit: beginCommit())
        for number in shards[Int(shard)].groups {
            guard let group = groups[Int(number)], group.rounds > 0 else { continue }
            work.groups.append(
                SealWork.Group(number: number, series: group.series, blocks: group.beginSeal(&blockEncoder)))
        }
        work.late = shards[Int(shard)].late
        work.newest = newestSamples(of: shard)
        return work
    }

    func newestSamples(of shard: Shard.Number) -> [(series: UInt32, sample: Sample)] {
        let range = Shard.series(of: shard).clamped(to: 0..<UInt32(newest.count))
        return range.compactMap { number in
            let sample = newest[Int(number)]
            return sample.timestamp == Self.noSample.timestamp ? nil : (number, sample)
        }
    }

    /// The seal's transaction returned.
    ///
    /// - Parameter block: nil when there was nothing to keep: every late sample was there already.
    mutating func complete(_ work: SealWork, block: BlockHeader?, now: Int64) {
        complete(work.commit)
        let shard = Int(work.shard)
        for sealed in work.groups { groups[Int(sealed.number)]?.dropBlocks(sealed.blocks.count, arrival: now) }
        for (series, samples) in work.late {
            let times = Set(samples.map(\.timestamp))
            shards[shard].late[series]?.removeAll { times.contains($0.timestamp) }
            if shards[shard].late[series]?.isEmpty == true { shards[shard].late[series] = nil }
        }
        shards[shard].sealedBatch = work.commit.lastNumber
        if let block { shards[shard].blocks.append(block) }
        dissolveGroups(of: shard, sealed: Set(work.groups.map(\.number)))
    }

    /// Ends groups that are empty now and either have lost series or got nothing since the seal before.
    private mutating func dissolveGroups(of shard: Int, sealed: Set<UInt32>) {
        for number in shards[shard].groups {
            guard let group = groups[Int(number)], group.rounds == 0, group.leavers > 0 || !sealed.contains(number)
            else { continue }
            for member in group.series where groupOf[Int(member)] == number { groupOf[Int(member)] = Self.noGroup }
            groups[Int(number)] = nil
            freeGroups.append(number)
        }
        shards[shard].groups.removeAll { groups[Int($0)] == nil }
        guard !formerGroups.isEmpty else { return }
        for member in Shard.series(of: Shard.Number(shard)) where formerGroups[member] != nil {
            formerGroups[member]?.removeAll { groups[Int($0)]?.rounds ?? 0 == 0 }
            if formerGroups[member]?.isEmpty == true { formerGroups[member] = nil }
        }
    }

    /// Rows of `batches` up to this one are in blocks, all of them.
    var sealedThrough: Int64 {
        shards.reduce(nextBatch - 1) { hasUnsealed($1) ? min($0, $1.sealedBatch) : $0 }
    }

    // MARK: Blocks

    /// The transaction that replaced blocks of a shard by others returned.
    mutating func replace(_ removed: [BlockHeader], by added: [BlockHeader], in shard: Shard.Number) {
        let numbers = Set(removed.map(\.number))
        shards[Int(shard)].blocks.removeAll { numbers.contains($0.number) }
        shards[Int(shard)].blocks += added
        shards[Int(shard)].blocks.sort { $0.number < $1.number }
        if !removed.isEmpty { removals += 1 }
    }

    func shardState(of shard: Shard.Number, sealedBatch: Int64? = nil) -> ShardState {
        var state = ShardState()
        state.sealedBatch = sealedBatch ?? shards[Int(shard)].sealedBatch
        state.blocks = shards[Int(shard)].blocks.map(\.number)
        state.newest = newestSamples(of: shard)
        return state
    }
}
