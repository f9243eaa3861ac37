/// A hash table of numbers, open-addressed with linear probing; what a number stands for lives with the owner.
///
/// A slot is four bytes and at most three in four are taken, so a number costs 5.4 to 10.7 bytes. The bits that the
/// numbers leave free hold the upper bits of the hash, so that hardly ever a number of another hash is looked at. Of
/// numbers with equal hashes the one added first is met first.
struct NumberTable {
    private static let vacant = UInt32.max

    /// A power of two, or none.
    private var slots: [UInt32] = []
    /// The bits of a slot that are the number; all of them set are no number.
    private var numberMask: UInt32 = 0
    private(set) var count = 0

    /// The first number under `hash` that satisfies `matches`. Numbers with other hashes may be tried too.
    @inline(__always)
    func first(under hash: UInt32, where matches: (UInt32) -> Bool) -> UInt32? {
        guard count > 0 else { return nil }
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while true {
            let word = slots[slot]
            if word == Self.vacant { return nil }
            if (word ^ hash) & ~numberMask == 0, matches(word & numberMask) { return word & numberMask }
            slot = (slot + 1) & mask
        }
    }

    /// Whether `number` needs `rehash` first.
    @inline(__always)
    func isFull(for number: UInt32) -> Bool {
        number >= numberMask || (count + 1) * 4 > slots.count * 3
    }

    /// Whether `rehash` would give back most of the memory.
    var isSparse: Bool { slots.count > 16 && count * 8 < slots.count }

    /// Adds a number that is not in the table, which must not be full.
    @inline(__always)
    mutating func insert(_ number: UInt32, under hash: UInt32) {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != Self.vacant { slot = (slot + 1) & mask }
        slots[slot] = hash & ~numberMask | number
        count += 1
    }

    /// Starts anew with room for one number more, and adds `numbers`, all of the table's, again.
    ///
    /// - Parameter bound: the largest number to have room for.
    @inline(__always)
    mutating func rehash(_ numbers: [UInt32], through bound: UInt32, hash: (UInt32) -> UInt32) {
        var size = 16
        while (numbers.count + 1) * 4 > size * 3 { size *= 2 }
        slots = Array(repeating: Self.vacant, count: size)
        // A bit more than `bound` needs, so that numbers may double until the next time.
        numberMask = .max >> UInt32(max(bound.leadingZeroBitCount - 1, 0))
        count = 0
        for number in numbers { insert(number, under: hash(number)) }
    }

    /// Removes a number, which must be in the table, and closes the gap: later numbers move up, as long as they do not
    /// come to stand before the slot of their hash.
    @inline(__always)
    mutating func remove(_ number: UInt32, hash: (UInt32) -> UInt32) {
        let mask = slots.count - 1
        var gap = Int(hash(number)) & mask
        while slots[gap] & numberMask != number { gap = (gap + 1) & mask }
        var slot = (gap + 1) & mask
        while slots[slot] != Self.vacant {
            let home = Int(hash(slots[slot] & numberMask)) & mask
            if (slot - home) & mask >= (slot - gap) & mask {
                slots[gap] = slots[slot]
                gap = slot
            }
            slot = (slot + 1) & mask
        }
        slots[gap] = Self.vacant
        count -= 1
    }

    var memoryBytes: Int { slots.memoryBytes }
}
