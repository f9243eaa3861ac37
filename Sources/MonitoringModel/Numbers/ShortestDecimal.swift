/// The decimal number with the fewest digits that reads back as a given double, and of those the one nearest to it:
/// `digits × 10^exponent`, `digits` without zeros at its end.
///
/// Found as in R. Giulietti, "The Schubfach way to render doubles" (2021): the numbers that read back as the double are
/// an interval around it; the scale 10^k is chosen so that the interval holds one multiple of it at least and at most
/// one of 10^(k+1), and three products with a rounded power of ten tell which.
struct ShortestDecimal {
    var digits: UInt64
    var exponent: Int

    /// - Parameter value: finite and not zero; its sign is ignored.
    @inline(__always)
    init(_ value: Double) {
        let fraction = value.significandBitPattern
        let field = Int(value.exponentBitPattern)
        let isNormal = field != 0
        // value = significand × 2^power
        let significand = isNormal ? fraction | 1 << 52 : fraction
        let power = (isNormal ? field : 1) - 1075
        // Below a power of two the doubles lie twice as close as above it.
        let isLowerCloser = fraction == 0 && field > 1

        // floor(log10(2^power)), or of three quarters of it: what fits into the interval.
        let scale = (power &* 1_262_611 &- (isLowerCloser ? 524_031 : 0)) >> 22
        let tenTo = PowersOfTen.power(-scale)
        let shift = UInt64(truncatingIfNeeded: power &+ PowersOfTen.binaryExponent(-scale) &+ 1)
        // The double and the two ends of its interval, in quarters of 10^scale, odd where they are not whole.
        let quarters = significand &* 4
        let middle = Self.product(tenTo, quarters &<< shift)
        let low = Self.product(tenTo, (quarters &- (isLowerCloser ? 1 : 2)) &<< shift)
        let high = Self.product(tenTo, (quarters &+ 2) &<< shift)
        // Reading rounds to even, so the ends belong to the interval of an even significand.
        let isOdd = significand & 1
        let lower = low &+ isOdd
        let upper = high &- isOdd

        // Which way it goes is as good as random, so both results are made and the processor need not guess.
        let below = middle / 4
        let tens = below / 10
        let isTensInside = lower <= 40 &* tens
        let isNextTensInside = 40 &* tens &+ 40 <= upper
        let isBelowInside = lower <= 4 &* below
        let isAboveInside = 4 &* below &+ 4 <= upper
        // More than half a unit above, or half of one above an odd number.
        let isAboveNearer = middle &+ (below & 1) > 4 &* below &+ 2
        let isAbove = isBelowInside == isAboveInside ? isAboveNearer : isAboveInside
        let isShorter = isTensInside != isNextTensInside && below >= 10
        let isShorterBit: UInt64 = isShorter ? 1 : 0
        let long = below &+ (isAbove ? 1 : 0)
        let short = tens &+ (isNextTensInside ? 1 : 0)
        // Chosen by bits, as the compiler makes a jump of `isShorter ? short : long`.
        digits = long ^ ((long ^ short) & (0 &- isShorterBit))
        exponent = scale &+ Int(truncatingIfNeeded: isShorterBit)
        dropZeros()
    }

    /// No number has more than fifteen zeros at its end: `digits` is below 2^53 here unless it was 10 or less.
    @inline(__always)
    private mutating func dropZeros() {
        guard digits % 10 == 0 else { return }
        dropZeros(8, power: 100_000_000)
        dropZeros(4, power: 10_000)
        dropZeros(2, power: 100)
        dropZeros(1, power: 10)
    }

    @inline(__always)
    private mutating func dropZeros(_ count: Int, power: UInt64) {
        let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: power)
        if remainder == 0 {
            digits = quotient
            exponent &+= count
        }
    }

    /// The upper 64 bits of the 192-bit product, with the last bit set where what is cut off is not nothing: "rounded to
    /// odd", which keeps every comparison above right although the power of ten is rounded.
    @inline(__always)
    private static func product(_ power: (high: UInt64, low: UInt64), _ factor: UInt64) -> UInt64 {
        let low = power.low.multipliedFullWidth(by: factor).high
        let high = power.high.multipliedFullWidth(by: factor)
        let sum = (UInt128(high.high) << 64 | UInt128(high.low)) &+ UInt128(low)
        let isRest: UInt64 = UInt64(truncatingIfNeeded: sum) > 1 ? 1 : 0
        return UInt64(truncatingIfNeeded: sum >> 64) | isRest
    }
}
