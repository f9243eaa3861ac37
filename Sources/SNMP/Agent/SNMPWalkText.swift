/// The text that Net-SNMP's `snmpwalk -On -Oe -OU -Ot` prints, one `OID = TYPE: VALUE` after the other.
///
/// A value may go on over several lines: quoted text holds the line breaks of the octets, bytes are printed sixteen a line,
/// and text formatted by a DISPLAY-HINT is not even quoted: it ends where the next object begins. What the options change is
/// read in both forms where that is certain: `up(1)` is 1, `(123) 0:00:01.23` is 123 ticks, `75 percent` is 75. Names of MIB
/// files are not: nothing here knows their numbers.
struct SNMPWalkText {
    private let bytes: [UInt8]
    /// The first byte of the next line.
    private var position = 0
    /// The number of that line; 1 is the first.
    private var lineNumber = 1

    /// What gives text that can be read, for messages.
    static let command = "snmpwalk -On -Oe -OU -Ot"

    /// A file whose lines all end in CRLF came through a system that ends lines so: the CRs are none of the values'.
    init(_ bytes: [UInt8]) {
        let newlines = bytes.indices.filter { bytes[$0] == Self.newline }
        let isCRLF = !newlines.isEmpty && newlines.allSatisfy { $0 > 0 && bytes[$0 - 1] == Self.carriageReturn }
        guard isCRLF else {
            self.bytes = bytes
            return
        }
        self.bytes = bytes.indices.compactMap { index in
            let isEnd =
                bytes[index] == Self.carriageReturn && index + 1 < bytes.count && bytes[index + 1] == Self.newline
            return isEnd ? nil : bytes[index]
        }
    }

    /// Whether the first line that is one of the formats' is one of a walk rather than `OID|TYPE|VALUE`.
    static func isWalk(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let line = rest.prefix { $0 != newline }
            rest = rest.dropFirst(line.count + 1)
            let field = line.prefix { $0 != UInt8(ascii: "|") }
            let isRecord = field.count < line.count
            if isRecord, ObjectIdentifier(String(decoding: field, as: UTF8.self)) != nil { return false }
            if let object = split(line), !object.name.contains(UInt8(ascii: "|")) { return true }
        }
        return false
    }

    mutating func read(into lines: inout RecordedLines) {
        while position < bytes.count {
            let number = lineNumber
            let line = takeLine()
            let words = Self.trimmed(line)
            if words.isEmpty || words.elementsEqual("End of MIB".utf8) { continue }
            do throws(RefusedText) {
                guard let object = Self.split(line) else { throw RefusedText("OID = TYPE: VALUE", found: words) }
                let oid = try Self.objectIdentifier(object.name)
                if let value = try value(object.content) { lines.objects.append((oid, value)) }
            } catch {
                lines.refuse(line: number, error)
            }
        }
    }

    // MARK: Lines

    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")

    /// The next line without its end.
    private func nextLine() -> ArraySlice<UInt8> { bytes[position...].prefix { $0 != Self.newline } }

    private mutating func takeLine() -> ArraySlice<UInt8> {
        let line = nextLine()
        position = min(line.endIndex + 1, bytes.count)
        lineNumber += 1
        return line
    }

    /// The name before and the text behind the equals sign; nil for a line without them.
    private static func split(
        _ line: ArraySlice<UInt8>
    ) -> (name: ArraySlice<UInt8>, content: ArraySlice<UInt8>)? {
        let name = line.prefix { !isSpace($0) }
        let rest = line[name.endIndex...].drop(while: isSpace)
        guard !name.isEmpty, rest.startIndex > name.endIndex, rest.first == UInt8(ascii: "=") else { return nil }
        let content = rest.dropFirst()
        guard content.first.map(isSpace) ?? true else { return nil }
        return (name, content.drop(while: isSpace))
    }

    /// Whether an object begins here, so that what stands before it has ended.
    private static func beginsObject(_ line: ArraySlice<UInt8>) -> Bool {
        if trimmed(line).elementsEqual("End of MIB".utf8) { return true }
        guard let name = split(line)?.name else { return false }
        if String(decoding: name, as: UTF8.self).contains("::") { return true }
        return ((try? objectIdentifier(name))?.components.count ?? 0) > 1
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == space || (9...13).contains(byte) }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    // MARK: Values

    /// The value that begins on the line just taken; nil where the agent said that there is none.
    private mutating func value(_ line: ArraySlice<UInt8>) throws(RefusedText) -> SNMPValue? {
        var content = line
        for answer in ["No Such Object", "No Such Instance", "No more variables left"]
        where content.starts(with: answer.utf8) { return nil }
        // Printed where the MIB files say another type than the agent; what follows is what the agent said.
        if content.starts(with: "Wrong Type (should be ".utf8), let end = Self.position(of: "): ", in: content) {
            content = content[(end + 3)...]
        }
        let words = Self.trimmed(content)
        if content.first == Self.quote { return .octetString(try quoted(content)) }
        if words.elementsEqual("NULL".utf8) { return .null }
        // With -Ot, ticks are printed without their type.
        if !words.isEmpty, words.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .timeTicks(UInt32(truncatingIfNeeded: try Self.unsigned(words, of: "Timeticks")))
        }
        let type = content.prefix { $0 != UInt8(ascii: ":") }
        guard type.endIndex < content.endIndex else { throw RefusedText("TYPE: VALUE", found: words) }
        // Some programs that print this form write a second colon.
        let text = content[type.endIndex...].drop { $0 == UInt8(ascii: ":") }
        let name = String(decoding: type, as: UTF8.self)
        guard let value = try value(type: name.lowercased(), text.first == Self.space ? text.dropFirst() : text) else {
            throw RefusedText("a type that snmpwalk prints", found: Self.trimmed(type))
        }
        return value
    }

    /// Nil for a type that is none.
    private mutating func value(type: String, _ text: ArraySlice<UInt8>) throws(RefusedText) -> SNMPValue? {
        switch type {
        case "integer", "integer32":
            return .integer(Int32(truncatingIfNeeded: try Self.integer(text, of: "INTEGER")))
        case "string": return .octetString(text.first == Self.quote ? try quoted(text) : unquoted(text))
        case "hex-string": return .octetString(try hexadecimal(text, of: "Hex-STRING"))
        case "bits": return .octetString(try bits(text))
        case "oid": return .objectIdentifier(try Self.objectIdentifier(Self.trimmed(text)))
        case "ipaddress":
            let parts = Self.trimmed(text).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .map { UInt8(String(decoding: $0, as: UTF8.self)) }
            guard parts.count == 4, !parts.contains(nil) else {
                throw RefusedText("four numbers of 0 to 255 after IpAddress", found: Self.trimmed(text))
            }
            return .ipAddress(parts.compactMap { $0 })
        case "network address":
            let digits = text.map { $0 == UInt8(ascii: ":") ? Self.space : $0 }
            guard let address = SNMPRecording.bytes(hexadecimal: Array(Self.trimmed(digits[...]))), address.count == 4
            else { throw RefusedText("four bytes after Network Address", found: Self.trimmed(text)) }
            return .ipAddress(address)
        case "counter32": return .counter32(UInt32(truncatingIfNeeded: try Self.unsigned(text, of: "Counter32")))
        case "gauge32", "unsigned32", "uinteger32":
            return .gauge32(UInt32(truncatingIfNeeded: try Self.integer(text, of: "Gauge32")))
        case "counter64": return .counter64(try Self.unsigned(text, of: "Counter64"))
        case "timeticks": return .timeTicks(try Self.ticks(text))
        case "opaque": return .opaque(try opaque(text))
        case "null": return .null
        default: return nil
        }
    }

    // MARK: Text and bytes

    /// The octets between the quotes.
    private mutating func quoted(_ text: ArraySlice<UInt8>) throws(RefusedText) -> [UInt8] {
        do throws(RefusedText) {
            return try escaped(text)
        } catch {
            // Some programs that print this form escape nothing: `"C:\"`.
            let line = Self.trimmed(text)
            guard line.count > 1, line.last == Self.quote else { throw error }
            return Array(line.dropFirst().dropLast())
        }
    }

    /// The octets between the quotes, the second of which may be on a later line; takes the lines up to there.
    ///
    /// Net-SNMP escapes quotes and backslashes and nothing else.
    private mutating func escaped(_ text: ArraySlice<UInt8>) throws(RefusedText) -> [UInt8] {
        let backslash = UInt8(ascii: "\\")
        var octets: [UInt8] = []
        var breaks = 0
        var index = text.startIndex + 1
        while index < bytes.count, bytes[index] != Self.quote {
            if bytes[index] == backslash, index + 1 < bytes.count, [backslash, Self.quote].contains(bytes[index + 1]) {
                index += 1
            }
            if bytes[index] == Self.newline { breaks += 1 }
            octets.append(bytes[index])
            index += 1
        }
        guard index < bytes.count else { throw RefusedText("a quote that ends the text", found: text) }
        let rest = bytes[(index + 1)...].prefix { $0 != Self.newline }
        // The unit of a MIB file may follow.
        guard Self.trimmed(rest).isEmpty || Self.isUnit(rest) else {
            throw RefusedText("the end of the line after the quote that ends the text", found: rest)
        }
        if breaks > 0 {
            position = min(rest.endIndex + 1, bytes.count)
            lineNumber += breaks
        }
        return octets
    }

    /// Text as a DISPLAY-HINT formats it, up to the next object.
    private mutating func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var octets = Array(text)
        while position < bytes.count, !Self.beginsObject(nextLine()) {
            octets.append(Self.newline)
            octets += takeLine()
        }
        while octets.last == Self.newline { octets.removeLast() }
        return Self.physicalAddress(octets) ?? octets
    }

    /// The bytes of a MAC address in the form that the DISPLAY-HINT "1x:" gives it, as `0:1b:21:a:b:c`; nil for other text.
    ///
    /// Digits are never padded there, so an address with a group like `0a` is text on the wire too.
    private static func physicalAddress(_ text: [UInt8]) -> [UInt8]? {
        let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count == 6 else { return nil }
        var address: [UInt8] = []
        for group in groups {
            guard (1...2).contains(group.count), group.count == 1 || group.first != UInt8(ascii: "0"),
                !group.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }),
                let byte = UInt8(String(decoding: group, as: UTF8.self), radix: 16)
            else { return nil }
            address.append(byte)
        }
        return address
    }

    /// Pairs of digits, also on the lines that follow.
    private mutating func hexadecimal(_ text: ArraySlice<UInt8>, of type: String) throws(RefusedText) -> [UInt8] {
        var digits = Array(Self.trimmed(text))
        while position < bytes.count {
            let line = Self.trimmed(nextLine())
            guard !line.isEmpty, line.allSatisfy({ $0 == Self.space || SNMPRecording.digit($0, radix: 16) != nil })
            else { break }
            _ = takeLine()
            digits.append(Self.space)
            digits += line
        }
        guard let octets = SNMPRecording.bytes(hexadecimal: digits) else {
            throw RefusedText("pairs of hexadecimal digits after \(type)", found: digits[...])
        }
        return octets
    }

    /// Pairs of digits, followed by the positions of the bits that are set: `C0 0 1` or `C0 first(0) second(1)`.
    ///
    /// A position can look like a pair of digits. Which it is shows in that the positions are those of the bits.
    private mutating func bits(_ text: ArraySlice<UInt8>) throws(RefusedText) -> [UInt8] {
        var words = text.split(whereSeparator: Self.isSpace)
        while position < bytes.count, !Self.beginsObject(nextLine()), !Self.trimmed(nextLine()).isEmpty {
            words += takeLine().split(whereSeparator: Self.isSpace)
        }
        let octets = words.prefix { $0.count == 2 }.map { SNMPRecording.bytes(hexadecimal: Array($0)) }
            .prefix { $0 != nil }.compactMap { $0?.first }
        let positions = words.map { try? Self.integer($0, of: "BITS") }
        var set: [Int64?] = []
        if words.isEmpty { return [] }
        for count in 1...max(1, octets.count) where count <= octets.count {
            let octet = octets[count - 1]
            for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { set.append(Int64(8 * (count - 1) + bit)) }
            if positions.count - count == set.count, positions[count...].elementsEqual(set) {
                return Array(octets.prefix(count))
            }
        }
        guard octets.count == words.count else {
            throw RefusedText("pairs of hexadecimal digits and the bits they set after BITS", found: Self.trimmed(text))
        }
        return octets
    }

    // MARK: Numbers

    /// Dotted numbers; the first may be spelled, as it is without -On where no MIB files are.
    private static func objectIdentifier(_ bytes: ArraySlice<UInt8>) throws(RefusedText) -> ObjectIdentifier {
        var text = String(decoding: bytes, as: UTF8.self)
        if text.first == "." { text.removeFirst() }
        for (arc, name) in ["ccitt.", "iso.", "joint-iso-ccitt."].enumerated() where text.hasPrefix(name) {
            text = "\(arc).\(text.dropFirst(name.count))"
        }
        guard let oid = ObjectIdentifier(text) else {
            throw RefusedText("an OID in numbers, as \(command) prints", found: bytes)
        }
        return oid
    }

    /// `5`, `up(5)`, or with the decimal point that a DISPLAY-HINT sets: the number on the wire has none. A unit may follow.
    private static func integer(_ text: ArraySlice<UInt8>, of type: String) throws(RefusedText) -> Int64 {
        let all = trimmed(text)
        var digits = all.prefix { !isSpace($0) }
        let unit = all[digits.endIndex...]
        if digits.last == UInt8(ascii: ")"), let open = digits.lastIndex(of: UInt8(ascii: "(")) {
            digits = digits[(open + 1)...].dropLast()
        }
        let number = Int64(String(decoding: digits.filter { $0 != UInt8(ascii: ".") }, as: UTF8.self))
        guard let number, digits.first != UInt8(ascii: "+"), unit.isEmpty || isUnit(unit),
            digits.count(where: { $0 == UInt8(ascii: ".") }) <= 1
        else { throw RefusedText("a number after \(type), as \(command) prints", found: all) }
        return number
    }

    private static func unsigned(_ text: ArraySlice<UInt8>, of type: String) throws(RefusedText) -> UInt64 {
        let all = trimmed(text)
        let digits = all.prefix { !isSpace($0) }
        let number = SNMPRecording.unsigned(String(decoding: digits, as: UTF8.self))
        let unit = all[digits.endIndex...]
        guard let number, digits.first != UInt8(ascii: "+"), unit.isEmpty || isUnit(unit) else {
            throw RefusedText("a number after \(type)", found: all)
        }
        return number
    }

    /// `123` or `(123) 0:00:01.23`.
    private static func ticks(_ text: ArraySlice<UInt8>) throws(RefusedText) -> UInt32 {
        var digits = trimmed(text)
        if digits.first == UInt8(ascii: "("), let close = digits.firstIndex(of: UInt8(ascii: ")")) {
            digits = digits[digits.index(after: digits.startIndex)..<close]
        }
        guard let ticks = SNMPRecording.unsigned(String(decoding: digits, as: UTF8.self)) else {
            throw RefusedText("hundredths of a second after Timeticks, as \(command) prints", found: trimmed(text))
        }
        return UInt32(truncatingIfNeeded: ticks)
    }

    /// Whether text behind a value is the unit that a MIB file gives it: a space, then something that is no number.
    private static func isUnit(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, isSpace(first), let unit = trimmed(text).first else { return false }
        return unit != UInt8(ascii: "-") && !(0x30...0x39).contains(unit) && !text.contains(quote)
    }

    // MARK: Opaque

    /// Bytes, or one of the numbers that Net-SNMP wraps in Opaque (`SNMPValue.number` reads them).
    private mutating func opaque(_ text: ArraySlice<UInt8>) throws(RefusedText) -> [UInt8] {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return try hexadecimal(text, of: "OPAQUE") }
        let type = String(decoding: Self.trimmed(text[..<colon]), as: UTF8.self)
        let number = text[(colon + 1)...]
        switch type.lowercased() {
        case "float", "double": return try Self.floatingPoint(number, isDouble: type.lowercased() == "double")
        case "int64":
            let value = try Self.integer(number, of: type)
            return Self.opaque(tag: 0x7A, Self.bigEndian(UInt64(bitPattern: value), isSigned: true))
        case "uint64": return Self.opaque(tag: 0x7B, Self.bigEndian(try Self.unsigned(number, of: type)))
        case "counter64": return Self.opaque(tag: 0x76, Self.bigEndian(try Self.unsigned(number, of: type)))
        default: throw RefusedText("bytes, Float, Double, Int64, UInt64 or Counter64 after Opaque", found: text)
        }
    }

    /// Net-SNMP prints doubles as `Float` too; what a float cannot hold was one.
    private static func floatingPoint(
        _ text: ArraySlice<UInt8>, isDouble: Bool
    ) throws(RefusedText) -> [UInt8] {
        let all = trimmed(text)
        let digits = all.prefix { !isSpace($0) }
        let unit = all[digits.endIndex...]
        guard let double = Double(String(decoding: digits, as: UTF8.self)), unit.isEmpty || isUnit(unit) else {
            throw RefusedText("a number after Opaque: Float", found: all)
        }
        let float = Float(double)
        // Half of the last of the six printed places, and what rounding adds.
        let fits = !double.isFinite || abs(Double(float) - double) <= 0.51e-6
        return !isDouble && fits
            ? opaque(tag: 0x78, float.bitPattern.bigEndianBytes) : opaque(tag: 0x79, double.bitPattern.bigEndianBytes)
    }

    private static func opaque(tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [0x9F, tag, UInt8(content.count)] + content
    }

    /// The fewest bytes that BER allows a number.
    private static func bigEndian(_ number: UInt64, isSigned: Bool = false) -> [UInt8] {
        let isNegative = isSigned && number >> 63 == 1
        let filler: UInt8 = isNegative ? 0xFF : 0
        var content = [filler] + number.bigEndianBytes
        while content.count > 1, content[0] == filler, content[1] >> 7 == filler >> 7 { content.removeFirst() }
        return content
    }

    private static func position(of word: String, in text: ArraySlice<UInt8>) -> Int? {
        text.indices.first { text[$0...].starts(with: word.utf8) }
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
