/// What all integers of a run have in common: each is a multiple of the divisor plus the remainder.
struct CommonDivisor {
    /// 1: they have nothing in common. A damaged run may hold any number.
    var divisor: Int64
    /// 0 ..< divisor.
    var remainder: Int64

    static let none = CommonDivisor(divisor: 1, remainder: 0)

    /// Finds the divisor of a run, when it saves more than it takes.
    ///
    /// Storage is counted in blocks, half degrees are fives in tenths, single-precision floats end in 29 zero bits.
    init(of integers: UnsafePointer<Int64>, differences: UnsafePointer<Int64>, count: Int) {
        self = .none
        guard count > 2 else { return }
        let first = differences[0]
        var union: UInt64 = 0
        var changes = 0
        for index in 0..<count &- 1 {
            union |= UInt64(bitPattern: differences[index])
            changes &+= differences[index] == first ? 0 : 1
        }
        // A straight line has no residuals to make smaller.
        guard changes > 0 else { return }
        // The power of two is that of the union; only the odd rest takes a search.
        let twos = UInt64(truncatingIfNeeded: union.trailingZeroBitCount)
        let odd = Self.oddDivisor(of: differences, count &- 1, twos: twos)
        let (common, overflow) = odd.multipliedReportingOverflow(by: 1 &<< twos)
        guard !overflow, common > 1, common < 1 << 62 else { return }
        if odd > 1 {
            // A difference that wrapped at 64 bits keeps its powers of two, but not its odd divisors.
            var extent: UInt64 = 0
            for index in 0..<count { extent |= integers[index].magnitude }
            guard extent < 1 << 62 else { return }
        }
        var rest = integers[0] % Int64(common)
        if rest < 0 { rest += Int64(common) }
        let saved = changes &* (63 &- common.leadingZeroBitCount)
        let taken = 7 &* 2 &+ 64 &- common.leadingZeroBitCount &+ (rest == 0 ? 0 : 64 &- rest.leadingZeroBitCount)
        guard saved > taken else { return }
        divisor = Int64(common)
        remainder = rest
    }

    init(divisor: Int64, remainder: Int64) {
        self.divisor = divisor
        self.remainder = remainder
    }

    /// Divides integers and differences; it is known that no division leaves a rest.
    @inline(__always)
    func divide(
        _ integers: UnsafeMutablePointer<Int64>, _ differences: UnsafeMutablePointer<Int64>, count: Int
    ) {
        guard divisor != 1 else { return }
        let twos = Int64(truncatingIfNeeded: divisor.trailingZeroBitCount)
        let inverse = Int64(bitPattern: Self.inverse(UInt64(bitPattern: divisor &>> twos)))
        for index in 0..<count { integers[index] = ((integers[index] &- remainder) &>> twos) &* inverse }
        for index in 0..<count &- 1 { differences[index] = (differences[index] &>> twos) &* inverse }
    }

    @inline(__always)
    func multiply(_ integers: UnsafeMutablePointer<Int64>, count: Int) {
        guard divisor != 1 else { return }
        for index in 0..<count { integers[index] = integers[index] &* divisor &+ remainder }
    }

    /// The greatest odd number that divides all differences, which are multiples of 2 to the power `twos`.
    private static func oddDivisor(of differences: UnsafePointer<Int64>, _ count: Int, twos: UInt64) -> UInt64 {
        var common: UInt64 = 0
        var inverse: UInt64 = 0
        var limit: UInt64 = 0
        for index in 0..<count {
            let difference = differences[index].magnitude &>> twos
            // If an odd number divides another one, the product with its inverse modulo 2^64 is the quotient. Other
            // products are larger than any quotient.
            if common != 0, difference &* inverse <= limit { continue }
            common = greatestOdd(common, difference)
            if common == 1 { return 1 }
            inverse = Self.inverse(common)
            limit = UInt64.max / max(common, 1)
        }
        return max(common, 1)
    }

    /// The greatest odd common divisor of an odd number, or 0, and any number.
    private static func greatestOdd(_ odd: UInt64, _ other: UInt64) -> UInt64 {
        guard other != 0 else { return odd }
        // By differences and shifts (Stein, 1967), as divisions are slow.
        var rest = other &>> UInt64(truncatingIfNeeded: other.trailingZeroBitCount)
        var common = odd
        while common != 0, rest != common {
            let difference = max(rest, common) &- min(rest, common)
            common = min(rest, common)
            rest = difference &>> UInt64(truncatingIfNeeded: difference.trailingZeroBitCount)
        }
        return rest
    }

    /// The inverse of an odd number modulo 2^64. Five bits of the first guess are right; Newton's steps double them.
    @inline(__always)
    private static func inverse(_ odd: UInt64) -> UInt64 {
        var inverse = (3 &* odd) ^ 2
        for _ in 0..<4 { inverse &*= 2 &- odd &* inverse }
        return inverse
    }
}
