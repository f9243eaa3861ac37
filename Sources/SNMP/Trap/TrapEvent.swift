/// A notification from a device, whatever the SNMP version, in the shape of SNMPv2 (RFC 3584 section 3.1).
package struct TrapEvent: Hashable, Sendable {
    package var source: SNMPEndpoint
    /// snmpTrapOID.0, translated for v1.
    package var trapOID: ObjectIdentifier
    /// sysUpTime.0 in hundredths of a second.
    package var uptime: UInt32
    /// Without sysUpTime.0 and snmpTrapOID.0. A v1 trap ends with snmpTrapAddress.0 and snmpTrapEnterprise.0, unless it has
    /// them; its community is not passed on.
    package var varBinds: [VarBind]
    /// The community or the v3 user matched a configured credential.
    package var isAuthentic: Bool
    /// 1, 2 or 3.
    package var version: Int

    package init(
        source: SNMPEndpoint, trapOID: ObjectIdentifier, uptime: UInt32, varBinds: [VarBind], isAuthentic: Bool,
        version: Int
    ) {
        self.source = source
        self.trapOID = trapOID
        self.uptime = uptime
        self.varBinds = varBinds
        self.isAuthentic = isAuthentic
        self.version = version
    }

    package static let linkDown = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 5, 3])
    package static let linkUp = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 5, 4])

    private static let sysUpTime = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 3, 0])
    private static let snmpTrapOID = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0])
    private static let snmpTrapEnterprise = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0])
    private static let snmpTrapAddress = ObjectIdentifier([1, 3, 6, 1, 6, 3, 18, 1, 3, 0])
    /// Parent of coldStart(1) … egpNeighborLoss(6).
    private static let snmpTraps = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 5])

    /// An authentic v1 trap (RFC 3584 section 3.1).
    init(_ trap: TrapV1, from source: SNMPEndpoint) throws(SNMPError) {
        switch trap.genericTrap {
        case 0...5: trapOID = Self.snmpTraps.appending(UInt32(trap.genericTrap) + 1)
        case 6: trapOID = trap.enterprise.appending(0, UInt32(bitPattern: trap.specificTrap))
        default:
            throw SNMPError(.malformedReply, "expected a generic-trap of 0 to 6, found \(trap.genericTrap)")
        }
        varBinds = trap.varBinds
        for extra in [
            VarBind(Self.snmpTrapAddress, .ipAddress(trap.agentAddress)),
            VarBind(Self.snmpTrapEnterprise, .objectIdentifier(trap.enterprise)),
        ] where !varBinds.contains(where: { $0.oid == extra.oid }) {
            varBinds.append(extra)
        }
        self.source = source
        uptime = trap.uptime
        isAuthentic = true
        version = 1
    }

    /// An authentic SNMPv2-Trap or inform. Its two first bindings are looked for by name, since some senders swap them; without
    /// sysUpTime.0 the uptime is 0.
    init(_ pdu: PDU, from source: SNMPEndpoint, version: Int) throws(SNMPError) {
        guard pdu.kind == .trap || pdu.kind == .inform else {
            throw SNMPError(.malformedReply, "expected a trap or inform, found a \(pdu.kind)")
        }
        var identity: ObjectIdentifier?
        uptime = 0
        varBinds = []
        for varBind in pdu.varBinds {
            switch (varBind.oid, varBind.value) {
            case (Self.snmpTrapOID, .objectIdentifier(let oid)) where identity == nil: identity = oid
            case (Self.sysUpTime, .timeTicks(let ticks)): uptime = ticks
            default: varBinds.append(varBind)
            }
        }
        guard let identity else { throw SNMPError(.malformedReply, "expected snmpTrapOID.0, found none") }
        trapOID = identity
        self.source = source
        isAuthentic = true
        self.version = version
    }
}
