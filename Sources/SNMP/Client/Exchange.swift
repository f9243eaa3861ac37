/// One call of the client's user, from its first question to its result.
struct Exchange {
    enum Stage {
        /// The operation's question is out.
        case asking
        /// The agent's SNMPv3 engine is asked for.
        case discovering
        /// Every attempt was in vain: something that an agent answers even to who may not ask tells whether it is there.
        case probing
        /// It is there. The question goes out once more, so that mere loss is not taken for a wrong secret.
        case confirming

        /// Whether an answer to the question is awaited.
        var isAsking: Bool { self == .asking || self == .confirming }
    }

    let peer: SNMPPeer
    let deadline: ContinuousClock.Instant
    /// What passing the deadline means.
    let lateness: SNMPError.Code
    let continuation: CheckedContinuation<Result<[VarBind], SNMPError>, Never>
    var operation: Operation

    var stage = Stage.asking
    /// The operation's question, with its request-id.
    var question: PDU
    /// What the datagram that is out carries: the question's request-id, or the message identifier of a discovery.
    var messageID: Int32
    /// 0 for the first.
    var attempt = 0
    /// Of the only timer that counts.
    var generation: UInt64 = 0
    /// Why the latest unusable reply was unusable: the better reason when no other reply comes.
    var suspicion: SNMPError?
    /// The attempt that an ICMP port unreachable answered.
    var portClosedAttempt: Int?
    var didResynchronize = false
    var didRediscover = false

    var user: USMUser? {
        if case .v3(let user) = peer.credential { return user }
        return nil
    }
}
