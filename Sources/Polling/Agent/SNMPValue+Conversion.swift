package import SNMP

extension SNMPValue {
    /// The value as a sample's; nil for what is none.
    ///
    /// Agents also send numbers as text ("132.9"). NULL cells and exceptions are no numbers, and neither is a float that is not
    /// finite: a NaN of a device is no data.
    package var sampleValue: Double? {
        if case .octetString(let bytes) = self { return Self.decimal(bytes) }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The value as one line of text for a label, empty for what is none.
    package var labelText: String {
        if case .octetString(let bytes) = self { return DeviceText.line(bytes) }
        return text ?? ""
    }

    /// The value as a text of a form; other values than octets as `labelText`.
    func labelText(_ format: DeviceModule.Format) -> String {
        guard case .octetString(let bytes) = self, format != .text, !bytes.isEmpty else { return labelText }
        let digits = { (byte: UInt8) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        switch format {
        case .text: return labelText
        case .mac: return bytes.map(digits).joined(separator: ":")
        case .hex: return "0x" + bytes.prefix(DeviceText.longest / 2).map(digits).joined().uppercased()
        case .address:
            let index = bytes.map { UInt32($0) }
            let kind: IndexPart.Kind = bytes.count == 16 ? .ipv6 : .ipv4
            return IndexPart.decode(index, [IndexPart("", kind)])[0].text
        }
    }

    /// Whether there is a value at all.
    var isPresent: Bool {
        if case .null = self { return false }
        return !isException
    }

    /// A decimal number with nothing around it but white space or NULs.
    private static func decimal(_ bytes: [UInt8]) -> Double? {
        guard bytes.count <= 32 else { return nil }
        let isPadding = { (byte: UInt8) in byte <= 0x20 }
        guard let first = bytes.firstIndex(where: { !isPadding($0) }),
            let last = bytes.lastIndex(where: { !isPadding($0) })
        else { return nil }
        let digits = bytes[first...last]
        // Double's initialiser also takes "inf", "nan" and hexadecimal, which no device means.
        let isAllowed = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || byte == 0x2b || byte == 0x2d || byte == 0x2e || byte | 0x20 == 0x65
        }
        guard digits.allSatisfy(isAllowed), let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite
        else { return nil }
        return value
    }
}
