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
    package enum Authentication: String, CaseIterable, Sendable {
        case md5 = "MD5", sha = "SHA", sha224 = "SHA-224", sha256 = "SHA-256", sha384 = "SHA-384", sha512 = "SHA-512"
    }

    package enum Privacy: String, CaseIterable, Sendable {
        case des = "DES", aes = "AES", aes256 = "AES-256"
    }

    package var name: String
    package var authentication: Authentication
    /// At least 8 characters (RFC 3414 section 11.2).
    package var authenticationPassphrase: String
    package var privacy: Privacy
    package var privacyPassphrase: String

    package init(
        name: String, authentication: Authentication, authenticationPassphrase: String, privacy: Privacy,
        privacyPassphrase: String
    ) {
        self.name = name
        self.authentication = authentication
        self.authenticationPassphrase = authenticationPassphrase
        self.privacy = privacy
        self.privacyPassphrase = privacyPassphrase
    }

    package var description: String { "SNMPv3 user \(name) (\(authentication.rawValue), \(privacy.rawValue))" }
}

/// One agent and how patiently it is asked.
package struct SNMPPeer: Hashable, Sendable {
    package var endpoint: SNMPEndpoint
    package var credential: SNMPCredential
    /// Time the first attempt waits; each retry waits twice as long as the one before.
    package var timeout: Duration
    /// Attempts after the first.
    package var retries: Int
    /// Rows asked for by one GETBULK of a walk; halved when the agent answers tooBig. A reading finds its own number.
    package var maxRepetitions: Int

    package init(
        endpoint: SNMPEndpoint, credential: SNMPCredential, timeout: Duration = .seconds(2), retries: Int = 2,
        maxRepetitions: Int = 24
    ) {
        self.endpoint = endpoint
        self.credential = credential
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
        /// usmStatsNotInTimeWindows again after synchronising.
        case notInTimeWindow = "not_in_time_window"
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
