/// A set of series or pair numbers, one bit for each number up to the largest.
///
/// Adding numbers in any order and taking them out rising is how lists are merged: the cost is that of the numbers and
/// one word for each 64 possible ones, whatever the count of lists.
struct NumberSet {
    private var words: [UInt64]

    /// An empty set with room for the numbers below `bound`.
    init(below bound: UInt32 = 0) {
        words = Array(repeating: 0, count: (Int(bound) + 63) / 64)
    }

    @inline(__always)
    func contains(_ number: UInt32) -> Bool {
        let word = Int(number >> 6)
        return word < words.count && words[word] & Self.bit(number) != 0
    }

    /// Adds a number below the bound the set was made for, or has grown to.
    @inline(__always)
    mutating func insert(_ number: UInt32) {
        words[Int(number >> 6)] |= Self.bit(number)
    }

    /// Adds a number as `insert` does.
    ///
    /// - Returns: whether it was not in the set.
    @inline(__always)
    mutating func insertNew(_ number: UInt32) -> Bool {
        guard !contains(number) else { return false }
        insert(number)
        return true
    }

    mutating func grow(to bound: UInt32) {
        while words.count * 64 < bound { words.append(0) }
    }

    /// The number must be in the set.
    mutating func remove(_ number: UInt32) {
        words[Int(number >> 6)] &= ~Self.bit(number)
    }

    /// Rising.
    @inline(__always)
    func forEach(_ body: (UInt32) -> Void) {
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                body(UInt32(index << 6 + word.trailingZeroBitCount))
                word &= word - 1
            }
        }
    }

    /// All numbers, rising.
    var numbers: [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(words.reduce(0) { $0 + $1.nonzeroBitCount })
        forEach { result.append($0) }
        return result
    }

    var memoryBytes: Int { words.memoryBytes }

    @inline(__always)
    private static func bit(_ number: UInt32) -> UInt64 { 1 << UInt64(number & 63) }
}
