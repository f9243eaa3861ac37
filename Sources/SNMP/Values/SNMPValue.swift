/// A sequence of sub-identifiers, ordered as in RFC 3416 section 4.2.2 (lexicographically).
package struct ObjectIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// At most 128 (RFC 2578 section 3.5).
    package var components: [UInt32]

    package init(_ components: [UInt32]) {
        self.components = components
    }

    /// Dotted decimal, with or without a leading dot. Nil for anything else, and above 128 sub-identifiers.
    package init?(_ text: String) {
        var components: [UInt32] = []
        for part in text.drop(while: { $0 == "." }).split(separator: ".", omittingEmptySubsequences: false) {
            guard let number = UInt32(part), part.first != "+" else { return nil }
            components.append(number)
        }
        guard (1...128).contains(components.count) else { return nil }
        self.components = components
    }

    /// Whether `prefix` equals this identifier or is an ancestor of it.
    package func starts(with prefix: ObjectIdentifier) -> Bool {
        components.starts(with: prefix.components)
    }

    package func appending(_ suffix: UInt32...) -> ObjectIdentifier {
        ObjectIdentifier(components + suffix)
    }

    package func appending(_ suffix: some Sequence<UInt32>) -> ObjectIdentifier {
        ObjectIdentifier(components + suffix)
    }

    package static func < (lhs: ObjectIdentifier, rhs: ObjectIdentifier) -> Bool {
        lhs.components.lexicographicallyPrecedes(rhs.components)
    }

    package var description: String { components.map { String($0) }.joined(separator: ".") }
}

/// The value of a variable binding (RFC 3416 section 3).
package enum SNMPValue: Hashable, Sendable {
    case integer(Int32)
    /// Any bytes; not necessarily text.
    case octetString([UInt8])
    case null
    case objectIdentifier(ObjectIdentifier)
    /// 4 bytes in network order.
    case ipAddress([UInt8])
    case counter32(UInt32)
    case gauge32(UInt32)
    /// Hundredths of a second.
    case timeTicks(UInt32)
    case opaque([UInt8])
    case counter64(UInt64)
    case noSuchObject
    case noSuchInstance
    case endOfMibView

    /// Whether this is one of the three exceptions rather than a value.
    package var isException: Bool {
        switch self {
        case .noSuchObject, .noSuchInstance, .endOfMibView: true
        default: false
        }
    }
}

/// An object instance and its value.
package struct VarBind: Hashable, Sendable {
    package var oid: ObjectIdentifier
    package var value: SNMPValue

    package init(_ oid: ObjectIdentifier, _ value: SNMPValue = .null) {
        self.oid = oid
        self.value = value
    }
}

/// A protocol data unit of SNMPv2 (RFC 3416 section 3).
package struct PDU: Hashable, Sendable {
    /// Raw values are the context tags.
    package enum Kind: UInt8, Sendable {
        case get = 0, getNext = 1, response = 2, set = 3, getBulk = 5, inform = 6, trap = 7, report = 8
    }

    package var kind: Kind
    package var requestID: Int32
    /// error-status, or non-repeaters of a getBulk.
    package var errorStatus: Int32
    /// error-index (1-based, 0: none), or max-repetitions of a getBulk.
    package var errorIndex: Int32
    package var varBinds: [VarBind]

    package init(
        _ kind: Kind, requestID: Int32, errorStatus: Int32 = 0, errorIndex: Int32 = 0, varBinds: [VarBind] = []
    ) {
        self.kind = kind
        self.requestID = requestID
        self.errorStatus = errorStatus
        self.errorIndex = errorIndex
        self.varBinds = varBinds
    }
}

/// A Trap-PDU of SNMPv1 (RFC 1157 section 4.1.6).
package struct TrapV1: Hashable, Sendable {
    package var enterprise: ObjectIdentifier
    /// 4 bytes: the address the agent believes it has.
    package var agentAddress: [UInt8]
    /// 0 coldStart … 5 egpNeighborLoss, 6 enterpriseSpecific.
    package var genericTrap: Int32
    package var specificTrap: Int32
    /// sysUpTime in hundredths of a second.
    package var uptime: UInt32
    package var varBinds: [VarBind]

    package init(
        enterprise: ObjectIdentifier, agentAddress: [UInt8], genericTrap: Int32, specificTrap: Int32, uptime: UInt32,
        varBinds: [VarBind]
    ) {
        self.enterprise = enterprise
        self.agentAddress = agentAddress
        self.genericTrap = genericTrap
        self.specificTrap = specificTrap
        self.uptime = uptime
        self.varBinds = varBinds
    }
}
