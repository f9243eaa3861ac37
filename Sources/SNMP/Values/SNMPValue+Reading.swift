extension SNMPValue {
    /// The number of any numeric type, including the numbers Net-SNMP wraps in Opaque; nil for text, identifiers and
    /// exceptions. A Counter64 above 2^53 is rounded.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .counter32(let value), .gauge32(let value), .timeTicks(let value): Double(value)
        case .counter64(let value): Double(value)
        case .opaque(let bytes): Self.opaqueNumber(bytes)
        case .octetString, .null, .objectIdentifier, .ipAddress, .noSuchObject, .noSuchInstance, .endOfMibView: nil
        }
    }

    /// The bytes of an octet string, IpAddress or Opaque; nil for other types.
    package var bytes: [UInt8]? {
        switch self {
        case .octetString(let bytes), .ipAddress(let bytes), .opaque(let bytes): bytes
        default: nil
        }
    }

    /// What a person reads; nil for null and the exceptions.
    ///
    /// Octet strings lose NUL bytes at their end (agents send fixed-size C buffers). The rest is UTF-8 where it is valid
    /// UTF-8 without control characters other than tab and line breaks; else Latin-1 where every byte is printable in it;
    /// else all bytes, as lower-case hexadecimal pairs with colons between. Six printable bytes of a MAC address therefore
    /// read as text: who knows an object to be binary takes `bytes`. Numbers are decimal, identifiers and addresses dotted.
    package var text: String? {
        switch self {
        case .octetString(let bytes): Self.text(of: bytes)
        case .objectIdentifier(let oid): oid.description
        case .ipAddress(let bytes): bytes.map { String($0) }.joined(separator: ".")
        case .integer(let value): String(value)
        case .counter32(let value), .gauge32(let value), .timeTicks(let value): String(value)
        case .counter64(let value): String(value)
        case .opaque(let bytes): Self.opaqueNumber(bytes).map { "\($0)" } ?? Self.hexadecimal(bytes)
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: nil
        }
    }

    /// Net-SNMP's floats (0x9F78), doubles (0x9F79) and 64-bit integers (0x9F76, 0x9F7A, 0x9F7B) in an Opaque
    /// (draft-perkins-float-00, NET-SNMP-TC).
    private static func opaqueNumber(_ bytes: [UInt8]) -> Double? {
        guard bytes.count >= 3, bytes[0] == 0x9F, bytes[2] < 0x80 else { return nil }
        let length = Int(bytes[2])
        guard bytes.count == 3 + length, length <= 9 else { return nil }
        let contents = bytes[3...]
        let bits = contents.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch (bytes[1], length) {
        case (0x78, 4): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case (0x79, 8): return Double(bitPattern: bits)
        case (0x76, 1...9), (0x7B, 1...9):
            return length < 9 || contents.first == 0 ? Double(bits) : nil
        case (0x7A, 1...8):
            let shift = UInt64(64 - 8 * length)
            return Double(Int64(bitPattern: bits << shift) >> Int64(shift))
        default: return nil
        }
    }

    private static func text(of bytes: [UInt8]) -> String {
        var trimmed = bytes[...]
        while trimmed.last == 0 { trimmed.removeLast() }
        if let text = String(validating: trimmed, as: UTF8.self), !text.unicodeScalars.contains(where: isControl) {
            return text
        }
        let latin1 = String(String.UnicodeScalarView(trimmed.map { Unicode.Scalar($0) }))
        return latin1.unicodeScalars.contains(where: isControl) ? hexadecimal(bytes) : latin1
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F..<0xA0: true
        default: false
        }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
