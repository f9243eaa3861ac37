package import SNMP
package import TestSupport

extension SeededGenerator {
    package mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// Small and large numbers alike.
    package mutating func number() -> UInt64 {
        next() >> UInt64.random(in: 0...63, using: &self)
    }

    package mutating func objectIdentifier() -> ObjectIdentifier {
        let first = UInt32.random(in: 0...2, using: &self)
        let second = first < 2 ? UInt32.random(in: 0...39, using: &self) : UInt32.random(in: 0...10_000, using: &self)
        let rest = (0..<Int.random(in: 0...20, using: &self)).map { _ in UInt32(truncatingIfNeeded: number()) }
        return ObjectIdentifier([first, second] + rest)
    }

    package mutating func value() -> SNMPValue {
        switch Int.random(in: 0...12, using: &self) {
        case 0: .integer(Int32(truncatingIfNeeded: number()))
        case 1: .octetString(bytes(upTo: 200))
        case 2: .null
        case 3: .objectIdentifier(objectIdentifier())
        case 4: .ipAddress((0..<4).map { _ in UInt8.random(in: .min ... .max, using: &self) })
        case 5: .counter32(UInt32(truncatingIfNeeded: number()))
        case 6: .gauge32(UInt32(truncatingIfNeeded: number()))
        case 7: .timeTicks(UInt32(truncatingIfNeeded: number()))
        case 8: .opaque([0x41] + bytes(upTo: 20))
        case 9: .counter64(number())
        case 10: .noSuchObject
        case 11: .noSuchInstance
        default: .endOfMibView
        }
    }

    package mutating func varBinds() -> [VarBind] {
        (0..<Int.random(in: 0...8, using: &self)).map { _ in VarBind(objectIdentifier(), value()) }
    }

    package mutating func pdu(_ kinds: [PDU.Kind]) -> PDU {
        let kind = kinds[Int.random(in: kinds.indices, using: &self)]
        let small = Int32.random(in: 0...20, using: &self)
        return PDU(
            kind, requestID: Int32(truncatingIfNeeded: number()), errorStatus: kind == .response ? small : 0,
            errorIndex: kind == .response ? small : 0, varBinds: varBinds())
    }

    package mutating func message() -> CommunityMessage {
        let kinds: [PDU.Kind] = [.get, .getNext, .response, .set, .getBulk, .inform, .trap, .report]
        let isTrapV1 = Int.random(in: 0...5, using: &self) == 0
        let content: CommunityMessage.Content =
            isTrapV1
            ? .trapV1(
                TrapV1(
                    enterprise: objectIdentifier(), agentAddress: [10, 0, 0, 1],
                    genericTrap: Int32.random(in: 0...6, using: &self),
                    specificTrap: Int32(truncatingIfNeeded: number()), uptime: UInt32(truncatingIfNeeded: number()),
                    varBinds: varBinds()))
            : .pdu(pdu(kinds))
        return CommunityMessage(
            version: isTrapV1 ? .v1 : .v2c, community: bytes(upTo: 20), content: content)
    }
}
