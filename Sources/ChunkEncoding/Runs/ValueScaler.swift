/// Looks for the scale that makes the values of a run integers.
struct ValueScaler {
    /// What became of the values.
    struct Outcome {
        var scale: ValueScale
        /// How many integers there are, in the order of the values.
        var integerCount: Int
        /// Values that are not among the integers, marked in `misfits` if there are any.
        var misfitCount = 0
        /// Those of them that are finite: as patterns of bits they would be among the integers.
        var finiteMisfitCount = 0
    }

    let values: UnsafePointer<Double>
    let count: Int
    let integers: UnsafeMutablePointer<Int64>
    let misfits: UnsafeMutablePointer<UInt8>

    /// Added to a double below 2^51, it leaves the nearest integer in the low bits of the pattern.
    @inline(__always)
    private static var rounder: Double { 0x1.8p52 }
    @inline(__always)
    private static var magnitudeMask: UInt64 { 0x7fff_ffff_ffff_ffff }
    @inline(__always)
    private static var wholeLimit: Double { 0x1p51 }
    /// With more digits than these, many a double that is no short decimal seems to be one.
    @inline(__always)
    private static var decimalLimit: Double { 0x1p46 }

    // MARK: Decimals

    /// Makes decimals into integers; nil when too few values are decimals.
    func decimals() -> Outcome? {
        if scale(by: 0) { return Outcome(scale: .decimal(0), integerCount: count) }
        // A few values, spread over the run, mostly tell for all.
        var guess = ValueScale.largestExponent + 1
        var looked = 0
        var index = 0
        let stride = max(count / 16, 1)
        while index < count, looked < 4 {
            if isFraction(values[index]) {
                looked += 1
                if let exponent = exponent(of: values[index]) { guess = min(guess, exponent) }
            }
            index += stride
        }
        if looked > 0 {
            guard guess <= ValueScale.largestExponent else { return nil }
            if scale(by: guess) { return Outcome(scale: .decimal(guess), integerCount: count) }
        }
        return sortOut()
    }

    @inline(__always)
    private func isFraction(_ value: Double) -> Bool {
        guard value.magnitude < Self.wholeLimit else { return false }
        return (value + Self.rounder) - Self.rounder != value
    }

    /// Stores all values times 10 to the power `exponent`; false when one is no integer then, or too large.
    private func scale(by exponent: Int) -> Bool {
        // Without a branch the loops become vector code. -0.0 does not fit: the zero that comes back has no sign.
        var difference: UInt64 = 0
        var small: UInt64 = 1 &<< 63
        let rounder = Self.rounder
        if exponent == 0 {
            for index in 0..<count {
                let value = values[index]
                let shifted = value + rounder
                integers[index] = Int64(bitPattern: shifted.bitPattern &- rounder.bitPattern)
                difference |= (shifted - rounder).bitPattern ^ value.bitPattern
                small &= (value.bitPattern & Self.magnitudeMask) &- Self.wholeLimit.bitPattern
            }
        } else {
            let power = ValueScale.power(exponent)
            for index in 0..<count {
                let value = values[index]
                let product = value * power
                let shifted = product + rounder
                integers[index] = Int64(bitPattern: shifted.bitPattern &- rounder.bitPattern)
                difference |= ((shifted - rounder) / power).bitPattern ^ value.bitPattern
                small &= (product.bitPattern & Self.magnitudeMask) &- Self.decimalLimit.bitPattern
            }
        }
        return difference == 0 && small != 0
    }

    /// The integer that `value` times `power` is, when it gives back the value's bits.
    @inline(__always)
    private static func integer(_ value: Double, times power: Double) -> Int64? {
        let product = value * power
        guard product.magnitude < (power == 1 ? wholeLimit : decimalLimit) else {
            guard power == 1, value.magnitude < 0x1p63 else { return nil }
            let integer = Int64(value)
            return Double(integer).bitPattern == value.bitPattern ? integer : nil
        }
        let shifted = product + rounder
        guard ((shifted - rounder) / power).bitPattern == value.bitPattern else { return nil }
        return Int64(bitPattern: shifted.bitPattern &- rounder.bitPattern)
    }

    /// The least exponent that makes `value`, which is finite, an integer.
    private func exponent(of value: Double) -> Int? {
        if Self.integer(value, times: 1) != nil { return 0 }
        // What no exponent makes an integer, the largest one tells: true floats cost one division.
        var largest = 0
        var power = 1.0
        while largest < ValueScale.largestExponent, (value * power * 10).magnitude < Self.decimalLimit {
            largest += 1
            power *= 10
        }
        guard largest > 0, Self.integer(value, times: power) != nil else { return nil }
        power = 10
        for exponent in 1..<largest {
            if Self.integer(value, times: power) != nil { return exponent }
            power *= 10
        }
        return largest
    }

    /// Chooses the exponent by what the values need one by one, and marks those that do not fit.
    private func sortOut() -> Outcome? {
        var needs = InlineArray<16, Int>(repeating: 0)
        var fitting = 0
        var misfitting = 0
        var guess = 0
        var power = 1.0
        for index in 0..<count {
            let value = values[index]
            // NaNs and infinities take no time, and neighbours mostly need the same.
            guard value.magnitude < .infinity else { continue }
            if guess > 0, Self.integer(value, times: power) != nil, Self.integer(value, times: power / 10) == nil {
                needs[guess] += 1
                fitting += 1
            } else if let need = exponent(of: value) {
                needs[need] += 1
                fitting += 1
                guess = need
                power = ValueScale.power(need)
            } else {
                misfitting += 1
                // Exceptions are longer than patterns: half of the values are too many.
                if misfitting * 2 > count { return nil }
            }
        }
        guard fitting > 0 else { return nil }
        // A higher exponent makes all integers longer, by 3.3 bits each; a lower one makes exceptions of about 80 bits.
        var best = (exponent: 0, cost: Int.max)
        var above = fitting
        for exponent in 0...ValueScale.largestExponent where needs[exponent] > 0 {
            above -= needs[exponent]
            let cost = above * 80 + fitting * exponent * 10 / 3
            if cost < best.cost { best = (exponent, cost) }
        }
        return take(exponent: best.exponent)
    }

    /// Makes those values into integers that `exponent` suits; nil when there is none.
    private func take(exponent: Int) -> Outcome? {
        let power = ValueScale.power(exponent)
        var outcome = Outcome(scale: .decimal(exponent), integerCount: 0)
        for index in 0..<count {
            let value = values[index]
            if let integer = Self.integer(value, times: power) {
                integers[outcome.integerCount] = integer
                outcome.integerCount += 1
                misfits[index] = 0
            } else {
                misfits[index] = 1
                outcome.misfitCount += 1
                outcome.finiteMisfitCount += value.magnitude < .infinity ? 1 : 0
            }
        }
        return outcome.integerCount > 0 ? outcome : nil
    }

    // MARK: Patterns

    /// Takes the patterns of bits for integers; NaNs and infinities are left out as long as there is a number.
    func patterns() -> Outcome {
        var outcome = Outcome(scale: .pattern, integerCount: 0)
        for index in 0..<count {
            let value = values[index]
            integers[outcome.integerCount] = ValueScale.ordered(value.bitPattern)
            let misfit = value.magnitude < .infinity ? 0 : 1
            misfits[index] = UInt8(truncatingIfNeeded: misfit)
            outcome.misfitCount += misfit
            outcome.integerCount += 1 - misfit
        }
        guard outcome.integerCount == 0 else { return outcome }
        for index in 0..<count { integers[index] = ValueScale.ordered(values[index].bitPattern) }
        return Outcome(scale: .pattern, integerCount: count)
    }
}
