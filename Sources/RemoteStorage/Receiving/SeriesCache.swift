/// The numbers of series by the bytes of their labels as senders write them.
///
/// Senders repeat the same bytes in every request, so a known series costs a hash and a comparison of bytes, and no text is
/// made of them. The same series written in another way (other order of labels, other lengths of varints) is a second entry
/// with the same number.
///
/// Invariants:
/// 1. A number is only found for bytes equal to those it was inserted with; the hash alone never decides.
/// 2. `slots.count` is a power of two, and at least one in four is empty, so every probe ends.
/// 3. `count <= entryLimit` and `keys.count <= byteLimit`; what would break either empties the cache first.
///
/// A store never gives a series another number within its process, so entries are true for as long as the store lives: nothing
/// invalidates them but the end of the store, and a receiver has its store for life.
struct SeriesCache: Sendable {
    private struct Slot: Sendable {
        var hash: UInt64
        /// The place of the bytes in `keys`.
        var start: UInt32
        /// 0 in an empty slot.
        var length: UInt32
        var id: UInt32
    }

    private var slots: [Slot]
    private var keys: [UInt8] = []
    private let entryLimit: Int
    private let byteLimit: Int
    private(set) var count = 0
    /// Times it was full and dropped everything.
    private(set) var drops = 0

    private static let emptySlot = Slot(hash: 0, start: 0, length: 0, id: 0)

    init(entryLimit: Int, byteLimit: Int) {
        self.entryLimit = max(0, entryLimit)
        // A slot's `start` has 32 bits.
        self.byteLimit = max(0, min(byteLimit, Int(UInt32.max)))
        slots = Array(repeating: Self.emptySlot, count: 64)
    }

    /// Bytes of labels in the cache.
    var byteCount: Int { keys.count }

    /// Looks up all series of a request that are in one run, and marks those it knows.
    func find(_ series: inout [DecodedRequest.Series], in bytes: UnsafeBufferPointer<UInt8>) {
        series.withUnsafeMutableBufferPointer { series in
            for index in series.indices where series[index].standing == .isRun {
                let range = Int(series[index].labelsStart)..<Int(series[index].labelsEnd)
                guard let id = find(series[index].hash, UnsafeBufferPointer(rebasing: bytes[range])) else { continue }
                series[index].id = id
                series[index].standing = .isKnown
            }
        }
    }

    private func find(_ hash: UInt64, _ key: UnsafeBufferPointer<UInt8>) -> UInt32? {
        slots.withUnsafeBufferPointer { slots in
            keys.withUnsafeBufferPointer { keys in
                let mask = slots.count - 1
                var place = Int(truncatingIfNeeded: hash) & mask
                while slots[place].length > 0 {
                    let slot = slots[place]
                    if slot.hash == hash, Int(slot.length) == key.count {
                        let start = Int(slot.start)
                        let known = UnsafeRawBufferPointer(
                            rebasing: UnsafeRawBufferPointer(keys)[start..<start + key.count])
                        if isEqual(known, UnsafeRawBufferPointer(key)) { return slot.id }
                    }
                    place = (place + 1) & mask
                }
                return nil
            }
        }
    }

    /// Remembers a series, unless it is known or larger than the whole cache may be.
    mutating func insert(_ hash: UInt64, _ key: UnsafeBufferPointer<UInt8>, id: UInt32) {
        guard !key.isEmpty, entryLimit > 0, key.count <= byteLimit, find(hash, key) == nil else { return }
        if count >= entryLimit || keys.count + key.count > byteLimit {
            removeAll()
            drops += 1
        }
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let slot = Slot(hash: hash, start: UInt32(keys.count), length: UInt32(key.count), id: id)
        keys.append(contentsOf: key)
        Self.place(slot, in: &slots)
        count += 1
    }

    private mutating func removeAll() {
        slots = Array(repeating: Self.emptySlot, count: 64)
        keys = []
        count = 0
    }

    private mutating func grow() {
        var larger = Array(repeating: Self.emptySlot, count: slots.count * 2)
        for slot in slots where slot.length > 0 { Self.place(slot, in: &larger) }
        slots = larger
    }

    private static func place(_ slot: Slot, in slots: inout [Slot]) {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: slot.hash) & mask
        while slots[place].length > 0 { place = (place + 1) & mask }
        slots[place] = slot
    }
}

/// Whether two runs of bytes of the same length are equal. A loop over words, for `memcmp` would bring in Glibc.
@inline(__always)
private func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    let count = right.count
    var position = 0
    while position + 8 <= count {
        let leftWord = left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        if leftWord != right.loadUnaligned(fromByteOffset: position, as: UInt64.self) { return false }
        position += 8
    }
    while position < count {
        if left[position] != right[position] { return false }
        position += 1
    }
    return true
}
