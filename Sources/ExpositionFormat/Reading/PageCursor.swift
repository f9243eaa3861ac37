/// Walks a page line by line and says where it stands. All positions are offsets into the page.
struct PageCursor {
    let page: [UInt8]
    private let limits: ExpositionLimits
    /// The number of the current line, from 1; 0 before the first.
    private(set) var line = 0
    private var lineStart = 0
    /// The offset behind the last byte of the current line.
    private(set) var lineEnd = 0
    private var nextStart = 0
    /// Never beyond `lineEnd`.
    private(set) var index = 0

    init(_ page: [UInt8], limits: ExpositionLimits) {
        self.page = page
        self.limits = limits
    }

    /// Moves to the start of the next line; false at the end of the page.
    mutating func nextLine() throws(ExpositionError) -> Bool {
        guard nextStart < page.count else { return false }
        line += 1
        lineStart = nextStart
        index = lineStart
        var end = lineStart
        while end < page.count, page[end] != UInt8(ascii: "\n") { end += 1 }
        lineEnd = end
        nextStart = end + 1
        guard end - lineStart <= limits.lineBytes else {
            throw error("expected a line of at most \(limits.lineBytes) bytes, found \(end - lineStart)", at: lineStart)
        }
        return true
    }

    /// The current byte, or nil at the end of the line.
    var byte: UInt8? { index < lineEnd ? page[index] : nil }

    mutating func advance() {
        if index < lineEnd { index += 1 }
    }

    /// Moves within the current line.
    mutating func move(to offset: Int) {
        index = min(max(offset, lineStart), lineEnd)
    }

    mutating func skipBlanks() {
        while let byte, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { index += 1 }
    }

    /// Steps over the mark that Windows programs put before UTF-8.
    mutating func skipByteOrderMark() {
        if page[index..<lineEnd].starts(with: [0xEF, 0xBB, 0xBF]) { index += 3 }
    }

    /// Everything up to the next blank or the end of the line.
    mutating func token() -> Range<Int> {
        let start = index
        while let byte, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { index += 1 }
        return start..<index
    }

    /// The rest of the line.
    mutating func rest() -> Range<Int> {
        let start = index
        index = lineEnd
        return start..<lineEnd
    }

    /// A name of the given alphabet; throws when there is none here.
    mutating func name(_ what: String, allowsColons: Bool) throws(ExpositionError) -> Range<Int> {
        let start = index
        while let byte {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
            case UInt8(ascii: ":") where allowsColons: break
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > start: break
            default:
                guard index > start else { throw expected(what) }
                return start..<index
            }
            index += 1
        }
        guard index > start else { throw expected(what) }
        return start..<index
    }

    /// Steps over `byte` or says what stands there instead.
    mutating func consume(_ byte: UInt8, _ what: String) throws(ExpositionError) {
        guard self.byte == byte else { throw expected(what) }
        index += 1
    }

    func expectEndOfLine() throws(ExpositionError) {
        guard index == lineEnd else { throw expected("the end of the line") }
    }

    /// Whether the bytes of `range` are `text`.
    func isText(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { buffer in
            for offset in 0..<buffer.count where page[range.lowerBound + offset] != buffer[offset] { return false }
            return true
        }
    }

    /// The bytes as text; they are known to be ASCII or are shown to a person only.
    func text(_ range: Range<Int>) -> String {
        String(decoding: page[range], as: UTF8.self)
    }

    /// The bytes as text; throws at their start when they are not UTF-8.
    func validText(_ bytes: ArraySlice<UInt8>, from start: Int) throws(ExpositionError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw error("expected UTF-8, found other bytes", at: start)
        }
        return text
    }

    /// An error here: `what` was expected, and what is found is shown.
    func expected(_ what: String) -> ExpositionError {
        error("expected \(what), found \(found(index..<min(index + 1, lineEnd)))", at: index)
    }

    /// An error at the start of `range`, which is shown as found.
    func expected(_ what: String, found range: Range<Int>) -> ExpositionError {
        error("expected \(what), found \(found(range))", at: range.lowerBound)
    }

    func error(_ message: String, at offset: Int) -> ExpositionError {
        var column = 1
        for byte in page[lineStart..<min(max(offset, lineStart), page.count)] where byte & 0xC0 != 0x80 { column += 1 }
        return ExpositionError(line: max(line, 1), column: column, message: message)
    }

    /// An error behind the last byte of the page.
    func errorAtEnd(_ message: String) -> ExpositionError {
        guard let last = page.last, last != UInt8(ascii: "\n") else {
            return ExpositionError(line: line + 1, column: 1, message: message)
        }
        return error(message, at: page.count)
    }

    /// Found bytes for people: quoted, cut at 40 bytes, with what is not printable ASCII as hexadecimal numbers.
    private func found(_ range: Range<Int>) -> String {
        guard !range.isEmpty else { return "the end of the line" }
        var text = "\""
        for byte in page[range].prefix(40) {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: text += String(UnicodeScalar(byte))
            case 0x09: text += "\\t"
            case 0x0D: text += "\\r"
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text + (range.count > 40 ? "…\"" : "\"")
    }
}
