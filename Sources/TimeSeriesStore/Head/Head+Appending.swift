import ChunkEncoding
import MonitoringModel

extension Head {
    /// Milliseconds before 1970 up to which samples are taken, some 140,000 years: differences of times must not overflow.
    private static let timeLimit: Int64 = 1 << 52

    /// Takes what one poll wrote.
    ///
    /// - Parameter now: milliseconds by the clock.
    mutating func append(_ batch: SampleBatch, now: Int64) {
        let count = batch.values.count
        guard count > 0 else { return }
        guard waitingBytes + encoder.byteCount < options.queueLimit else {
            statistics.samplesDropped += count
            return
        }
        guard batch.timestamp.milliseconds > -Self.timeLimit else {
            statistics.samplesTooOld += count
            return
        }
        guard batch.timestamp.milliseconds <= now &+ options.futureLimit.wholeMilliseconds else {
            statistics.samplesInFuture += count
            return
        }
        var position = 0
        batch.values.withUnsafeBufferPointer { values in
            while position < count {
                let taken = appendWholeRound(values, from: position, time: batch.timestamp.milliseconds, now: now)
                guard taken > 0 else { break }
                position += taken
            }
        }
        if position < count { appendEach(batch.values[position...], at: batch.timestamp, now: now) }
        statistics.samplesQueued = queuedSamples
    }

    /// The common case: the values from `position` on are those of just the series of one group, in its order, and newer.
    ///
    /// - Returns: how many values it took, or 0.
    private mutating func appendWholeRound(
        _ values: UnsafeBufferPointer<(series: SeriesID, value: Double)>, from position: Int, time: Int64, now: Int64
    ) -> Int {
        let number = Int(values[position].series.rawValue)
        guard number < groupOf.count, groupOf[number] != Self.noGroup, let group = groups[Int(groupOf[number])] else {
            return 0
        }
        let columns = group.series.count
        guard group.leavers == 0, time > group.newest, position + columns <= values.count else { return 0 }
        let isSame = group.series.withUnsafeBufferPointer { series in
            for column in 0..<columns where series[column] != values[position + column].series.rawValue { return false }
            return true
        }
        guard isSame else { return 0 }
        let timestamp = Timestamp(milliseconds: time)
        newest.withUnsafeMutableBufferPointer { newest in
            for column in 0..<columns {
                let (series, value) = values[position + column]
                let kept = AbsentValue.isAbsent(value) ? .nan : value
                scratch.values[column] = kept
                newest[Int(series.rawValue)] = Sample(timestamp, kept)
            }
        }
        write(group, time: time, samples: columns, now: now)
        return columns
    }

    /// Adds what `scratch` holds as the next round of a group.
    private mutating func write(_ group: SeriesGroup, time: Int64, samples: Int, now: Int64) {
        group.append(
            time: time, values: UnsafeBufferPointer(rebasing: scratch.values[..<group.series.count]), samples: samples,
            arrival: now, encoder: &blockEncoder, batch: &encoder)
        queuedSamples += samples
        statistics.samplesAppended += samples
    }

    /// Samples that are not just the next round of a group: new series, some of a group's series, old samples, mistakes.
    private mutating func appendEach(
        _ values: ArraySlice<(series: SeriesID, value: Double)>, at timestamp: Timestamp, now: Int64
    ) {
        var seen: Set<UInt32> = []
        var byShard: [Shard.Number: [(series: UInt32, value: Double)]] = [:]
        for (id, value) in values {
            let number = id.rawValue
            guard Int(number) < newest.count else {
                statistics.samplesDropped += 1
                continue
            }
            let kept = AbsentValue.isAbsent(value) ? .nan : value
            let last = newest[Int(number)].timestamp
            if timestamp > last || last == Self.noSample.timestamp {
                guard seen.insert(number).inserted else {
                    statistics.samplesDuplicate += 1
                    continue
                }
                byShard[Shard.number(of: number), default: []].append((number, kept))
            } else if timestamp == last {
                statistics.samplesDuplicate += 1
                if newest[Int(number)].value.bitPattern != kept.bitPattern { statistics.samplesConflicting += 1 }
            } else if timestamp >= last - options.outOfOrderWindow {
                appendLate(number, Sample(timestamp, kept))
            } else {
                statistics.samplesTooOld += 1
            }
        }
        for (_, samples) in byShard.sorted(by: { $0.key < $1.key }) { appendNew(samples, at: timestamp, now: now) }
    }

    /// Samples of one shard, one a series, each newer than its series' newest. Divides them among groups.
    private mutating func appendNew(
        _ samples: [(series: UInt32, value: Double)], at timestamp: Timestamp, now: Int64
    ) {
        var members: [UInt32: [(column: Int, value: Double)]] = [:]
        for (series, value) in samples {
            newest[Int(series)] = Sample(timestamp, value)
            members[groupOf[Int(series)], default: []].append((Int(columnOf[Int(series)]), value))
        }
        // Several groups, or a group and newcomers, that come together are better off as one; it is free when nothing of
        // them waits to be sealed.
        let unites =
            members.count > 1 && members.keys.allSatisfy { $0 == Self.noGroup || groups[Int($0)]?.rounds ?? 0 == 0 }
        var movers: Set<UInt32> = [Self.noGroup]
        for (number, values) in members.sorted(by: { $0.key < $1.key }) where number != Self.noGroup {
            guard let group = groups[Int(number)] else { continue }
            // The times of a group rise, also when the samples that come are of series that were absent lately.
            guard !unites, values.count * 2 >= group.members, timestamp.milliseconds > group.newest else {
                movers.insert(number)
                continue
            }
            for column in group.series.indices { scratch.values[column] = AbsentValue.value }
            for (column, value) in values { scratch.values[column] = value }
            write(group, time: timestamp.milliseconds, samples: values.count, now: now)
        }
        let moved = samples.filter { movers.contains(groupOf[Int($0.series)]) }
        guard !moved.isEmpty else { return }
        let group = makeGroup(moved.map(\.series))
        for (column, sample) in moved.enumerated() { scratch.values[column] = sample.value }
        write(group, time: timestamp.milliseconds, samples: moved.count, now: now)
    }

    /// A new group of these series, which leave the ones they are in.
    mutating func makeGroup(_ series: [UInt32]) -> SeriesGroup {
        let number: UInt32
        if let free = freeGroups.popLast() {
            number = free
        } else {
            number = UInt32(groups.count)
            groups.append(nil)
        }
        let group = SeriesGroup(number: number, series: series)
        groups[Int(number)] = group
        shards[Int(group.shard)].groups.append(number)
        for (column, member) in series.enumerated() {
            let old = groupOf[Int(member)]
            if old != Self.noGroup, let left = groups[Int(old)] {
                left.leave()
                if left.rounds > 0 { formerGroups[member, default: []].append(old) }
            }
            groupOf[Int(member)] = number
            columnOf[Int(member)] = UInt16(column)
        }
        return group
    }

    // MARK: Late samples

    private mutating func appendLate(_ series: UInt32, _ sample: Sample) {
        guard !holds(series, at: sample.timestamp) else {
            statistics.samplesDuplicate += 1
            return
        }
        insertLate(series, sample)
        encoder.append(late: series, time: sample.timestamp.milliseconds, value: sample.value)
        queuedSamples += 1
        statistics.samplesAppended += 1
        statistics.samplesOutOfOrder += 1
    }

    private mutating func insertLate(_ series: UInt32, _ sample: Sample) {
        let shard = Int(Shard.number(of: series))
        var samples = shards[shard].late[series] ?? []
        let place = samples.firstIndex { $0.timestamp >= sample.timestamp } ?? samples.count
        guard place == samples.count || samples[place].timestamp != sample.timestamp else { return }
        samples.insert(sample, at: place)
        shards[shard].late[series] = samples
    }

    /// Whether memory has a sample of the series at a time. Decodes, so it is for the rare case only.
    private func holds(_ series: UInt32, at time: Timestamp) -> Bool {
        if shards[Int(Shard.number(of: series))].late[series]?.contains(where: { $0.timestamp == time }) == true {
            return true
        }
        let range = time.milliseconds...time.milliseconds
        var collector = SampleCollector(count: 1, range: range, limit: .max)
        try? capture([series], range: range).collect(into: &collector)
        return !collector.samples[0].isEmpty
    }

    // MARK: Start-up

    /// Takes back a round that a batch holds, unless it is sealed.
    ///
    /// - Parameters:
    ///   - group: the group's number in the rows, which the decoder bounds.
    ///   - restored: the groups by such numbers.
    mutating func restoreRound(
        _ series: [UInt32], time: Int64, values: UnsafeBufferPointer<Double>, group number: UInt32, of batch: Int64,
        restored: inout [SeriesGroup?]
    ) {
        while restored.count <= Int(number) { restored.append(nil) }
        var group = restored[Int(number)]
        if group?.series != series {
            guard let first = series.first, let last = series.max(), Int(last) < newest.count,
                batch > shards[Int(Shard.number(of: first))].sealedBatch
            else { return }
            group = makeGroup(series)
            restored[Int(number)] = group
        }
        guard let group, time > group.newest, batch > shards[Int(group.shard)].sealedBatch else { return }
        group.restore(time: time, values: values, encoder: &blockEncoder)
        let timestamp = Timestamp(milliseconds: time)
        newest.withUnsafeMutableBufferPointer { newest in
            for column in 0..<values.count where !AbsentValue.isAbsent(values[column]) {
                let member = Int(series[column])
                if timestamp > newest[member].timestamp { newest[member] = Sample(timestamp, values[column]) }
            }
        }
    }

    /// Takes back a late sample that a batch holds, unless it is sealed.
    mutating func restoreLate(_ series: UInt32, time: Int64, value: Double, of batch: Int64) {
        guard Int(series) < newest.count, batch > shards[Int(Shard.number(of: series))].sealedBatch else { return }
        insertLate(series, Sample(Timestamp(milliseconds: time), value))
    }
}
