/// The powers of ten that scale doubles, as 128 significant bits, rounded up: `power(k) × 2^(binaryExponent(k) - 127)` is
/// 10^k or just above it.
///
/// They are computed, exactly, when the first is asked for (a quarter of a millisecond) rather than listed.
enum PowersOfTen {
    /// Those that the scales of doubles from the least to the greatest need.
    static let exponents = -292...324

    @inline(__always)
    static func power(_ exponent: Int) -> (high: UInt64, low: UInt64) {
        table[exponent - exponents.lowerBound]
    }

    /// floor(log2(10^exponent)).
    @inline(__always)
    static func binaryExponent(_ exponent: Int) -> Int {
        (exponent * 1_741_647) >> 19
    }

    private static let table: [(high: UInt64, low: UInt64)] = {
        var below: [(high: UInt64, low: UInt64)] = []
        // 10^k as 2^1152 × 10^k, always rounded down: as floor(floor(a / 10) / 10) is floor(a / 100), no error adds up,
        // and what 10^-292 leaves still has more than 128 bits.
        var number = WideNumber(words: Array(repeating: 0, count: 18) + [1])
        for _ in exponents.lowerBound..<0 {
            number.divideByTen()
            let (high, low, _) = number.leadingBits()
            below.append(next((high, low)))
        }
        var table = Array(below.reversed())
        number = WideNumber(words: [1])
        for _ in 0...exponents.upperBound {
            let (high, low, isExact) = number.leadingBits()
            table.append(isExact ? (high, low) : next((high, low)))
            number.multiplyByTen()
        }
        return table
    }()

    private static func next(_ number: (high: UInt64, low: UInt64)) -> (high: UInt64, low: UInt64) {
        let (low, carries) = number.low.addingReportingOverflow(1)
        return (number.high + (carries ? 1 : 0), low)
    }
}

/// A whole number of any size, its least significant word first and its last word not zero.
private struct WideNumber {
    var words: [UInt64]

    mutating func multiplyByTen() {
        var carry: UInt64 = 0
        for index in words.indices {
            let (high, low) = words[index].multipliedFullWidth(by: 10)
            let (sum, overflows) = low.addingReportingOverflow(carry)
            words[index] = sum
            carry = high + (overflows ? 1 : 0)
        }
        if carry > 0 { words.append(carry) }
    }

    /// Rounded down.
    mutating func divideByTen() {
        var remainder: UInt64 = 0
        for index in words.indices.reversed() {
            (words[index], remainder) = UInt64(10).dividingFullWidth((remainder, words[index]))
        }
        if words.last == 0 { words.removeLast() }
    }

    /// The 128 bits from the highest one set on, zeros behind a shorter number, and whether all others are zero.
    func leadingBits() -> (high: UInt64, low: UInt64, isExact: Bool) {
        let shift = words[words.count - 1].leadingZeroBitCount
        func word(_ place: Int) -> UInt64 { words.count > place ? words[words.count - 1 - place] : 0 }
        func shifted(_ place: Int) -> UInt64 {
            shift == 0 ? word(place) : word(place) << shift | word(place + 1) >> (64 - shift)
        }
        let isExact = (2..<max(3, words.count + 1)).allSatisfy { shifted($0) == 0 }
        return (shifted(0), shifted(1), isExact)
    }
}
