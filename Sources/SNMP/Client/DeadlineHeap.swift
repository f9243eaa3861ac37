/// Deadlines in order of time: a binary heap whose entries are never removed early.
///
/// An entry whose generation is not its owner's current one is stale, and the owner ignores it.
struct DeadlineHeap {
    struct Entry {
        var time: ContinuousClock.Instant
        var owner: UInt64
        var generation: UInt64
    }

    private var entries: [Entry] = []

    /// The next deadline.
    var first: ContinuousClock.Instant? { entries.first?.time }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].time < entries[parent].time else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first entry that is due.
    mutating func take(dueAt now: ContinuousClock.Instant) -> Entry? {
        guard let first = entries.first, first.time <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].time < entries[smallest].time {
                smallest = child
            }
            guard smallest != parent else { break }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
        return first
    }
}
