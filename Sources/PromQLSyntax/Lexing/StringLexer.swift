/// Reads one string literal with Go's escapes; between backquotes everything stands for itself.
struct StringLexer {
    let expression: String
    let bytes: [UInt8]
    /// At the opening quote before `read`, behind the closing one after it.
    private(set) var index: Int

    init(expression: String, bytes: [UInt8], index: Int) {
        self.expression = expression
        self.bytes = bytes
        self.index = index
    }

    mutating func read() throws(PromQLSyntaxError) -> String {
        let start = index
        let quote = bytes[start]
        let isRaw = quote == UInt8(ascii: "`")
        index += 1
        var value: [UInt8] = []
        while index < bytes.count, bytes[index] != quote {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\\"), !isRaw {
                try readEscape(quote, into: &value)
            } else if byte == UInt8(ascii: "\n"), !isRaw {
                throw error("expected the end of the string, found a line break", at: index)
            } else {
                value.append(byte)
                index += 1
            }
        }
        guard index < bytes.count else {
            throw error("expected the end of the string, found the end of the expression", at: start)
        }
        index += 1
        guard let text = String(validating: value, as: UTF8.self) else {
            throw error("expected a string of UTF-8, found other bytes", at: start)
        }
        return text
    }

    private mutating func readEscape(_ quote: UInt8, into value: inout [UInt8]) throws(PromQLSyntaxError) {
        let start = index
        index += 1
        guard index < bytes.count else { throw error("expected an escape, found the end of the expression", at: start) }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "a"): value.append(0x07)
        case UInt8(ascii: "b"): value.append(0x08)
        case UInt8(ascii: "f"): value.append(0x0C)
        case UInt8(ascii: "n"): value.append(0x0A)
        case UInt8(ascii: "r"): value.append(0x0D)
        case UInt8(ascii: "t"): value.append(0x09)
        case UInt8(ascii: "v"): value.append(0x0B)
        case UInt8(ascii: "\\"), quote: value.append(byte)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            index -= 1
            let number = try digits(3, radix: 8, from: start)
            guard number <= 0xFF else { throw error("expected an octal escape of at most \\377", at: start) }
            value.append(UInt8(number))
        case UInt8(ascii: "x"): value.append(UInt8(try digits(2, radix: 16, from: start)))
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let number = try digits(byte == UInt8(ascii: "u") ? 4 : 8, radix: 16, from: start)
            guard let scalar = Unicode.Scalar(number) else {
                throw error("expected a Unicode scalar value, found another number", at: start)
            }
            value.append(contentsOf: String(Character(scalar)).utf8)
        default: throw error("expected an escape of Go, found another", at: start)
        }
    }

    private mutating func digits(_ count: Int, radix: Int, from start: Int) throws(PromQLSyntaxError) -> UInt32 {
        let end = min(index + count, bytes.count)
        let text = String(decoding: bytes[index..<end], as: UTF8.self)
        // `UInt32` would take a sign.
        guard end - index == count, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let number = UInt32(text, radix: radix)
        else { throw error("expected \(count) digits of base \(radix) in an escape, found fewer", at: start) }
        index = end
        return number
    }

    private func error(_ message: String, at offset: Int) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: offset, of: expression)
    }
}
