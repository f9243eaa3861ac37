/// Strings as Prometheus 3.5 writes them in JSON. It has three ways, depending on which library sees the string; readers
/// take all of them alike, but tools that compare answers byte by byte do not.
enum JSONText {
    enum Style {
        /// Names and values of labels: only what JSON asks for.
        case label
        /// Warnings and infos: also what would be read in HTML and JavaScript (`<`, `>`, `&`, U+2028 and U+2029).
        case annotation
        /// The value of a string expression: as annotations, but with the short forms of backspace and form feed.
        case value
    }

    /// The string in quotes.
    static func append(_ string: String, _ style: Style = .label, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = string
        text.withUTF8 { bytes in
            var start = 0
            var index = 0
            while index < bytes.count {
                let length = lengthToEscape(bytes, at: index, style)
                guard length > 0 else {
                    index += 1
                    continue
                }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                appendEscape(bytes, at: index, style, to: &output)
                index += length
                start = index
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        output.append(UInt8(ascii: "\""))
    }

    /// 0 where the byte stands for itself.
    @inline(__always)
    private static func lengthToEscape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, _ style: Style) -> Int {
        switch bytes[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): 1
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): style == .label ? 0 : 1
        // U+2028 and U+2029 are E2 80 A8 and E2 80 A9; a string is valid UTF-8, so two bytes follow.
        case 0xE2 where style != .label: bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8 ? 3 : 0
        default: 0
        }
    }

    private static func appendEscape(
        _ bytes: UnsafeBufferPointer<UInt8>, at index: Int, _ style: Style, to output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "\\"))
        switch bytes[index] {
        case let byte where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\"): output.append(byte)
        case UInt8(ascii: "\n"): output.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): output.append(UInt8(ascii: "t"))
        case 0x08 where style == .value: output.append(UInt8(ascii: "b"))
        case 0x0C where style == .value: output.append(UInt8(ascii: "f"))
        case 0xE2: output.append(bytes[index + 2] == 0xA8 ? "u2028" : "u2029")
        case let byte:
            output.append("u00")
            for digit in [byte >> 4, byte & 15] {
                output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
