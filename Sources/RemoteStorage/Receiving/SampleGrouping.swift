import MonitoringModel

/// Divides the samples of a request into batches of one time each, oldest first, each in the order of the request.
///
/// Requests hold few times: one for each target that a sender polled, with the samples of a target side by side; or the same
/// times again for every series. So the time of the sample before, or the one that followed it last time, is nearly always
/// right, and the table of times is asked for the rest. All work is linear in the samples, but for sorting the times.
struct SampleGrouping: Sendable {
    private struct Group: Sendable {
        var time: Int64
        var count: Int
        /// Where its next sample goes in `ordered`.
        var next = 0
    }

    private var groups: [Group] = []
    /// Group numbers + 1 by the hash of their time; 0 is empty. The length is a power of two, twice the groups or more.
    private var table: [UInt32] = []
    /// The group of each sample that is not left out, in the order of the request.
    private var groupOf: [UInt32] = []
    private var ordered: [(series: SeriesID, value: Double)] = []
    /// Random and odd, so that a sender cannot choose times that collide.
    private let multiplier: UInt64

    init(using generator: inout some RandomNumberGenerator) {
        multiplier = generator.next() | 1
    }

    /// Bytes of the buffers.
    var footprint: Int {
        groups.capacity * MemoryLayout<Group>.stride + table.capacity * 4 + groupOf.capacity * 4 + ordered.capacity * 16
    }

    /// Calls `give` with each batch of the samples of known series, and counts them in the request's outcome.
    mutating func divide(_ request: inout DecodedRequest, _ give: (SampleBatch) -> Void) {
        assignGroups(&request)
        guard !groupOf.isEmpty else { return }
        let isSorted = zip(groups, groups.dropFirst()).allSatisfy { $0.time < $1.time }
        let order = isSorted ? Array(groups.indices) : groups.indices.sorted { groups[$0].time < groups[$1].time }
        var start = 0
        for number in order {
            groups[number].next = start
            start += groups[number].count
        }
        place(request)
        for number in order {
            let group = groups[number]
            give(
                SampleBatch(
                    timestamp: Timestamp(milliseconds: group.time),
                    values: Array(ordered[(group.next - group.count)..<group.next])))
        }
    }

    private mutating func assignGroups(_ request: inout DecodedRequest) {
        groups.removeAll(keepingCapacity: true)
        groupOf.removeAll(keepingCapacity: true)
        if table.isEmpty {
            table = Array(repeating: 0, count: 64)
        } else {
            for index in table.indices { table[index] = 0 }
        }
        var sample = 0
        var current = 0
        for series in request.series {
            let end = sample + Int(series.sampleCount)
            defer { sample = end }
            guard series.standing == .isKnown, end > sample else { continue }
            request.outcome.series += 1
            request.outcome.samples += end - sample
            for index in sample..<end {
                let time = request.times[index]
                if current >= groups.count || groups[current].time != time {
                    let next = current + 1
                    current = next < groups.count && groups[next].time == time ? next : group(of: time)
                }
                groups[current].count += 1
                groupOf.append(UInt32(current))
            }
        }
    }

    /// The number of the group of a time, a new one when there is none.
    private mutating func group(of time: Int64) -> Int {
        var mask = table.count - 1
        var place = place(of: time, mask)
        while table[place] != 0 {
            let number = Int(table[place]) - 1
            if groups[number].time == time { return number }
            place = (place + 1) & mask
        }
        groups.append(Group(time: time, count: 0))
        table[place] = UInt32(groups.count)
        if groups.count * 2 > table.count {
            table = Array(repeating: 0, count: table.count * 2)
            mask = table.count - 1
            for (number, group) in groups.enumerated() {
                place = self.place(of: group.time, mask)
                while table[place] != 0 { place = (place + 1) & mask }
                table[place] = UInt32(number + 1)
            }
        }
        return groups.count - 1
    }

    private func place(of time: Int64, _ mask: Int) -> Int {
        // The high bits of the product depend on all bits of the time.
        let product = UInt64(bitPattern: time).multipliedFullWidth(by: multiplier)
        return Int(truncatingIfNeeded: (product.low >> 32) ^ product.high) & mask
    }

    private mutating func place(_ request: DecodedRequest) {
        if ordered.count < groupOf.count {
            ordered = Array(repeating: (SeriesID(rawValue: 0), 0), count: groupOf.count)
        }
        groups.withUnsafeMutableBufferPointer { groups in
            ordered.withUnsafeMutableBufferPointer { ordered in
                var sample = 0
                var taken = 0
                for series in request.series {
                    let end = sample + Int(series.sampleCount)
                    defer { sample = end }
                    guard series.standing == .isKnown else { continue }
                    for index in sample..<end {
                        let group = Int(groupOf[taken])
                        ordered[groups[group].next] = (SeriesID(rawValue: series.id), request.values[index])
                        groups[group].next += 1
                        taken += 1
                    }
                }
            }
        }
    }
}
