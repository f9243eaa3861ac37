/// A device recorded as text: `.snmprec`, or what `snmpwalk` prints (`SNMPWalkText`), told apart by their lines.
///
/// `.snmprec` has one `OID|TYPE|VALUE` a line. TYPE is the decimal BER tag (2 Integer32, 4 OctetString, 5 Null,
/// 6 ObjectIdentifier, 64 IpAddress, 65 Counter32, 66 Gauge32, 67 TimeTicks, 68 Opaque, 70 Counter64), followed by `x` when
/// VALUE is hexadecimal or `e` when it has backslash escapes. What follows a colon in TYPE instructs the program that wrote
/// the format to vary the value: VALUE is then a list of settings, of which `value`, `initial` or `offset` is taken.
package struct SNMPRecording: Sendable {
    /// The recorded instances, sorted.
    package let objects: ObjectIndex<SNMPValue>
    /// Lines that are not empty and hold no object: their OID is not numeric, or their type or value cannot be read.
    package let skippedLines: Int
    /// The first few of the skipped lines, and why they are.
    package let refusals: [Refusal]

    /// A line without an object.
    package struct Refusal: Hashable, Sendable, CustomStringConvertible {
        /// 1 is the first.
        package var line: Int
        package var expected: String
        package var found: String

        package var description: String { "\(line): expected \(expected), found \(found)" }
    }

    /// Reads any bytes: lines that are not objects are counted, never an error. Accepts LF and CRLF; of two equal OIDs the last
    /// one wins.
    package init(parsing bytes: [UInt8]) {
        var lines = RecordedLines()
        if SNMPWalkText.isWalk(bytes) {
            var text = SNMPWalkText(bytes)
            text.read(into: &lines)
        } else {
            Self.readRecords(bytes, into: &lines)
        }
        objects = ObjectIndex(lines.objects)
        skippedLines = lines.skipped
        refusals = lines.refusals
    }

    private static func readRecords(_ bytes: [UInt8], into lines: inout RecordedLines) {
        let rawLines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, rawLine) in rawLines.enumerated() {
            let line = rawLine.last == UInt8(ascii: "\r") ? rawLine.dropLast() : rawLine
            if line.isEmpty { continue }
            if let object = object(in: line) {
                lines.objects.append((object.oid, object.value))
            } else {
                lines.refuse(
                    line: index + 1,
                    RefusedText("OID|TYPE|VALUE with a numeric OID and a value of that type", found: line))
            }
        }
    }

    private static func object(in line: ArraySlice<UInt8>) -> VarBind? {
        let fields = line.split(separator: UInt8(ascii: "|"), maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3, let oid = ObjectIdentifier(String(decoding: fields[0], as: UTF8.self)),
            var type = fields[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).first
        else { return nil }
        var content = Array(fields[2])
        if type.count < fields[1].count { content = initialValue(content) }
        switch type.last {
        case UInt8(ascii: "x"):
            guard let decoded = bytes(hexadecimal: content) else { return nil }
            type.removeLast()
            return value(tag: type, binary: decoded).map { VarBind(oid, $0) }
        case UInt8(ascii: "e"):
            content = unescaped(content)
            type.removeLast()
        default:
            break
        }
        return value(tag: type, text: content).map { VarBind(oid, $0) }
    }

    /// What the settings of a varied value say it begins with; the whole text where they say nothing.
    private static func initialValue(_ content: [UInt8]) -> [UInt8] {
        for name in ["value=", "initial=", "offset="] {
            for setting in content.split(separator: UInt8(ascii: ",")) where setting.starts(with: name.utf8) {
                return Array(setting.dropFirst(name.utf8.count))
            }
        }
        return content
    }

    private static func value(tag: ArraySlice<UInt8>, text bytes: [UInt8]) -> SNMPValue? {
        let text = { String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace } }
        switch String(decoding: tag, as: UTF8.self) {
        case "2": return Int64(text()).map { .integer(Int32(truncatingIfNeeded: $0)) }
        case "4": return .octetString(bytes)
        case "5": return .null
        case "6": return ObjectIdentifier(text()).map { .objectIdentifier($0) }
        case "64":
            let parts = text().split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
            return parts.count == 4 && !parts.contains(nil) ? .ipAddress(parts.compactMap { $0 }) : nil
        case "65": return unsigned(text()).map { .counter32(UInt32(truncatingIfNeeded: $0)) }
        case "66": return unsigned(text()).map { .gauge32(UInt32(truncatingIfNeeded: $0)) }
        case "67": return unsigned(text()).map { .timeTicks(UInt32(truncatingIfNeeded: $0)) }
        case "68": return .opaque(bytes)
        case "70": return unsigned(text()).map { .counter64($0) }
        default: return nil
        }
    }

    /// A value given in hexadecimal; numbers are taken as big-endian.
    private static func value(tag: ArraySlice<UInt8>, binary bytes: [UInt8]) -> SNMPValue? {
        let number = bytes.count <= 8 ? bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : nil
        switch String(decoding: tag, as: UTF8.self) {
        case "2": return number.map { .integer(Int32(truncatingIfNeeded: $0)) }
        case "4": return .octetString(bytes)
        case "5": return .null
        case "64": return bytes.count == 4 ? .ipAddress(bytes) : nil
        case "65": return number.map { .counter32(UInt32(truncatingIfNeeded: $0)) }
        case "66": return number.map { .gauge32(UInt32(truncatingIfNeeded: $0)) }
        case "67": return number.map { .timeTicks(UInt32(truncatingIfNeeded: $0)) }
        case "68": return .opaque(bytes)
        case "70": return number.map { .counter64($0) }
        default: return nil
        }
    }

    /// Some recorders wrote 32-bit values as signed numbers.
    static func unsigned(_ text: String) -> UInt64? {
        UInt64(text) ?? Int64(text).map { UInt64(UInt32(truncatingIfNeeded: $0)) }
    }

    static func bytes(hexadecimal text: [UInt8]) -> [UInt8]? {
        var digits: [UInt8] = []
        for character in text where character != UInt8(ascii: " ") {
            guard let digit = digit(character, radix: 16) else { return nil }
            digits.append(digit)
        }
        guard digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// `\n \r \t \a \b \f \v`, `\xHH`, up to three octal digits, a line continuation never; any other escaped character stands
    /// for itself.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        let controls: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "a"): 7,
            UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
        ]
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else {
                result.append(text[index])
                index += 1
                continue
            }
            let letter = text[index + 1]
            index += 2
            if letter == UInt8(ascii: "x"), index + 1 < text.count, let high = digit(text[index], radix: 16),
                let low = digit(text[index + 1], radix: 16)
            {
                result.append(high << 4 | low)
                index += 2
            } else if let first = digit(letter, radix: 8) {
                var number = UInt32(first)
                var digits = 1
                while digits < 3, index < text.count, let next = digit(text[index], radix: 8) {
                    number = number << 3 | UInt32(next)
                    index += 1
                    digits += 1
                }
                result.append(UInt8(truncatingIfNeeded: number))
            } else {
                result.append(controls[letter] ?? letter)
            }
        }
        return result
    }

    static func digit(_ character: UInt8, radix: UInt8) -> UInt8? {
        let value: UInt8
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = character - UInt8(ascii: "A") + 10
        default: return nil
        }
        return value < radix ? value : nil
    }
}

/// What reading a recording has found so far.
struct RecordedLines {
    /// In the order of the lines.
    var objects: [(oid: ObjectIdentifier, key: SNMPValue)] = []
    private(set) var skipped = 0
    private(set) var refusals: [SNMPRecording.Refusal] = []

    /// More would not help whoever reads them, and any file may be given.
    private static let keptRefusals = 20

    mutating func refuse(line: Int, _ text: RefusedText) {
        skipped += 1
        guard refusals.count < Self.keptRefusals else { return }
        refusals.append(SNMPRecording.Refusal(line: line, expected: text.expected, found: text.excerpt))
    }
}

/// Text of a recording that cannot be read.
struct RefusedText: Error {
    var expected: String
    var found: ArraySlice<UInt8>

    init(_ expected: String, found: ArraySlice<UInt8>) {
        self.expected = expected
        self.found = found
    }

    /// The beginning of what was found, quoted, without control characters.
    var excerpt: String {
        let longest = 80
        let text = String(decoding: found.prefix(longest), as: UTF8.self).unicodeScalars
        let printable = text.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? " " : String($0) }.joined()
        return "\"\(printable)\(found.count > longest ? "…" : "")\""
    }
}
