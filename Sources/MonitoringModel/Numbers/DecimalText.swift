/// Numbers and times as Prometheus prints them: the fewest digits that read back as the same double.
///
/// The digits are those of Go's `strconv.FormatFloat(value, …, -1, 64)`; `NaN`, `+Inf`, `-Inf` and `-0` are its words too.
package enum DecimalText {
    /// Free bytes that `append(_:to:)` of a span wants; of them it uses 25 at most.
    package static let room = 32

    /// With an exponent below 10^-6 and from 10^21 on (`1e-07`, `1.5e+21`), as samples stand in answers and on pages.
    package static func append(_ value: Double, to output: inout [UInt8]) {
        output.append(addingCapacity: room) { append(value, to: &$0) }
    }

    /// As above, into a span with `room` free bytes at least.
    package static func append(_ value: Double, to output: inout OutputSpan<UInt8>) {
        let magnitude = value.magnitude
        let withExponent = (magnitude < 1e-6 || magnitude >= 1e21) && magnitude != 0
        append(to: &output, room: room) { Cursor.end(of: value, withExponent: withExponent, at: $0) }
    }

    /// Never with an exponent, as Go's `FormatFloat(value, 'f', -1, 64)`: up to 327 bytes.
    package static func appendPositional(_ value: Double, to output: inout [UInt8]) {
        output.append(addingCapacity: 340) { span in
            append(to: &span, room: 340) { Cursor.end(of: value, withExponent: false, at: $0) }
        }
    }

    package static func append(_ value: Int64, to output: inout [UInt8]) {
        output.append(addingCapacity: room) { span in
            append(to: &span, room: room) { start in
                var cursor = Cursor(next: start)
                if value < 0 { cursor.append(UInt8(ascii: "-")) }
                cursor.append(value.magnitude)
                return cursor.next
            }
        }
    }

    /// `number`, below 10^`digits`, with leading zeros.
    package static func append(_ number: Int64, digits: Int, to output: inout [UInt8]) {
        precondition(number >= 0 && (1...20).contains(digits))
        output.append(addingCapacity: room) { span in
            append(to: &span, room: room) { start in
                var cursor = Cursor(next: start)
                cursor.append(UInt64(number), digits: digits)
                return cursor.next
            }
        }
    }

    /// Seconds since the Unix epoch, with three decimals unless they are whole: `1435781451`, `1435781451.500`, `-0.001`.
    package static func appendSeconds(_ time: Timestamp, to output: inout [UInt8]) {
        output.append(addingCapacity: room) { appendSeconds(time, to: &$0) }
    }

    /// As above, into a span with `room` free bytes at least.
    package static func appendSeconds(_ time: Timestamp, to output: inout OutputSpan<UInt8>) {
        append(to: &output, room: room) { Cursor.end(ofSeconds: time.milliseconds, at: $0) }
    }

    /// - Parameter write: writes from the place it is given on and returns the end.
    @inline(__always)
    private static func append(
        to output: inout OutputSpan<UInt8>, room: Int, _ write: (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer
    ) {
        precondition(output.freeCapacity >= room)
        output.withUnsafeMutableBufferPointer { buffer, count in
            let start = UnsafeMutableRawPointer(buffer.baseAddress.unsafelyUnwrapped + count)
            count += write(start) - start
        }
    }
}

/// The place in a buffer where the next byte goes. Whoever makes one sees to it that the buffer is large enough; up to
/// seven bytes behind the last one written are overwritten.
private struct Cursor {
    private(set) var next: UnsafeMutableRawPointer

    /// Writes a number from `start` on.
    ///
    /// - Returns: the end, as all of these do: a cursor that goes through memory would cost more than short numbers.
    @inline(never)
    static func end(
        of value: Double, withExponent: Bool, at start: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var cursor = Cursor(next: start)
        if value.sign == .minus, !value.isNaN { cursor.append(UInt8(ascii: "-")) }
        if value.magnitude < 0x1p53 {
            // Signed, as the processor converts these in one step.
            let whole = Int64(value.magnitude)
            if Double(whole) == value.magnitude {
                cursor.append(UInt64(whole))
                return cursor.next
            }
        }
        return value.isFinite
            ? end(ofFraction: value, withExponent: withExponent, at: cursor.next) : end(ofWord: value, at: cursor.next)
    }

    /// The rest of a number behind its sign.
    @inline(never)
    private static func end(
        ofFraction value: Double, withExponent: Bool, at start: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var cursor = Cursor(next: start)
        cursor.append(ShortestDecimal(value), withExponent: withExponent)
        return cursor.next
    }

    @inline(never)
    private static func end(ofWord value: Double, at start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        var cursor = Cursor(next: start)
        cursor.append(value.isNaN ? "NaN" : value > 0 ? "+Inf" : "Inf")
        return cursor.next
    }

    @inline(never)
    static func end(
        ofSeconds milliseconds: Int64, at start: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var cursor = Cursor(next: start)
        if milliseconds < 0 { cursor.append(UInt8(ascii: "-")) }
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        cursor.append(seconds)
        if rest != 0 {
            cursor.append(UInt8(ascii: "."))
            cursor.append(rest, digits: 3)
        }
        return cursor.next
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        next.storeBytes(of: byte, as: UInt8.self)
        next += 1
    }

    private mutating func append(_ text: StaticString) {
        next.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        next += text.utf8CodeUnitCount
    }

    private mutating func appendZeros(_ count: Int) {
        for _ in 0..<count { append(UInt8(ascii: "0")) }
    }

    @inline(__always)
    mutating func append(_ number: UInt64) {
        append(number, digits: Self.digitCount(number))
    }

    /// `number`, below 10^`digits`, with leading zeros; `digits` is 1...20.
    @inline(__always)
    mutating func append(_ number: UInt64, digits: Int) {
        var rest = number
        if digits > 8 {
            let (head, tail) = number.quotientAndRemainder(dividingBy: 100_000_000)
            rest = head
            if digits > 16 {
                let (first, middle) = head.quotientAndRemainder(dividingBy: 100_000_000)
                store(Self.eightDigits(first) &>> UInt64(truncatingIfNeeded: 192 &- 8 &* digits), used: digits &- 16)
                store(Self.eightDigits(middle), used: 8)
            } else {
                store(Self.eightDigits(rest) &>> UInt64(truncatingIfNeeded: 128 &- 8 &* digits), used: digits &- 8)
            }
            store(Self.eightDigits(tail), used: 8)
        } else {
            store(Self.eightDigits(rest) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* digits), used: digits)
        }
    }

    @inline(__always)
    private mutating func store(_ text: UInt64, used: Int) {
        next.storeBytes(of: text.littleEndian, as: UInt64.self)
        next += used
    }

    @inline(__always)
    private mutating func append(_ decimal: ShortestDecimal, withExponent: Bool) {
        let count = Self.digitCount(decimal.digits)
        if withExponent {
            append(decimal.digits, count: count, power: decimal.exponent + count - 1)
        } else if decimal.exponent >= 0 {
            append(decimal.digits, digits: count)
            appendZeros(decimal.exponent)
        } else if count + decimal.exponent > 0 {
            let decimals = -decimal.exponent
            let (whole, fraction) = decimal.digits.quotientAndRemainder(dividingBy: Self.powersOfTen[decimals])
            append(whole, digits: count - decimals)
            append(UInt8(ascii: "."))
            append(fraction, digits: decimals)
        } else {
            append("0.")
            appendZeros(-decimal.exponent - count)
            append(decimal.digits, digits: count)
        }
    }

    /// `d.ddde±xx`: the exponent has two digits at least.
    private mutating func append(_ digits: UInt64, count: Int, power: Int) {
        let (first, rest) = digits.quotientAndRemainder(dividingBy: Self.powersOfTen[count - 1])
        append(first, digits: 1)
        if count > 1 {
            append(UInt8(ascii: "."))
            append(rest, digits: count - 1)
        }
        append(UInt8(ascii: "e"))
        append(power < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        append(UInt64(power.magnitude), digits: power.magnitude < 100 ? 2 : 3)
    }

    /// A number below 10^8 as eight digits, the first in the lowest byte. All are made at once: the halves of four digits
    /// in 32 bits each, of these the halves in 16, of those the halves in 8; 10,486 / 2^20 and 103 / 2^10 stand for
    /// 1 / 100 and 1 / 10.
    @inline(__always)
    private static func eightDigits(_ number: UInt64) -> UInt64 {
        let head = number / 10_000
        let fours = head | (number &- head &* 10_000) << 32
        let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let pairs = hundreds | (fours &- hundreds &* 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        return (tens | (pairs &- tens &* 10) << 8) | 0x3030_3030_3030_3030
    }

    /// 1 for zero.
    @inline(__always)
    private static func digitCount(_ number: UInt64) -> Int {
        // 1233 / 4096 is log10(2): exact, or one too small.
        let estimate = ((64 &- (number | 1).leadingZeroBitCount) &* 1233) >> 12
        return number | 1 >= powersOfTen[estimate] ? estimate &+ 1 : estimate
    }

    private static let powersOfTen: InlineArray<20, UInt64> = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]
}

extension DecimalText {
    /// A number as the Prometheus API writes it.
    package static func text(of value: Double) -> String {
        var output: [UInt8] = []
        append(value, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// A number without exponent, with the fewest digits that read back the same.
    package static func positionalText(of value: Double) -> String {
        var output: [UInt8] = []
        appendPositional(value, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
