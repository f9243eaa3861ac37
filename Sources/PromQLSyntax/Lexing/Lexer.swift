/// Cuts an expression into tokens.
struct Lexer {
    let expression: String
    private let bytes: [UInt8]
    private var index = 0
    /// Between `[` and `]` a colon is a sign, elsewhere a part of names.
    private var isInBrackets = false

    init(_ expression: String) {
        self.expression = expression
        bytes = Array(expression.utf8)
    }

    /// The next token; `.end` again and again at the end.
    mutating func next() throws(PromQLSyntaxError) -> Token {
        skipBlanksAndComments()
        let start = index
        guard let byte = peek() else { return Token(kind: .end, range: start..<start) }
        let kind: Token.Kind
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            var literal = StringLexer(expression: expression, bytes: bytes, index: index)
            kind = .string(try literal.read())
            index = literal.index
        case UInt8(ascii: "0")...UInt8(ascii: "9"): kind = try numberOrDuration()
        case UInt8(ascii: ".") where Self.isDigit(peek(1)): kind = try numberOrDuration()
        case _ where Self.isNameStart(byte) && !(isInBrackets && byte == UInt8(ascii: ":")): kind = name()
        default: kind = try sign(byte)
        }
        return Token(kind: kind, range: start..<index)
    }

    private func peek(_ offset: Int = 0) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    private func error(_ message: String, at offset: Int) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: offset, of: expression)
    }

    private mutating func skipBlanksAndComments() {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): index += 1
            case UInt8(ascii: "#"):
                while let byte = peek(), byte != UInt8(ascii: "\n") { index += 1 }
            default: return
            }
        }
    }

    // MARK: names and signs

    /// `Inf` and `NaN` are numbers in any case.
    private mutating func name() -> Token.Kind {
        let start = index
        while let byte = peek(), Self.isNameStart(byte) || Self.isDigit(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        switch text.lowercased() {
        case "inf": return .number(.infinity)
        case "nan": return .number(.nan)
        default: return .identifier(text)
        }
    }

    private mutating func sign(_ byte: UInt8) throws(PromQLSyntaxError) -> Token.Kind {
        let second = peek(1)
        func isPair(_ text: StaticString) -> Bool {
            text.withUTF8Buffer { $0[0] == byte && $0[1] == second }
        }
        let pairs: [(StaticString, Token.Kind)] = [
            ("!=", .binaryOperator(.notEqual)), ("=~", .matches), ("!~", .doesNotMatch),
            ("==", .binaryOperator(.equal)), (">=", .binaryOperator(.greaterOrEqual)),
            ("<=", .binaryOperator(.lessOrEqual)),
        ]
        for (text, kind) in pairs where isPair(text) {
            index += 2
            return kind
        }
        let kind: Token.Kind
        switch byte {
        case UInt8(ascii: "{"): kind = .leftBrace
        case UInt8(ascii: "}"): kind = .rightBrace
        case UInt8(ascii: "("): kind = .leftParenthesis
        case UInt8(ascii: ")"): kind = .rightParenthesis
        case UInt8(ascii: "["):
            kind = .leftBracket
            isInBrackets = true
        case UInt8(ascii: "]"):
            kind = .rightBracket
            isInBrackets = false
        case UInt8(ascii: ","): kind = .comma
        case UInt8(ascii: ":"): kind = .colon
        case UInt8(ascii: "@"): kind = .at
        case UInt8(ascii: "="): kind = .equal
        default:
            if let single = BinaryOperator(rawValue: String(UnicodeScalar(byte))) {
                kind = .binaryOperator(single)
                break
            }
            let found = String(expression.utf8.dropFirst(index)).flatMap(\.first).map { String($0).debugDescription }
            throw error(
                "expected a name, number, string or sign of PromQL, found \(found ?? "a stray byte")", at: index)
        }
        index += 1
        return kind
    }

    /// A letter, `_` or `:`, with which identifiers start.
    private static func isNameStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    // MARK: numbers and durations

    /// `12`, `1_000`, `.5`, `1e3`, `0x1F`, `017`, or a duration such as `1h30m`.
    private mutating func numberOrDuration() throws(PromQLSyntaxError) -> Token.Kind {
        let start = index
        while let byte = peek() {
            let isExponentSign =
                (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")) && bytes[index - 1] | 0x20 == UInt8(ascii: "e")
                && !isHexadecimal(from: start)
            guard
                Self.isNameStart(byte) && byte != UInt8(ascii: ":") || Self.isDigit(byte) || byte == UInt8(ascii: ".")
                    || isExponentSign
            else { break }
            index += 1
        }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        if let value = Self.number(word) { return .number(value) }
        if let milliseconds = try duration(start..<index) { return .duration(milliseconds) }
        throw error("expected a number or duration, found \(word.debugDescription)", at: start)
    }

    private func isHexadecimal(from start: Int) -> Bool {
        bytes[start] == UInt8(ascii: "0") && index > start + 1 && bytes[start + 1] | 0x20 == UInt8(ascii: "x")
    }

    private static func number(_ word: String) -> Double? {
        var digits: [UInt8] = []
        let bytes = Array(word.utf8)
        let isHexadecimal = bytes.count > 2 && bytes[0] == UInt8(ascii: "0") && bytes[1] | 0x20 == UInt8(ascii: "x")
        for (index, byte) in bytes.enumerated() {
            guard byte == UInt8(ascii: "_") else {
                digits.append(byte)
                continue
            }
            // Only between digits.
            guard index > 0, index + 1 < bytes.count, bytes[index - 1] != byte, bytes[index + 1] != byte else {
                return nil
            }
        }
        let text = String(decoding: digits, as: UTF8.self)
        if isHexadecimal { return UInt64(text.dropFirst(2), radix: 16).map { Double($0) } }
        // `Double` would also take "infinity" and the like, but the first byte is a digit or a point.
        guard digits.allSatisfy({ isDigit($0) || ".eE+-".utf8.contains($0) }) else { return nil }
        // As in Go, whole numbers with a leading zero are octal where all digits are.
        if text.hasPrefix("0"), let value = Int64(text, radix: 8) { return Double(value) }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// `1h30m`: units from years to milliseconds, each at most once and in that order; nil when this is not one.
    private func duration(_ range: Range<Int>) throws(PromQLSyntaxError) -> Int64? {
        let units = DurationUnit.allCases
        var position = range.lowerBound
        var next = 0
        var total: Int64 = 0
        while position < range.upperBound {
            let digits = bytes[position..<range.upperBound].prefix { Self.isDigit($0) }
            let unit = bytes[digits.endIndex..<range.upperBound].prefix { !Self.isDigit($0) }
            guard !digits.isEmpty, let index = units.firstIndex(where: { unit.elementsEqual($0.rawValue.utf8) }),
                index >= next
            else { return nil }
            guard let count = Int64(String(decoding: digits, as: UTF8.self)),
                case let (span, overflowed) = count.multipliedReportingOverflow(by: units[index].milliseconds),
                !overflowed,
                case let (sum, sumOverflowed) = total.addingReportingOverflow(span), !sumOverflowed,
                sum <= Self.longestDuration
            else { throw error("expected a duration of at most 1000y, found a longer one", at: range.lowerBound) }
            total = sum
            next = index + 1
            position = unit.endIndex
        }
        return total
    }

    /// 1,000 years: keeps every sum of times far from overflow.
    static let longestDuration: Int64 = 1000 * 365 * 86_400_000
}
