package import MonitoringModel

/// Targets ordered by the time they are due: a binary heap.
///
/// Holds at most what was inserted; an entry that is out of date is dropped by the owner when it comes up.
package struct DueQueue: Sendable {
    package struct Entry: Hashable, Sendable {
        package var due: Timestamp
        package var id: PollTarget.ID

        package init(due: Timestamp, id: PollTarget.ID) {
            self.due = due
            self.id = id
        }
    }

    private var heap: [Entry] = []

    package init() {}

    /// The entry due first; nil when empty.
    package var first: Entry? { heap.first }

    package var count: Int { heap.count }

    /// O(log n).
    package mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// O(log n).
    package mutating func removeFirst() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].due < heap[least].due
            {
                least = child
            }
            if least == parent { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    package mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
    }
}
