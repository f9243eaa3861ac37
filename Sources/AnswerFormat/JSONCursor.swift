/// A place in a text of JSON. It reads what is asked for and keeps no tree, so that answers of many points take no more than
/// their points; nothing recurses, so that no nesting exhausts the stack.
struct JSONCursor {
    private let bytes: [UInt8]
    private var index = 0
    /// Whether an object or array has just been entered: then no comma stands before what comes.
    private var isAtFirst = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func error(_ expected: String) -> JSONAnswerError { JSONAnswerError(offset: index, expected: expected) }

    /// The next byte that is no white space.
    mutating func peek() -> UInt8? {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// Steps over `byte`, with which an object, an array or something else begins.
    mutating func expect(_ byte: UInt8, _ expected: String) throws(JSONAnswerError) {
        guard peek() == byte else { throw error(expected) }
        index += 1
        isAtFirst = true
    }

    mutating func expectEnd() throws(JSONAnswerError) {
        guard peek() == nil else { throw error("the end") }
    }

    /// The name of the next member of an object that has been entered; nil at its end, which is stepped over.
    mutating func nextMember() throws(JSONAnswerError) -> String? {
        guard try next(before: UInt8(ascii: "}")) else { return nil }
        let name = try string()
        try expect(UInt8(ascii: ":"), "a colon")
        return name
    }

    /// Whether an array that has been entered has one more element; its end is stepped over.
    mutating func nextElement() throws(JSONAnswerError) -> Bool { try next(before: UInt8(ascii: "]")) }

    private mutating func next(before end: UInt8) throws(JSONAnswerError) -> Bool {
        defer { isAtFirst = false }
        switch peek() {
        case end:
            index += 1
            return false
        case UInt8(ascii: ",") where !isAtFirst:
            index += 1
            return true
        case .some where isAtFirst: return true
        default: throw error("a comma or the end of the list")
        }
    }

    mutating func number() throws(JSONAnswerError) -> Double {
        _ = peek()
        let start = index
        while index < bytes.count, Self.isOfNumber(bytes[index]) { index += 1 }
        guard let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)), value.isFinite else {
            throw JSONAnswerError(offset: start, expected: "a number")
        }
        return value
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// A string, with what is no UTF-8 in it repaired.
    mutating func string() throws(JSONAnswerError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw error("a string") }
        index += 1
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
        guard index < bytes.count else { throw error("the end of a string") }
        isAtFirst = false
        if bytes[index] == UInt8(ascii: "\"") {
            index += 1
            return String(decoding: bytes[start..<index - 1], as: UTF8.self)
        }
        return try escapedString(Array(bytes[start..<index]))
    }

    private mutating func escapedString(_ begin: [UInt8]) throws(JSONAnswerError) -> String {
        var text = begin
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try appendEscaped(to: &text)
            default: text.append(byte)
            }
        }
        throw error("the end of a string")
    }

    private mutating func appendEscaped(to text: inout [UInt8]) throws(JSONAnswerError) {
        guard index < bytes.count else { throw error("an escape") }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try unit())
            if code & 0xFC00 == 0xD800, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
                bytes[index + 1] == UInt8(ascii: "u")
            {
                let behindFirst = index
                index += 2
                let low = UInt32(try unit())
                if low & 0xFC00 == 0xDC00 {
                    code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
                } else {
                    index = behindFirst
                }
            }
            text += String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8
        default: throw error("an escape")
        }
    }

    /// Four hexadecimal digits.
    private mutating func unit() throws(JSONAnswerError) -> UInt16 {
        guard index + 4 <= bytes.count,
            bytes[index..<index + 4].allSatisfy({
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || 0x41...0x46 ~= $0 & 0xDF
            }),
            let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits") }
        index += 4
        return unit
    }

    /// Steps over any value.
    mutating func skipValue() throws(JSONAnswerError) {
        var depth = 0
        repeat {
            guard let byte = peek() else { throw error("a value") }
            switch byte {
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw error("a value") }
                depth -= 1
                index += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw error("a value") }
                index += 1
            default: try skipWord()
            }
        } while depth > 0
        isAtFirst = false
    }

    private mutating func skipString() throws(JSONAnswerError) {
        index += 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        index = bytes.count
        throw error("the end of a string")
    }

    /// A number, `true`, `false` or `null`.
    private mutating func skipWord() throws(JSONAnswerError) {
        let start = index
        while index < bytes.count,
            Self.isOfNumber(bytes[index]) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= bytes[index]
        {
            index += 1
        }
        guard index > start else { throw error("a value") }
    }
}
