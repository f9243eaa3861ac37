/// What the next round of a group is encoded against: the same on both sides.
package struct RoundState: Sendable {
    /// The last value of each series since the key round; 0 before the first.
    var previous: [Double]
    /// How each value of the last round was written, as `RoundTag`; empty: all as integers.
    var tags: [UInt8] = []

    package init(columns: Int) {
        previous = Array(repeating: 0, count: columns)
    }

    /// What a key round starts from.
    mutating func reset() {
        for index in previous.indices { previous[index] = 0 }
        tags.removeAll(keepingCapacity: true)
    }
}

/// How one value of a round is written.
enum RoundTag: UInt8 {
    /// The difference from the previous value, both whole, as a zigzag varint.
    case integer = 0
    /// The same in thousandths: device readings have few decimals.
    case thousandths = 1
    /// The 8 bytes of the double.
    case raw = 2
    /// No bytes: the series has no sample in this round.
    case absent = 3

    /// Whole numbers up to here, and their differences, are exact as doubles and as 64-bit integers.
    static let bound = 0x1p53

    /// `value` in whole units, or nil when that does not give back exactly its bits.
    @inline(__always)
    static func whole(_ value: Double) -> Int64? {
        guard value.magnitude < bound else { return nil }
        let integer = Int64(value)
        // The comparison of bits keeps -0.0 apart from 0.
        return Double(integer).bitPattern == value.bitPattern ? integer : nil
    }

    /// `value` in whole thousandths, or nil when that does not give back exactly its bits.
    @inline(__always)
    static func thousandths(_ value: Double) -> Int64? {
        let scaled = (value * 1000).rounded()
        guard scaled.magnitude < bound else { return nil }
        let integer = Int64(scaled)
        return (Double(integer) / 1000).bitPattern == value.bitPattern ? integer : nil
    }
}
