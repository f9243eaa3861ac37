/// One call of the client's user, from its first question to its result. Confined to the loop's thread.
final class Exchange {
    /// Who waits for the result.
    enum Completion: Sendable {
        case varBinds(CheckedContinuation<Result<[VarBind], SNMPError>, Never>)
        case reading(CheckedContinuation<AgentReading, Never>)
    }

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

    let owner: UInt64
    let peer: SNMPPeer
    /// The community's bytes; nil with SNMPv3.
    let community: [UInt8]?
    let deadline: ContinuousClock.Instant
    /// What passing the deadline means.
    let lateness: SNMPError.Code
    private let completion: Completion
    var operation: Operation

    var stage = Stage.asking
    /// The operation's question, with its request-id.
    var question = PDU(.get, requestID: 0)
    /// What the datagram that is out carries: the question's request-id, or the message identifier of a discovery.
    var messageID: Int32 = 0
    /// 0 for the first.
    var attempt = 0 {
        didSet { patience = attempt == 0 ? peer.timeout : peer.timeout * (1 << min(attempt, 16)) }
    }
    /// How long the present attempt waits.
    private(set) var patience: Duration
    /// When waiting for a reply ends.
    var dueAt = ContinuousClock.now
    /// When its timer runs out; it may be earlier than `dueAt`.
    var timer: ContinuousClock.Instant?
    /// Until it is completed.
    private(set) var isOpen = true
    /// Why the latest unusable reply was unusable: the better reason when no other reply comes.
    var suspicion: SNMPError?
    /// The attempt that an ICMP port unreachable answered.
    var portClosedAttempt: Int?
    var didResynchronize = false
    var didRediscover = false

    /// Whether it is an SNMPv3 reading that was answered: what is peculiar about the agent's engine is told with it.
    var isAnsweredReading: Bool {
        guard user != nil, case .read(let read) = operation else { return false }
        return read.reading.isAnswered
    }

    init(_ submission: ClientLoop.Submission) {
        owner = submission.owner
        peer = submission.peer
        patience = submission.peer.timeout
        deadline = submission.deadline
        lateness = submission.lateness
        completion = submission.completion
        operation = submission.operation
        switch peer.credential {
        case .v1(let text), .v2c(let text): community = Array(text.utf8)
        case .v3: community = nil
        }
    }

    var user: USMUser? {
        if case .v3(let user) = peer.credential { return user }
        return nil
    }

    /// The version a reply to a community must have.
    var version: SNMPVersion {
        switch peer.credential {
        case .v1: .v1
        case .v2c: .v2c
        case .v3: .v3
        }
    }

    /// Hands over the result; to be called once.
    ///
    /// - Parameter notice: what the agent's operator should know although it answered; only a reading has a place for it.
    func complete(_ result: Result<[VarBind], SNMPError>, _ notice: SNMPError? = nil) {
        switch (completion, operation) {
        case (.varBinds(let continuation), _): continuation.resume(returning: result)
        case (.reading(let continuation), .read(var read)):
            if case .failure(let error) = result { read.stop(error) }
            if let notice { read.note(notice) }
            continuation.resume(returning: read.reading)
        case (.reading, .get), (.reading, .walk):
            preconditionFailure("only a reading ends in one")
        }
        isOpen = false
        // A timer may hold the exchange for some seconds more.
        operation = .walk(.none)
    }
}
