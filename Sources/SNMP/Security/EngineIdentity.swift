/// An SNMPv3 engine of this side: to be kept, and counted up at every start (RFC 3414 section 2.2.2).
package struct EngineIdentity: Hashable, Sendable {
    /// snmpEngineID, 5 to 32 bytes.
    package let id: [UInt8]
    /// snmpEngineBoots, at least 1.
    package let boots: Int32

    package init(id: [UInt8], boots: Int32) {
        self.id = id
        self.boots = boots
    }

    /// A new engine at its first start, whose identifier never was used: enterprise 0, format 5 (octets), then 8 random bytes
    /// (RFC 3411 section 5, SnmpEngineID).
    package static func random() -> EngineIdentity {
        EngineIdentity(id: [0x80, 0, 0, 0, 5] + (0..<8).map { _ in UInt8.random(in: .min ... .max) }, boots: 1)
    }

    /// The same at its next start. At the last boot count the engine becomes another, since it could never again be believed.
    package func restarted() -> EngineIdentity {
        boots >= .max - 1 ? .random() : EngineIdentity(id: id, boots: boots + 1)
    }
}
