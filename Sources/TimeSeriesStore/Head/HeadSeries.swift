import MonitoringModel

/// The part of one series that is in memory: its newest sample always, and all samples newer than `evictedThrough`.
///
/// Invariants:
/// 1. `samples` rises strictly in time.
/// 2. The last `pendingCount` samples are not durable yet; they are never evicted.
/// 3. Every sample of the series that is not in memory is durable and not newer than `evictedThrough`.
struct HeadSeries {
    var labels: LabelSet
    private(set) var samples: [Sample] = []
    /// Milliseconds; `Int64.min` when everything the series ever had is in memory.
    var evictedThrough = Int64.min
    /// Time of the newest sample that the table `series_newest` holds.
    var recordedThrough = Int64.min
    private(set) var pendingCount: Int32 = 0

    init(labels: LabelSet) {
        self.labels = labels
    }

    /// Takes a sample that is newer than all others; false when it is not.
    @inline(__always)
    mutating func append(_ sample: Sample, isPending: Bool) -> Bool {
        if let last = samples.last, sample.timestamp <= last.timestamp { return false }
        // An array's own growth by doubling would leave a third of the head's memory unused.
        if samples.count == samples.capacity {
            samples.reserveCapacity(samples.count + max(16, samples.count / 4))
        }
        samples.append(sample)
        if isPending { pendingCount += 1 }
        return true
    }

    mutating func markDurable() {
        pendingCount -= 1
    }

    /// The newest sample that is durable.
    var newestDurable: Sample? {
        let index = samples.count - Int(pendingCount) - 1
        return index >= 0 ? samples[index] : nil
    }

    /// Removes durable samples older than `bound`, except for the newest one of the series.
    mutating func evict(before bound: Int64) {
        guard let first = samples.first, first.timestamp.milliseconds < bound else { return }
        let limit = min(firstIndex(atOrAfter: bound), samples.count - Int(pendingCount), samples.count - 1)
        guard limit > 0 else { return }
        evictedThrough = samples[limit - 1].timestamp.milliseconds
        if samples.capacity > 64, samples.count - limit < samples.capacity / 2 {
            samples = Array(samples[limit...])
        } else {
            samples.removeFirst(limit)
        }
    }

    /// The index of the first sample whose time is at least `time`; `samples.count` when there is none.
    func firstIndex(atOrAfter time: Int64) -> Int {
        var low = 0
        var high = samples.count
        while low < high {
            let middle = (low + high) / 2
            if samples[middle].timestamp.milliseconds < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The samples in memory with `start <= time <= end`.
    func samples(from start: Int64, through end: Int64) -> ArraySlice<Sample> {
        let low = firstIndex(atOrAfter: start)
        let high = end == .max ? samples.count : firstIndex(atOrAfter: end + 1)
        return samples[low..<max(low, high)]
    }

    /// The newest sample in memory with `time <= end`.
    func newest(through end: Int64) -> Sample? {
        guard let last = samples.last else { return nil }
        if last.timestamp.milliseconds <= end { return last }
        let index = firstIndex(atOrAfter: end)  // end < last, so this is inside
        if samples[index].timestamp.milliseconds == end { return samples[index] }
        return index > 0 ? samples[index - 1] : nil
    }
}
