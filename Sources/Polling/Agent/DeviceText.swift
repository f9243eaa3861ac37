/// Makes texts of devices fit to be labels: hostile bytes in, one line of printable text out.
package enum DeviceText {
    /// Longest text kept, in bytes; the rest is cut off and marked with "…".
    package static let longest = 512

    /// The bytes as text.
    ///
    /// NULs and white space around the text are dropped (UPS cards pad with NUL), runs of control characters and line breaks
    /// become one space, directional controls vanish since they make a page lie. Bytes that are not UTF-8 stay tellable
    /// apart: every byte that is not ASCII is then written `\xHH`.
    package static func line(_ bytes: [UInt8]) -> String {
        let kept = bytes.prefix(longest)
        var scalars = String.UnicodeScalarView()
        var isGap = false
        func append(_ scalar: Unicode.Scalar) {
            if isGap, !scalars.isEmpty { scalars.append(" ") }
            isGap = false
            scalars.append(scalar)
        }
        if let text = validated(kept, isCut: kept.count < bytes.count) {
            for scalar in text.unicodeScalars {
                switch scalar.value {
                case 0...0x20, 0x7f...0xa0, 0x2028, 0x2029: isGap = true
                case 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069, 0xfeff: break
                default: append(scalar)
                }
            }
        } else {
            for byte in kept {
                switch byte {
                case 0...0x20, 0x7f: isGap = true
                case 0x80...:
                    append("\\")
                    scalars.append("x")
                    scalars.append(hexDigit(byte >> 4))
                    scalars.append(hexDigit(byte & 15))
                default: append(Unicode.Scalar(byte))
                }
            }
        }
        if kept.count < bytes.count { scalars.append("…") }
        return String(scalars)
    }

    /// The bytes as UTF-8; where the text was cut, a broken last character is dropped. Nil when they are not UTF-8.
    private static func validated(_ bytes: ArraySlice<UInt8>, isCut: Bool) -> String? {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        guard isCut else { return nil }
        for dropped in 1...3 {
            if let text = String(validating: bytes.dropLast(dropped), as: UTF8.self) { return text }
        }
        return nil
    }

    private static func hexDigit(_ nibble: UInt8) -> Unicode.Scalar {
        Unicode.Scalar(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
    }
}
