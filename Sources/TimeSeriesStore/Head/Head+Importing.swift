import ChunkEncoding
import MonitoringModel

extension Head {
    /// The numbers of series by their labels, created where unknown; nil: the store holds as many as it can.
    mutating func importedSeries(_ labels: [LabelSet]) -> (numbers: [UInt32?], created: Int) {
        let before = index.count
        let numbers = labels.map { set -> UInt32? in
            let number = number(of: set)
            return Int(number) < newest.count ? number : nil
        }
        return (numbers, index.count - before)
    }

    /// The state of a shard as it is once the samples are in a block.
    ///
    /// - Parameter samples: the newest of each series that is imported.
    func shardState(
        of shard: Shard.Number, adding block: Int64, newest samples: [(series: UInt32, sample: Sample)]
    ) -> ShardState {
        var state = shardState(of: shard)
        state.blocks.append(block)
        var newest = Dictionary(uniqueKeysWithValues: state.newest)
        for (series, sample) in samples where newest[series].map({ $0.timestamp < sample.timestamp }) ?? true {
            newest[series] = sample
        }
        state.newest = newest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return state
    }

    /// The transaction that wrote blocks of imported samples returned.
    ///
    /// - Parameters:
    ///   - blocks: with the newest sample of each series that is in it.
    ///   - now: milliseconds by the clock.
    mutating func complete(
        importOf blocks: [(header: BlockHeader, newest: [(series: UInt32, sample: Sample)])], now: Int64
    ) {
        for (header, samples) in blocks {
            shards[Int(header.shard)].blocks.append(header)
            statistics.blocks += 1
            statistics.samplesAppended += header.sampleCount
            statistics.samplesCommitted += header.sampleCount
            for (series, sample) in samples where sample.timestamp > newest[Int(series)].timestamp {
                newest[Int(series)] = sample
                // The next rounds of its group may be older than this sample, and a whole round is not compared with it.
                if sample.timestamp.milliseconds > now { leaveGroup(series) }
            }
        }
    }

    private mutating func leaveGroup(_ series: UInt32) {
        let number = groupOf[Int(series)]
        guard number != Self.noGroup, let group = groups[Int(number)] else { return }
        group.leave()
        if group.rounds > 0 { formerGroups[series, default: []].append(number) }
        groupOf[Int(series)] = Self.noGroup
    }
}
