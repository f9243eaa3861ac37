import SNMP

/// One part of a table's index (RFC 2578 section 7.7) and how its sub-identifiers are read.
package struct IndexPart: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// One sub-identifier.
        case integer
        /// Text with its length before it.
        case string
        /// Text that takes what is left, without a length: IMPLIED.
        case implied
        /// Text of so many bytes.
        case fixed(Int)
        /// 4 sub-identifiers.
        case ipv4
        /// 16 sub-identifiers.
        case ipv6
        /// InetAddressType and InetAddress (RFC 4001): type, length, bytes.
        case inetAddress
        /// 6 sub-identifiers.
        case mac
        /// An OID with its length before it.
        case oid
    }

    package var name: String
    package var kind: Kind

    package init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The texts of all parts, and the sub-identifiers each takes. A part that does not fit, and all after it, are the rest as it
    /// stands.
    package static func decode(_ index: [UInt32], _ parts: [IndexPart]) -> [(
        text: String, components: ArraySlice<UInt32>
    )] {
        var rest = index[...]
        var result: [(text: String, components: ArraySlice<UInt32>)] = []
        for part in parts {
            guard let count = part.length(rest), count <= rest.count, count > 0 || part.kind == .implied else {
                result.append((rest.dotted, rest))
                rest = []
                continue
            }
            let taken = rest.prefix(count)
            result.append((part.text(taken), taken))
            rest = rest.dropFirst(count)
        }
        return result
    }

    private func length(_ rest: ArraySlice<UInt32>) -> Int? {
        switch kind {
        case .integer: 1
        case .string, .oid: rest.first.flatMap { Int(exactly: $0) }.map { $0 + 1 }
        case .implied: rest.count
        case .fixed(let count): count
        case .ipv4: 4
        case .ipv6: 16
        case .inetAddress: rest.dropFirst().first.flatMap { Int(exactly: $0) }.map { $0 + 2 }
        case .mac: 6
        }
    }

    private func text(_ components: ArraySlice<UInt32>) -> String {
        let bytes = components.map { UInt8(truncatingIfNeeded: $0) }
        switch kind {
        case .integer: return components.dotted
        case .string: return DeviceText.line(Array(bytes.dropFirst()))
        case .implied, .fixed: return DeviceText.line(bytes)
        case .ipv4: return components.dotted
        case .ipv6: return Self.ipv6(bytes)
        case .inetAddress:
            let address = Array(bytes.dropFirst(2))
            switch address.count {
            case 4: return address.map { String($0) }.joined(separator: ".")
            case 16: return Self.ipv6(address)
            default: return DeviceText.line(address)
            }
        case .mac: return bytes.map(Self.hex).joined(separator: ":")
        case .oid: return components.dropFirst().dotted
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return text.count == 1 ? "0" + text : text
    }

    /// All eight groups, as snmp_exporter writes them.
    private static func ipv6(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: 16, by: 2).map { hex(bytes[$0]) + hex(bytes[$0 + 1]) }.joined(separator: ":")
    }
}

extension ArraySlice<UInt32> {
    var dotted: String { map { String($0) }.joined(separator: ".") }
}
