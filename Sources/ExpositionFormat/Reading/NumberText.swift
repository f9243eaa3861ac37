/// Numbers as metrics pages write them.
enum NumberText {
    /// A decimal number with optional sign, fraction and exponent, or `NaN`, `Inf`, `Infinity` in any case, as Go's
    /// `strconv.ParseFloat` reads them but without hexadecimal numbers and underscores. Nil for anything else and for
    /// what no double can hold.
    static func double(_ bytes: ArraySlice<UInt8>) -> Double? {
        var index = bytes.startIndex
        var isNegative = false
        if index < bytes.endIndex, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < bytes.endIndex else { return nil }
        if !isDigit(bytes[index]), bytes[index] != UInt8(ascii: ".") {
            return word(bytes[index...], isNegative: isNegative, hasSign: index > bytes.startIndex)
        }

        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var isExact = true
        var seenPoint = false
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else if isDigit(byte) {
                digits += 1
                // Nineteen digits always fit.
                if mantissa < 1_000_000_000_000_000_000 {
                    mantissa = mantissa * 10 + UInt64(byte - UInt8(ascii: "0"))
                    if seenPoint { exponent -= 1 }
                } else {
                    isExact = false
                }
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        if index < bytes.endIndex {
            guard bytes[index] | 0x20 == UInt8(ascii: "e"), let power = integer(bytes[(index + 1)...]) else {
                return nil
            }
            // Far beyond what a double holds either way; the sum must not overflow.
            exponent += Int(min(max(power, -100_000), 100_000))
        }
        if isExact, mantissa < 1 << 53, (-22...22).contains(exponent) {
            // Both operands are exact doubles, so one rounding gives the nearest double (Clinger's fast path).
            let magnitude = Double(mantissa)
            let scaled = exponent < 0 ? magnitude / powersOfTen[-exponent] : magnitude * powersOfTen[exponent]
            return isNegative ? -scaled : scaled
        }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// A whole number with optional sign; nil for anything else and on overflow.
    static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var index = bytes.startIndex
        var isNegative = false
        if index < bytes.endIndex, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < bytes.endIndex else { return nil }
        var value: Int64 = 0
        for byte in bytes[index...] {
            guard isDigit(byte) else { return nil }
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (sum, overflowedToo) = product.addingReportingOverflow(isNegative ? -digit : digit)
            guard !overflowed, !overflowedToo else { return nil }
            value = sum
        }
        return value
    }

    private static func word(_ bytes: ArraySlice<UInt8>, isNegative: Bool, hasSign: Bool) -> Double? {
        func isWord(_ word: StaticString) -> Bool {
            guard bytes.count == word.utf8CodeUnitCount else { return false }
            return word.withUTF8Buffer { buffer in
                zip(bytes, buffer).allSatisfy { $0 | 0x20 == $1 }
            }
        }
        if isWord("nan") { return hasSign ? nil : Double.nan }
        if isWord("inf") || isWord("infinity") { return isNegative ? -Double.infinity : Double.infinity }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
