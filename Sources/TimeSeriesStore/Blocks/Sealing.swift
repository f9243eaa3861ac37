import ChunkEncoding
import MonitoringModel

extension SealWork {
    /// The block of everything that the shard had in memory.
    ///
    /// - Parameter stored: late samples that older blocks hold already; they are left out.
    func draft(without stored: [UInt32: Set<Timestamp>]) throws -> BlockDraft? {
        var builder = BlockBuilder()
        var decoder = HeadBlockDecoder()
        // Series that need more than a copy of a group's column.
        var gathered: [UInt32: [Sample]] = [:]
        for (series, samples) in late {
            gathered[series] = samples.filter { stored[series]?.contains($0.timestamp) != true }
        }
        var seen: Set<UInt32> = []
        if groups.count > 1 {
            for group in groups {
                for series in group.series where !seen.insert(series).inserted {
                    gathered[series] = gathered[series] ?? []
                }
            }
        }
        for group in groups {
            try add(group, to: &builder, &decoder, gathered: &gathered)
        }
        for (series, samples) in gathered { builder.add(series, samples: SampleCollector.inOrder(samples)) }
        return builder.finish()
    }

    private func add(
        _ group: Group, to builder: inout BlockBuilder, _ decoder: inout HeadBlockDecoder,
        gathered: inout [UInt32: [Sample]]
    ) throws {
        let rounds = group.blocks.reduce(0) { $0 + $1.rounds }
        var times: [Int64] = []
        times.reserveCapacity(rounds)
        // Column by column.
        var values = [Double](repeating: 0, count: rounds * group.series.count)
        let columns = Array(group.series.indices)
        var round = 0
        for block in group.blocks {
            try decoder.decode(block, columns: columns) { column, blockTimes, blockValues in
                if column == 0 { times += blockTimes }
                let start = column * rounds + round
                for index in blockValues.indices { values[start + index] = blockValues[index] }
            }
            round += block.rounds
        }
        var shared: Int?
        values.withUnsafeBufferPointer { values in
            for (column, series) in group.series.enumerated() {
                let own = UnsafeBufferPointer(rebasing: values[column * rounds..<(column + 1) * rounds])
                let isGathered = gathered[series] != nil
                if !isGathered, !own.contains(where: AbsentValue.isAbsent) {
                    let index = shared ?? builder.addTimes(times)
                    shared = index
                    builder.add(series, values: own, timeIndex: index)
                    continue
                }
                let samples = own.indices.lazy.filter { !AbsentValue.isAbsent(own[$0]) }.map {
                    Sample(Timestamp(milliseconds: times[$0]), own[$0])
                }
                if isGathered {
                    gathered[series, default: []] += samples
                } else {
                    builder.add(series, samples: Array(samples))
                }
            }
        }
    }
}
