import ChunkEncoding
import MonitoringModel

/// What memory holds of some series, taken at one moment: decoded later, outside the lock.
struct HeadCapture {
    /// Of one group.
    struct Part {
        var blocks: [HeadBlock]
        /// In the order of `columns`: which series of the reading.
        var positions: [Int]
        /// Rising.
        var columns: [Int]
        var tailTimes: [Int64]
        /// Column by column.
        var tail: [Double]
    }

    var parts: [Part] = []
    var late: [(position: Int, samples: [Sample])] = []
    /// The blocks of each shard that has wanted series, by number, rising; and these series as positions of the reading.
    var shards: [(blocks: [BlockHeader], positions: Range<Int>)] = []
    /// `Head.removals` at that moment.
    var removals = 0

    /// Decodes into `collector` what is in its range.
    func collect(into collector: inout SampleCollector) throws {
        var decoder = HeadBlockDecoder()
        for part in parts {
            for block in part.blocks {
                let positions = part.positions
                try decoder.decode(block, columns: part.columns) { index, times, values in
                    try collector.append(times, values, to: positions[index])
                }
            }
            let rounds = part.tailTimes.count
            guard rounds > 0 else { continue }
            for (index, position) in part.positions.enumerated() {
                try part.tail.withUnsafeBufferPointer { tail in
                    try part.tailTimes.withUnsafeBufferPointer { times in
                        try collector.append(
                            times, UnsafeBufferPointer(rebasing: tail[index * rounds..<(index + 1) * rounds]),
                            to: position)
                    }
                }
            }
        }
        for (position, samples) in late {
            for sample in samples { try collector.append(sample, to: position) }
        }
    }
}

extension Head {
    /// - Parameter numbers: rising; their order gives the positions.
    func capture(_ numbers: [UInt32], range: ClosedRange<Int64>) -> HeadCapture {
        var capture = HeadCapture()
        capture.removals = removals
        var partOf: [UInt32: Int] = [:]
        var lastGroup = Self.noGroup
        var lastPart = 0
        var wanted: [[(column: Int, position: Int)]] = []
        var owners: [SeriesGroup] = []
        func want(_ group: UInt32, _ number: UInt32, position: Int) {
            guard let owner = groups[Int(group)], owner.rounds > 0 else { return }
            if group != lastGroup {
                lastGroup = group
                if let known = partOf[group] {
                    lastPart = known
                } else {
                    lastPart = owners.count
                    partOf[group] = lastPart
                    owners.append(owner)
                    wanted.append([])
                }
            }
            let isCurrent = groupOf[Int(number)] == group
            guard let column = isCurrent ? Int(columnOf[Int(number)]) : owner.series.firstIndex(of: number) else {
                return
            }
            wanted[lastPart].append((column, position))
        }
        var shard = -1
        for (position, number) in numbers.enumerated() {
            let own = Int(Shard.number(of: number))
            if own != shard {
                shard = own
                capture.shards.append((shards[own].blocks, position..<position))
            }
            capture.shards[capture.shards.count - 1].positions =
                capture.shards[capture.shards.count - 1].positions.lowerBound..<position + 1
            if !formerGroups.isEmpty, let former = formerGroups[number] {
                for group in former { want(group, number, position: position) }
            }
            if groupOf[Int(number)] != Self.noGroup { want(groupOf[Int(number)], number, position: position) }
            if !shards[own].late.isEmpty, let late = shards[own].late[number] {
                capture.late.append((position, late.filter { range.contains($0.timestamp.milliseconds) }))
            }
        }
        for (index, owner) in owners.enumerated() {
            let content = owner.content
            var columns = wanted[index]
            if !zip(columns, columns.dropFirst()).allSatisfy({ $0.column < $1.column }) {
                columns.sort { $0.column < $1.column }
            }
            let blocks = content.blocks.filter { $0.firstTime <= range.upperBound && $0.lastTime >= range.lowerBound }
            var part = HeadCapture.Part(
                blocks: blocks, positions: columns.map(\.position), columns: columns.map(\.column), tailTimes: [],
                tail: [])
            if let first = content.tailTimes.first, first <= range.upperBound, content.newest >= range.lowerBound {
                part.tailTimes = content.tailTimes.map { $0 }
                part.tail.reserveCapacity(part.tailTimes.count * columns.count)
                let width = owner.series.count
                for column in part.columns {
                    for round in part.tailTimes.indices { part.tail.append(content.tail[round * width + column]) }
                }
            }
            if !part.blocks.isEmpty || !part.tailTimes.isEmpty { capture.parts.append(part) }
        }
        return capture
    }
}

/// Gathers the samples of a reading, series by series.
struct SampleCollector {
    let range: ClosedRange<Int64>
    private(set) var samples: [[Sample]]
    /// Whether a series got samples that are not in order, or twice.
    private var isDisordered: [Bool]
    /// Samples so far; at most `limit`.
    private(set) var collected = 0
    private let limit: Int

    init(count: Int, range: ClosedRange<Int64>, limit: Int) {
        samples = Array(repeating: [], count: count)
        isDisordered = Array(repeating: false, count: count)
        self.range = range
        self.limit = limit
    }

    mutating func append(_ times: [Int64], _ values: [Double], to position: Int) throws(SampleLimitExceeded) {
        let result: Result<Void, SampleLimitExceeded> = times.withUnsafeBufferPointer { times in
            values.withUnsafeBufferPointer { values in
                do throws(SampleLimitExceeded) {
                    return .success(try append(times, values, to: position))
                } catch {
                    return .failure(error)
                }
            }
        }
        try result.get()
    }

    /// Appends those that are in the range and not absent. `times` rise strictly.
    mutating func append(
        _ times: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>, to position: Int
    ) throws(SampleLimitExceeded) {
        var low = 0
        var high = times.count
        while low < high, times[low] < range.lowerBound { low += 1 }
        while high > low, times[high - 1] > range.upperBound { high -= 1 }
        guard low < high else { return }
        guard collected + (high - low) <= limit else { throw SampleLimitExceeded(limit: limit) }
        if let last = samples[position].last, times[low] <= last.timestamp.milliseconds {
            isDisordered[position] = true
        }
        let before = samples[position].count
        samples[position].append(addingCapacity: high - low) { span in
            for index in low..<high where !AbsentValue.isAbsent(values[index]) {
                span.append(Sample(Timestamp(milliseconds: times[index]), values[index]))
            }
        }
        collected += samples[position].count - before
    }

    /// Makes room for as many samples of a series as are expected.
    mutating func reserve(_ count: Int, at position: Int) {
        samples[position].reserveCapacity(count)
    }

    mutating func append(_ sample: Sample, to position: Int) throws(SampleLimitExceeded) {
        guard range.contains(sample.timestamp.milliseconds) else { return }
        guard collected < limit else { throw SampleLimitExceeded(limit: limit) }
        if let last = samples[position].last, sample.timestamp <= last.timestamp { isDisordered[position] = true }
        collected += 1
        samples[position].append(sample)
    }

    /// Gives up the samples of a series that are there so far.
    mutating func take(_ position: Int) -> [Sample] {
        var taken: [Sample] = []
        swap(&taken, &samples[position])
        collected -= taken.count
        return taken
    }

    /// Puts each series' samples in order; of several at one time the first that was appended stays.
    mutating func settle() {
        for position in samples.indices where isDisordered[position] {
            samples[position] = Self.inOrder(samples[position])
            isDisordered[position] = false
        }
    }

    static func inOrder(_ samples: [Sample]) -> [Sample] {
        var sorted: [Sample] = []
        sorted.reserveCapacity(samples.count)
        let order = samples.indices.sorted { (samples[$0].timestamp, $0) < (samples[$1].timestamp, $1) }
        for index in order where sorted.last?.timestamp != samples[index].timestamp { sorted.append(samples[index]) }
        return sorted
    }
}
