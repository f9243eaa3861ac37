/// How the doubles of a run become integers and come back bit for bit.
enum ValueScale: Equatable {
    /// The integer is the value times 10 to this power, 0...15.
    case decimal(Int)
    /// The integer is the pattern of bits, made to rise with the value.
    case pattern

    /// Powers of ten up to the 22nd are exact in a double; more digits than these are rarely those of a decimal.
    static let largestExponent = 15

    var byte: UInt8 {
        switch self {
        case .decimal(let exponent): UInt8(truncatingIfNeeded: exponent)
        case .pattern: 0xff
        }
    }

    /// Nil for a byte that stands for no scale.
    init?(byte: UInt8) {
        switch byte {
        case 0...UInt8(Self.largestExponent): self = .decimal(Int(byte))
        case 0xff: self = .pattern
        default: return nil
        }
    }

    /// 10 to the power `exponent`; exact.
    @inline(__always)
    static func power(_ exponent: Int) -> Double {
        var power = 1.0
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    /// The pattern of bits as an integer that rises with the value; the same again turns it back.
    @inline(__always)
    static func ordered(_ pattern: UInt64) -> Int64 {
        let integer = Int64(bitPattern: pattern)
        return integer ^ ((integer &>> 63) & Int64.max)
    }

    /// Turns integers back into the values they were made of.
    @inline(__always)
    func restore(_ integers: UnsafePointer<Int64>, _ count: Int, into values: UnsafeMutablePointer<Double>) {
        switch self {
        case .decimal(0):
            for index in 0..<count { values[index] = Double(integers[index]) }
        case .decimal(let exponent):
            // The division rounds as the encoder's check did.
            let power = Self.power(exponent)
            for index in 0..<count { values[index] = Double(integers[index]) / power }
        case .pattern:
            for index in 0..<count {
                let pattern = Self.ordered(UInt64(bitPattern: integers[index]))
                values[index] = Double(bitPattern: UInt64(bitPattern: pattern))
            }
        }
    }
}
