import CNetSNMP
package import SNMP

/// A PDU inside libsnmp. One thread at a time may use any of them.
package final class WitnessPDU {
    private let handle: OpaquePointer

    deinit {
        cn_pdu_free(handle)
    }

    /// What libsnmp makes of a message; nil when it refuses it.
    package init?(parsing bytes: [UInt8]) {
        guard let handle = cn_pdu_parse(bytes, bytes.count) else { return nil }
        self.handle = handle
    }

    /// The same PDU, built by libsnmp's functions.
    package init?(_ pdu: PDU) {
        guard
            let handle = cn_pdu_new(0xA0 | pdu.kind.rawValue, pdu.requestID, pdu.errorStatus, pdu.errorIndex)
        else { return nil }
        self.handle = handle
        for varBind in pdu.varBinds where !add(varBind) { return nil }
    }

    private func add(_ varBind: VarBind) -> Bool {
        let oid = varBind.oid.components
        func number(_ tag: UInt8, _ value: UInt64) -> Bool {
            cn_pdu_add_number(handle, oid, oid.count, tag, value) == 0
        }
        func bytes(_ tag: UInt8, _ bytes: [UInt8]) -> Bool {
            cn_pdu_add_bytes(handle, oid, oid.count, tag, bytes, bytes.count) == 0
        }
        return switch varBind.value {
        case .integer(let value): number(0x02, UInt64(UInt32(bitPattern: value)))
        case .octetString(let value): bytes(0x04, value)
        case .null: bytes(0x05, [])
        case .objectIdentifier(let value):
            cn_pdu_add_oid(handle, oid, oid.count, value.components, value.components.count) == 0
        case .ipAddress(let value): bytes(0x40, value)
        case .counter32(let value): number(0x41, UInt64(value))
        case .gauge32(let value): number(0x42, UInt64(value))
        case .timeTicks(let value): number(0x43, UInt64(value))
        case .opaque(let value): bytes(0x44, value)
        case .counter64(let value): number(0x46, value)
        case .noSuchObject: bytes(0x80, [])
        case .noSuchInstance: bytes(0x81, [])
        case .endOfMibView: bytes(0x82, [])
        }
    }

    /// The v2c message with this PDU, as libsnmp encodes it.
    package func built(community: [UInt8]) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: 65_536)
        let count = cn_pdu_build(handle, 1, community, community.count, &output, output.count)
        return count > 0 ? Array(output.prefix(count)) : nil
    }

    /// Its content; nil for what this package has no words for.
    package var pdu: PDU? {
        let header = cn_pdu_get_header(handle)
        guard let kind = PDU.Kind(rawValue: header.command & 0x1F), let varBinds else { return nil }
        return PDU(
            kind, requestID: Int32(truncatingIfNeeded: header.request_id),
            errorStatus: Int32(truncatingIfNeeded: header.error_status),
            errorIndex: Int32(truncatingIfNeeded: header.error_index), varBinds: varBinds)
    }

    /// Its content when it is a trap of SNMPv1.
    package var trapV1: TrapV1? {
        var oid = [UInt32](repeating: 0, count: 128)
        let trap = cn_pdu_get_trap(handle, &oid)
        guard cn_pdu_get_header(handle).command == 0xA4, let varBinds else { return nil }
        return TrapV1(
            enterprise: identifier(oid, trap.enterprise_count),
            agentAddress: withUnsafeBytes(of: trap.agent_address) { Array($0) },
            genericTrap: Int32(truncatingIfNeeded: trap.generic_trap),
            specificTrap: Int32(truncatingIfNeeded: trap.specific_trap),
            uptime: UInt32(truncatingIfNeeded: trap.time_stamp), varBinds: varBinds)
    }

    private var varBinds: [VarBind]? {
        let header = cn_pdu_get_header(handle)
        var varBinds: [VarBind] = []
        var oid = [UInt32](repeating: 0, count: 128)
        var valueOID = oid
        var bytes = [UInt8](repeating: 0, count: 65_536)
        for index in 0..<header.bindings {
            let binding = cn_pdu_get_binding(handle, index, &oid, &valueOID, &bytes)
            let octets = Array(bytes.prefix(binding.byte_count))
            let number = UInt32(truncatingIfNeeded: binding.number)
            let value: SNMPValue
            switch binding.type {
            case 0x02: value = .integer(Int32(bitPattern: number))
            case 0x03, 0x04, 0x45: value = .octetString(octets)
            case 0x05: value = .null
            case 0x06: value = .objectIdentifier(identifier(valueOID, binding.value_oid_count))
            case 0x40: value = octets.count == 4 ? .ipAddress(octets) : .octetString(octets)
            case 0x41: value = .counter32(number)
            case 0x42, 0x47: value = .gauge32(number)
            case 0x43: value = .timeTicks(number)
            case 0x44: value = .opaque(octets)
            case 0x46: value = .counter64(binding.number)
            case 0x80: value = .noSuchObject
            case 0x81: value = .noSuchInstance
            case 0x82: value = .endOfMibView
            default: return nil
            }
            varBinds.append(VarBind(identifier(oid, binding.oid_count), value))
        }
        return varBinds
    }

    /// An identifier without contents has one arc in libsnmp, two here.
    private func identifier(_ arcs: [UInt32], _ count: Int) -> ObjectIdentifier {
        ObjectIdentifier(count == 1 ? [arcs[0], 0] : Array(arcs.prefix(count)))
    }
}
