/// The side of SNMPv3 that owns the clock: an agent answering requests (RFC 3414 section 3.2, RFC 3412 section 7.2).
///
/// A value without I/O. Localised keys are computed once per user.
package struct AuthoritativeEngine: Sendable {
    package enum Outcome: Sendable {
        /// An authentic request: answer it with `response(to:pdu:)`.
        case request(PDU, Request)
        /// Send these bytes back (discovery, wrong digest, not in time window, …).
        case report([UInt8])
        /// Not for us or not SNMPv3: say nothing.
        case drop
    }

    /// What a reply must repeat of its request.
    package struct Request: Sendable {
        var messageID: Int32
        var userName: [UInt8]
        var contextName: [UInt8]
        var isPrivate: Bool
        var isAuthenticated: Bool
    }

    package let engineID: [UInt8]

    /// - Parameters:
    ///   - engineID: 5...32 bytes.
    ///   - boots: snmpEngineBoots, at least 1.
    package init(engineID: [UInt8], boots: Int32, users: [USMUser]) throws(SNMPError) {
        throw SNMPError(.system, "unfinished")
    }

    /// - Parameter time: snmpEngineTime now, in seconds.
    package mutating func process(_ datagram: [UInt8], time: Int32) -> Outcome {
        .drop
    }

    /// The reply's bytes, sealed as the request was.
    package mutating func response(to request: Request, pdu: PDU, time: Int32) -> [UInt8] {
        []
    }

    /// An SNMPv2-Trap this engine sends about itself, authenticated and encrypted as `user`.
    package mutating func trap(_ pdu: PDU, user: USMUser, messageID: Int32, time: Int32) -> [UInt8] {
        []
    }
}
