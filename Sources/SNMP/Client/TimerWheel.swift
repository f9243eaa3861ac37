/// Items by the time they are due: a hashed wheel (Varghese and Lauck, 1987), where adding and taking cost the same however many
/// wait.
///
/// Times are rounded up to a tick. Items are never removed early: their owner ignores those that have become pointless.
package struct TimerWheel<Item> {
    private struct Entry {
        var tick: Int
        var item: Item
    }

    package static var tickLength: Duration { .milliseconds(8) }
    /// One turn is 16 s; a power of two, and a multiple of 64.
    private static var size: Int { 2048 }

    private let origin: ContinuousClock.Instant
    private var slots: [[Entry]]
    /// One bit a slot: whether it holds anything.
    private var occupied: [UInt64]
    /// All ticks up to this one are over.
    private var now = 0
    package private(set) var count = 0

    package init(startingAt origin: ContinuousClock.Instant) {
        self.origin = origin
        slots = Array(repeating: [], count: Self.size)
        occupied = Array(repeating: 0, count: Self.size / 64)
    }

    /// Adds an item; one whose time has passed is due with the next tick.
    package mutating func insert(_ item: Item, at time: ContinuousClock.Instant) {
        insert(Entry(tick: max(now + 1, Self.ticks(time - origin, roundedUp: true)), item: item))
        count += 1
    }

    private mutating func insert(_ entry: Entry) {
        let slot = entry.tick & (Self.size - 1)
        slots[slot].append(entry)
        occupied[slot >> 6] |= 1 << UInt64(slot & 63)
    }

    /// Takes what is due, in order of ticks.
    package mutating func take(dueAt time: ContinuousClock.Instant) -> [Item] {
        let target = Self.ticks(time - origin, roundedUp: false)
        guard target > now else { return [] }
        var due: [Entry] = []
        // After a long sleep one turn sees every slot.
        for tick in (target - now > Self.size ? target - Self.size : now) + 1...target {
            let slot = tick & (Self.size - 1)
            guard occupied[slot >> 6] & (1 << UInt64(slot & 63)) != 0 else { continue }
            let entries = slots[slot]
            slots[slot].removeAll(keepingCapacity: true)
            occupied[slot >> 6] &= ~(1 << UInt64(slot & 63))
            for entry in entries {
                if entry.tick <= target { due.append(entry) } else { insert(entry) }
            }
        }
        now = target
        count -= due.count
        return due.sorted { $0.tick < $1.tick }.map(\.item)
    }

    /// When to look next at the latest; nil when nothing waits. An item of a later turn is looked at too early.
    package var next: ContinuousClock.Instant? {
        guard count > 0 else { return nil }
        let start = now + 1
        var slot = start & (Self.size - 1)
        var passed = 0
        while passed < Self.size {
            let word = occupied[slot >> 6] >> UInt64(slot & 63)
            if word != 0 { return origin + Self.tickLength * (start + passed + word.trailingZeroBitCount) }
            let step = 64 - slot & 63
            passed += step
            slot = (slot + step) & (Self.size - 1)
        }
        return nil
    }

    private static func ticks(_ span: Duration, roundedUp: Bool) -> Int {
        let (seconds, attoseconds) = span.components
        let nanoseconds = Int(seconds) &* 1_000_000_000 &+ Int(attoseconds / 1_000_000_000)
        let tick = 8_000_000
        return roundedUp ? (nanoseconds + tick - 1) / tick : nanoseconds / tick
    }
}
