/// A UDP address: what a datagram came from or goes to.
package struct SNMPEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// The address in network order, its first byte on top; one of IPv4 fills the upper half of `high`.
    let high: UInt64
    let low: UInt64
    package let isIPv4: Bool
    package let port: UInt16

    /// - Parameter address: 4 or 16 bytes in network order. An IPv4-mapped IPv6 address is taken as IPv4.
    package init(address: [UInt8], port: UInt16) {
        precondition(address.count == 4 || address.count == 16, "an IP address has 4 or 16 bytes")
        let number = { (bytes: ArraySlice<UInt8>) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        if address.count == 4 {
            self.init(high: number(address[...]) << 32, low: 0, isIPv4: true, port: port)
        } else {
            self.init(high: number(address[..<8]), low: number(address[8...]), isIPv4: false, port: port)
        }
    }

    init(high: UInt64, low: UInt64, isIPv4: Bool, port: UInt16) {
        let isMapped = !isIPv4 && high == 0 && low >> 32 == 0xFFFF
        self.high = isMapped ? low << 32 : high
        self.low = isMapped ? 0 : low
        self.isIPv4 = isIPv4 || isMapped
        self.port = port
    }

    /// 4 or 16 bytes in network order.
    package var address: [UInt8] {
        let bytes = { (number: UInt64) in (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } }
        return isIPv4 ? Array(bytes(high).prefix(4)) : bytes(high) + bytes(low)
    }

    package var description: String {
        let address = address
        return address.count == 4
            ? address.map { String($0) }.joined(separator: ".") + ":\(port)"
            : "["
                + stride(from: 0, to: 16, by: 2)
                .map { String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16) }
                .joined(separator: ":") + "]:\(port)"
    }
}

/// What proves to an agent who asks. Holds secrets: its description shows none.
package enum SNMPCredential: Hashable, Sendable, CustomStringConvertible {
    case v1(community: String)
    case v2c(community: String)
    case v3(USMUser)

    package var description: String {
        switch self {
        case .v1: "SNMPv1 community"
        case .v2c: "SNMPv2c community"
        case .v3(let user): "SNMPv3 user \(user.name)"
        }
    }
}

/// A user of the User-based Security Model (RFC 3414) with pass phrases not yet localised.
package struct USMUser: Hashable, Sendable, CustomStringConvertible {
    /// RFC 3414 section 6 and 7, RFC 7860.
    package enum Authentication: String, CaseIterable, Sendable {
        case md5 = "MD5", sha = "SHA", sha224 = "SHA-224", sha256 = "SHA-256", sha384 = "SHA-384", sha512 = "SHA-512"
    }

    /// RFC 3414 section 8, RFC 3826 (AES with 128 bits); longer AES keys are extended as draft-blumenthal-aes-usm-04 says, or, with
    /// -C, as Cisco does (draft-reeder-snmpv3-usm-3desede-00).
    package enum Privacy: String, CaseIterable, Sendable {
        case des = "DES", aes = "AES", aes192 = "AES-192", aes256 = "AES-256"
        case aes192Cisco = "AES-192-C", aes256Cisco = "AES-256-C"
    }

    /// A protocol and what its key is made of.
    package struct Secret<Algorithm: Hashable & Sendable>: Hashable, Sendable {
        package var algorithm: Algorithm
        /// At least 8 bytes (RFC 3414 section 11.2).
        package var passphrase: String

        package init(_ algorithm: Algorithm, _ passphrase: String) {
            self.algorithm = algorithm
            self.passphrase = passphrase
        }
    }

    /// securityLevel (RFC 3411 section 3.4.3).
    package enum Security: Hashable, Sendable {
        case noAuthNoPriv
        case authNoPriv(Secret<Authentication>)
        case authPriv(Secret<Authentication>, Secret<Privacy>)
    }

    package var name: String
    package var security: Security

    /// Whether messages prove who sent them.
    var isAuthenticated: Bool { security != .noAuthNoPriv }

    package init(name: String, security: Security) {
        self.name = name
        self.security = security
    }

    package var description: String {
        switch security {
        case .noAuthNoPriv: "SNMPv3 user \(name) (noAuthNoPriv)"
        case .authNoPriv(let authentication): "SNMPv3 user \(name) (\(authentication.algorithm.rawValue))"
        case .authPriv(let authentication, let privacy):
            "SNMPv3 user \(name) (\(authentication.algorithm.rawValue), \(privacy.algorithm.rawValue))"
        }
    }
}

/// One agent and how patiently it is asked.
package struct SNMPPeer: Hashable, Sendable {
    package var endpoint: SNMPEndpoint
    package var credential: SNMPCredential
    /// contextName of SNMPv3 (RFC 3411 section 3.3.1), at most 32 bytes; empty for the default context. v1 and v2c have none.
    package var context: String
    /// Time the first attempt waits; each retry waits twice as long as the one before.
    package var timeout: Duration
    /// Attempts after the first.
    package var retries: Int
    /// Rows asked for by one GETBULK of a walk; halved when the agent answers tooBig. A reading finds its own number.
    package var maxRepetitions: Int

    package init(
        endpoint: SNMPEndpoint, credential: SNMPCredential, context: String = "", timeout: Duration = .seconds(2),
        retries: Int = 2, maxRepetitions: Int = 24
    ) {
        self.endpoint = endpoint
        self.credential = credential
        self.context = context
        self.timeout = timeout
        self.retries = retries
        self.maxRepetitions = maxRepetitions
    }
}

/// Bounds of one walk. What is beyond them is an agent that loops or lies.
package struct WalkLimits: Hashable, Sendable {
    package var rows = 50_000
    package var bytes = 16 << 20
    package var time: Duration = .seconds(60)

    package init() {}
}

/// Why an agent could not be asked.
package struct SNMPError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No reply to any attempt.
        case timeout
        /// ICMP port unreachable: the host is there, no agent listens.
        case portClosed = "port_closed"
        /// ICMP host or network unreachable, or no route.
        case hostUnreachable = "host_unreachable"
        /// The agent answers SNMPv3 discovery but is silent on this community.
        case wrongCommunity = "wrong_community"
        /// usmStatsUnknownUserNames.
        case unknownUser = "unknown_user"
        /// usmStatsWrongDigests, or a reply whose digest is wrong.
        case wrongAuthentication = "wrong_authentication"
        /// usmStatsDecryptionErrors, or a reply that cannot be decrypted.
        case wrongPrivacy = "wrong_privacy"
        /// usmStatsNotInTimeWindows again after synchronising, or a reply older than the time window: a replay, or a clock
        /// that stands still.
        case notInTimeWindow = "not_in_time_window"
        /// snmpUnknownContexts.
        case unknownContext = "unknown_context"
        /// The agent answers with another engine identifier than before: the device was replaced or lost its identity.
        case engineIDChanged = "engine_id_changed"
        /// Another agent with a clock of its own has the same engine identifier.
        case duplicateEngineID = "duplicate_engine_id"
        /// The reply is not BER, or not an answer to the request.
        case malformedReply = "malformed_reply"
        /// The agent answered with an error-status.
        case errorStatus = "error_status"
        /// A walk whose OIDs do not increase.
        case oidNotIncreasing = "oid_not_increasing"
        /// A walk beyond `WalkLimits`.
        case walkLimit = "walk_limit"
        /// The deadline of the whole poll passed.
        case deadline
        /// A system call failed here.
        case system
        case cancelled
    }

    package var code: Code
    /// What was expected and found; names the OID where it helps, never a secret.
    package var detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code.rawValue): \(detail)" }
}
