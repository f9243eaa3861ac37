import MonitoringModel

/// One line of JSON as `ArchiveFormat.jsonLines` has it: an object with "metric", "values" and "timestamps", in any order.
struct JSONSeriesLine {
    private(set) var labels = LabelSet()
    private(set) var values: [Double] = []
    private(set) var timestamps: [Int64] = []

    init(_ cursor: inout PageCursor) throws(ExpositionError) {
        try cursor.consume(UInt8(ascii: "{"), "\"{\"")
        var seen: Set<String> = []
        repeat {
            cursor.skipBlanks()
            let start = cursor.index
            let key = try cursor.jsonString()
            guard seen.insert(key).inserted else {
                throw cursor.error("expected each key once, found \"\(key)\" again", at: start)
            }
            try cursor.consumeJSON(UInt8(ascii: ":"))
            switch key {
            case "metric": labels = try Self.labels(&cursor)
            case "values":
                try cursor.jsonArray { cursor throws(ExpositionError) in values.append(try Self.value(&cursor)) }
            case "timestamps":
                try cursor.jsonArray { cursor throws(ExpositionError) in timestamps.append(try Self.timestamp(&cursor))
                }
            default: throw cursor.error("expected \"metric\", \"values\" or \"timestamps\"", at: start)
            }
            cursor.skipBlanks()
        } while cursor.take(UInt8(ascii: ","))
        try cursor.consumeJSON(UInt8(ascii: "}"))
        _ = cursor.take(UInt8(ascii: "\r"))
        cursor.skipBlanks()
        try cursor.expectEndOfLine()
    }

    private static func labels(_ cursor: inout PageCursor) throws(ExpositionError) -> LabelSet {
        var labels: [Label] = []
        try cursor.consumeJSON(UInt8(ascii: "{"))
        cursor.skipBlanks()
        guard !cursor.take(UInt8(ascii: "}")) else { return LabelSet() }
        repeat {
            cursor.skipBlanks()
            let name = try cursor.jsonString()
            try cursor.consumeJSON(UInt8(ascii: ":"))
            cursor.skipBlanks()
            labels.append(Label(name, try cursor.jsonString()))
            cursor.skipBlanks()
        } while cursor.take(UInt8(ascii: ","))
        try cursor.consumeJSON(UInt8(ascii: "}"))
        return LabelSet(labels)
    }

    private static func value(_ cursor: inout PageCursor) throws(ExpositionError) -> Double {
        if cursor.byte == UInt8(ascii: "\"") {
            let start = cursor.index
            switch try cursor.jsonString() {
            case "NaN": return .nan
            case "Infinity", "Inf", "+Inf": return .infinity
            case "-Infinity", "-Inf": return -.infinity
            default: throw cursor.error("expected a number, null, \"NaN\", \"Infinity\" or \"-Infinity\"", at: start)
            }
        }
        let token = cursor.jsonToken()
        if cursor.isText(token, "null") { return StaleMarker.value }
        guard let first = cursor.page[token].first, first != UInt8(ascii: "+"),
            let value = NumberText.double(cursor.page[token]), value.isFinite
        else { throw cursor.expected("a number, null, \"NaN\", \"Infinity\" or \"-Infinity\"", found: token) }
        return value
    }

    private static func timestamp(_ cursor: inout PageCursor) throws(ExpositionError) -> Int64 {
        let token = cursor.jsonToken()
        // As far as times in other formats reach.
        guard let time = NumberText.integer(cursor.page[token]), abs(time) < 9_000_000_000_000_000 else {
            throw cursor.expected("a timestamp in whole milliseconds", found: token)
        }
        return time
    }
}

extension PageCursor {
    /// Steps over `byte` when it stands here.
    fileprivate mutating func take(_ byte: UInt8) -> Bool {
        guard self.byte == byte else { return false }
        advance()
        return true
    }

    /// Steps over blanks and `byte`.
    fileprivate mutating func consumeJSON(_ byte: UInt8) throws(ExpositionError) {
        skipBlanks()
        try consume(byte, "\"\(Unicode.Scalar(byte))\"")
    }

    fileprivate mutating func jsonArray(
        _ element: (inout PageCursor) throws(ExpositionError) -> Void
    ) throws(ExpositionError) {
        try consumeJSON(UInt8(ascii: "["))
        skipBlanks()
        guard !take(UInt8(ascii: "]")) else { return }
        repeat {
            skipBlanks()
            try element(&self)
            skipBlanks()
        } while take(UInt8(ascii: ","))
        try consume(UInt8(ascii: "]"), "\",\" or \"]\"")
    }

    /// Everything up to what ends a number or word.
    fileprivate mutating func jsonToken() -> Range<Int> {
        let start = index
        while let byte, byte != UInt8(ascii: ","), byte != UInt8(ascii: "]"), byte != UInt8(ascii: " "),
            byte != UInt8(ascii: "}"), byte != UInt8(ascii: "\t")
        {
            advance()
        }
        return start..<index
    }

    /// A string in quotes, its escapes undone.
    fileprivate mutating func jsonString() throws(ExpositionError) -> String {
        try consume(UInt8(ascii: "\""), "a string in \"\\\"\"")
        let start = index
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { advance() }
        if byte == UInt8(ascii: "\"") {
            let text = try validText(page[start..<index], from: start)
            advance()
            return text
        }
        var bytes = Array(page[start..<index])
        while let byte, byte != UInt8(ascii: "\"") {
            advance()
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            try appendEscape(to: &bytes)
        }
        try consume(UInt8(ascii: "\""), "\"\\\"\" at the end of the string")
        return try validText(bytes[...], from: start)
    }

    private mutating func appendEscape(to bytes: inout [UInt8]) throws(ExpositionError) {
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
            UInt8(ascii: "/"): UInt8(ascii: "/"),
            UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13,
            UInt8(ascii: "t"): 9,
        ]
        if let byte, let meant = simple[byte] {
            bytes.append(meant)
            advance()
            return
        }
        let start = index
        guard take(UInt8(ascii: "u")), let first = hexadecimal() else {
            throw error("expected an escape of JSON behind a backslash", at: start)
        }
        var code = UInt32(first)
        if (0xD800..<0xDC00).contains(first) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let second = hexadecimal(),
                (0xDC00..<0xE000).contains(second)
            else { throw error("expected the second half of a surrogate pair", at: index) }
            code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw error("expected a character, found half of one", at: start)
        }
        bytes += Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() -> UInt16? {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte,
                let digit = Unicode.Scalar(byte).properties.isASCIIHexDigit
                    ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
            else { return nil }
            value = value << 4 | UInt16(digit)
            advance()
        }
        return value
    }
}
