/// A notification from a device, whatever the SNMP version, in the shape of SNMPv2 (RFC 3584 section 3.1).
package struct TrapEvent: Hashable, Sendable {
    package var source: SNMPEndpoint
    /// snmpTrapOID.0, translated for v1.
    package var trapOID: ObjectIdentifier
    /// sysUpTime.0 in hundredths of a second.
    package var uptime: UInt32
    /// Without sysUpTime.0 and snmpTrapOID.0.
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
}

/// Counts of what arrived at the trap port.
package struct TrapCounters: Hashable, Sendable {
    package var received = 0
    /// The source is not allow-listed.
    package var refused = 0
    package var malformed = 0
    /// Wrong community, unknown user or wrong digest.
    package var unauthentic = 0
    /// The reader was too slow.
    package var dropped = 0

    package init() {}
}

/// Receives traps and informs of SNMPv1, v2c and v3 on a UDP port; informs are acknowledged.
package final class TrapReceiver: Sendable {
    /// - Parameters:
    ///   - endpoint: where to listen; port 0 picks a free one.
    ///   - isAllowed: whether datagrams from this address (4 or 16 bytes) are looked at; called on the receiver's thread.
    ///   - credentials: accepted communities and users.
    package init(
        listeningOn endpoint: SNMPEndpoint, credentials: [SNMPCredential],
        isAllowed: @escaping @Sendable ([UInt8]) -> Bool
    ) throws(SNMPError) {
        throw SNMPError(.system, "unfinished")
    }

    /// The endpoint listened on, with the port picked.
    package var endpoint: SNMPEndpoint { SNMPEndpoint(address: [127, 0, 0, 1], port: 0) }

    package var counters: TrapCounters { TrapCounters() }

    /// Authentic events in order of arrival, for one reader; at most 10,000 wait, beyond that new ones are counted as dropped.
    package var events: AsyncStream<TrapEvent> { AsyncStream { $0.finish() } }

    /// Ends the thread and the stream. Idempotent.
    package func close() {
    }
}
