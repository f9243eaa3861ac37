import CPlatform
import Glibc

/// The client's thread: sockets, the table of what is asked, and timers.
///
/// Everything here is confined to that thread; `mailbox` and `published` are the only ways in and out. Invariants:
/// 1. an exchange in `exchanges` is in `byMessageID` under its `messageID` and in `byEndpoint` under its peer's endpoint;
/// 2. its continuation has not been resumed, and is resumed when it leaves (`finish`).
final class ClientLoop {
    struct Submission: Sendable {
        var owner: UInt64
        var operation: Operation
        var peer: SNMPPeer
        var deadline: ContinuousClock.Instant
        var lateness: SNMPError.Code
        var continuation: CheckedContinuation<Result<[VarBind], SNMPError>, Never>
    }

    enum Message: Sendable {
        case submit(Submission)
        case cancel(UInt64)
    }

    private enum Token {
        static let mailbox: UInt64 = 0
        static let ipv4: UInt64 = 4
        static let ipv6: UInt64 = 6
    }

    private let mailbox: Mailbox<Message>
    private let published: PublishedCounters
    private let epoll: Int32
    private let ipv4: UDPSocket
    /// Nil where the machine has no IPv6.
    private let ipv6: UDPSocket?
    private var outgoing4: [UDPSocket.Outgoing] = []
    private var outgoing6: [UDPSocket.Outgoing] = []

    var exchanges: [UInt64: Exchange] = [:]
    private var byMessageID: [Int32: UInt64] = [:]
    private var byEndpoint: [SNMPEndpoint: [UInt64]] = [:]
    private var deadlines = DeadlineHeap()
    private var generations: UInt64 = 0
    var engines = EngineDirectory()
    var counters = SNMPClientCounters()

    /// Identifiers count up from a random start, so that a reply to an earlier process matches nothing.
    private let firstID = Int32.random(in: 1...Int32.max)
    private var nextID: Int32

    /// How long a retry waits after ICMP port unreachable: an agent that restarts is back within it, often enough.
    private static let portClosedPause = Duration.milliseconds(200)

    init(mailbox: Mailbox<Message>, counters: PublishedCounters) throws(SNMPError) {
        self.mailbox = mailbox
        published = counters
        nextID = firstID
        ipv4 = try UDPSocket(bound: SNMPEndpoint(address: [0, 0, 0, 0], port: 0), for: .requests)
        ipv6 = try? UDPSocket(bound: SNMPEndpoint(address: Array(repeating: 0, count: 16), port: 0), for: .requests)
        epoll = cp_epoll_create()
        guard epoll >= 0 else { throw SNMPError(systemCall: "creating an epoll descriptor", -epoll) }
        for (descriptor, token) in [
            (mailbox.descriptor, Token.mailbox), (ipv4.descriptor, Token.ipv4), (ipv6?.descriptor ?? -1, Token.ipv6),
        ] where descriptor >= 0 {
            let code = cp_epoll_set(epoll, descriptor, UInt32(CP_READABLE), token)
            guard code == 0 else { throw SNMPError(systemCall: "watching a descriptor", -code) }
        }
    }

    deinit {
        if epoll >= 0 { Glibc.close(epoll) }
    }

    /// Hands the loop over to its thread, which ends when the mailbox is closed.
    func start() throws(SNMPError) {
        // Safe: the caller gives the loop away, so only the new thread uses it from here on.
        struct Handover: @unchecked Sendable {
            let loop: ClientLoop
        }
        let handover = Handover(loop: self)
        try startThread(named: "snmp-client") { handover.loop.run() }
    }

    // MARK: Turning

    private func run() {
        var events = [cp_event](repeating: cp_event(), count: 8)
        while true {
            flush(&outgoing4, ipv4, Token.ipv4)
            if let ipv6 { flush(&outgoing6, ipv6, Token.ipv6) }
            publish()
            let count = cp_epoll_wait(epoll, &events, Int32(events.count), millisecondsToNextDeadline())
            for event in events.prefix(Int(max(count, 0))) {
                switch event.token {
                case Token.ipv4: receive(ipv4)
                case Token.ipv6: if let ipv6 { receive(ipv6) }
                default: break
                }
            }
            let (messages, isClosed) = mailbox.take()
            for message in messages { handle(message) }
            guard !isClosed else { break }
            let now = ContinuousClock.now
            while let entry = deadlines.take(dueAt: now) { expire(entry, now: now) }
        }
        for owner in Array(exchanges.keys) { fail(owner, SNMPError(.cancelled, "the client is closed")) }
        publish()
    }

    private func publish() {
        counters.inFlight = exchanges.count
        published.publish(counters)
    }

    private func millisecondsToNextDeadline() -> Int32 {
        guard let first = deadlines.first else { return -1 }
        let (seconds, attoseconds) = (first - ContinuousClock.now).components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 60 else { return 60_000 }
        // Rounded up: waking early would only mean another turn.
        return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
    }

    private func handle(_ message: Message) {
        switch message {
        case .submit(let submission): begin(submission)
        case .cancel(let owner): fail(owner, SNMPError(.cancelled, "the task was cancelled"))
        }
    }

    // MARK: The table

    private func begin(_ submission: Submission) {
        var operation = submission.operation
        switch operation.start() {
        case .ask(let question):
            exchanges[submission.owner] = Exchange(
                peer: submission.peer, deadline: submission.deadline, lateness: submission.lateness,
                continuation: submission.continuation, operation: operation, question: question, messageID: 0)
            byEndpoint[submission.peer.endpoint, default: []].append(submission.owner)
            ask(submission.owner, question)
        case .finished(let rows): submission.continuation.resume(returning: .success(rows))
        case .failed(let error), .unusable(let error): submission.continuation.resume(returning: .failure(error))
        }
    }

    private func finish(_ owner: UInt64, _ result: Result<[VarBind], SNMPError>) {
        guard let exchange = exchanges.removeValue(forKey: owner) else { return }
        byMessageID[exchange.messageID] = nil
        let endpoint = exchange.peer.endpoint
        byEndpoint[endpoint]?.removeAll { $0 == owner }
        if byEndpoint[endpoint]?.isEmpty == true { byEndpoint[endpoint] = nil }
        exchange.continuation.resume(returning: result)
    }

    func fail(_ owner: UInt64, _ error: SNMPError) {
        finish(owner, .failure(error))
    }

    /// The exchange a reply belongs to: its identifier is asked for, and it comes from where the question went.
    func owner(of messageID: Int32, from source: SNMPEndpoint) -> UInt64? {
        guard let owner = byMessageID[messageID], exchanges[owner]?.peer.endpoint == source else { return nil }
        return owner
    }

    /// Whether this client ever asked with this identifier.
    func wasIssued(_ messageID: Int32) -> Bool {
        let distance = (messageID &- firstID) & .max
        return messageID > 0 && distance > 0 && distance <= (nextID &- firstID) & .max
    }

    private func makeMessageID() -> Int32 {
        repeat {
            nextID = nextID == .max ? 1 : nextID + 1
        } while byMessageID[nextID] != nil
        return nextID
    }

    // MARK: Asking

    /// Sends a new question of the operation, or first discovers the agent's engine.
    func ask(_ owner: UInt64, _ question: PDU) {
        guard let exchange = exchanges[owner] else { return }
        exchanges[owner]?.question = question
        let needsEngine = exchange.user != nil && !engines.isKnown(exchange.peer.endpoint)
        enter(needsEngine ? .discovering : .asking, owner)
    }

    /// Begins a stage with a message of its own: a new identifier and all attempts.
    func enter(_ stage: Exchange.Stage, _ owner: UInt64) {
        guard let old = exchanges[owner]?.messageID else { return }
        byMessageID[old] = nil
        let messageID = makeMessageID()
        byMessageID[messageID] = owner
        exchanges[owner]?.messageID = messageID
        exchanges[owner]?.question.requestID = messageID
        exchanges[owner]?.stage = stage
        exchanges[owner]?.attempt = 0
        exchanges[owner]?.portClosedAttempt = nil
        transmit(owner)
    }

    /// Sends what the stage sends and waits for it; retries keep the identifier, so that a late reply to an earlier attempt counts.
    private func transmit(_ owner: UInt64) {
        guard let exchange = exchanges[owner] else { return }
        let now = ContinuousClock.now
        let bytes: [UInt8]
        do throws(SNMPError) {
            bytes = try message(of: exchange, now: now)
        } catch {
            fail(owner, error)
            return
        }
        let datagram = UDPSocket.Outgoing(destination: exchange.peer.endpoint, bytes: bytes, owner: owner)
        if exchange.peer.endpoint.address.count == 4 {
            outgoing4.append(datagram)
        } else if ipv6 != nil {
            outgoing6.append(datagram)
        } else {
            fail(owner, SNMPError(.hostUnreachable, "this machine has no IPv6"))
            return
        }
        counters.requests += 1
        counters.sentBytes += bytes.count
        let patience = exchange.peer.timeout * (1 << min(exchange.attempt, 16))
        wait(owner, until: now + patience)
    }

    private func message(of exchange: Exchange, now: ContinuousClock.Instant) throws(SNMPError) -> [UInt8] {
        switch (exchange.stage, exchange.peer.credential) {
        case (.probing, .v3(let user)):
            let pdu = PDU(.get, requestID: exchange.messageID)
            let sealed = try engines.sealed(
                pdu, messageID: exchange.messageID, to: exchange.peer.endpoint, as: user, isPrivate: false, now: now)
            return sealed ?? EngineDirectory.discovery(messageID: exchange.messageID)
        case (.discovering, _), (.probing, _):
            return EngineDirectory.discovery(messageID: exchange.messageID)
        case (.asking, .v1(let community)), (.confirming, .v1(let community)):
            return CommunityMessage(
                version: .v1, community: Array(community.utf8), content: .pdu(exchange.question)
            ).encoded()
        case (.asking, .v2c(let community)), (.confirming, .v2c(let community)):
            return CommunityMessage(
                version: .v2c, community: Array(community.utf8), content: .pdu(exchange.question)
            ).encoded()
        case (.asking, .v3(let user)), (.confirming, .v3(let user)):
            let sealed = try engines.sealed(
                exchange.question, messageID: exchange.messageID, to: exchange.peer.endpoint, as: user, now: now)
            // Forgotten between discovery and now: ask for it again.
            return sealed ?? EngineDirectory.discovery(messageID: exchange.messageID)
        }
    }

    private func wait(_ owner: UInt64, until time: ContinuousClock.Instant) {
        guard let deadline = exchanges[owner]?.deadline else { return }
        generations += 1
        exchanges[owner]?.generation = generations
        deadlines.insert(.init(time: min(time, deadline), owner: owner, generation: generations))
    }

    private func expire(_ entry: DeadlineHeap.Entry, now: ContinuousClock.Instant) {
        guard let exchange = exchanges[entry.owner], exchange.generation == entry.generation else { return }
        let attempts = max(0, exchange.peer.retries) + 1
        let silence = exchange.suspicion ?? SNMPError(.timeout, "no reply to \(attempts) attempts")
        switch exchange.stage {
        case .probing: giveUp(entry.owner, silence)
        case .confirming: giveUp(entry.owner, exchange.suspicion ?? refusal(exchange))
        case .asking, .discovering:
            if now >= exchange.deadline {
                let late = SNMPError(
                    exchange.lateness, "still asking after \(exchange.attempt + 1) attempts of the latest request")
                giveUp(entry.owner, exchange.suspicion ?? late)
            } else if exchange.attempt < exchange.peer.retries {
                retry(entry.owner)
            } else if exchange.suspicion == nil, exchange.stage == .asking {
                enter(.probing, entry.owner)
            } else {
                giveUp(entry.owner, silence)
            }
        }
    }

    private func giveUp(_ owner: UInt64, _ error: SNMPError) {
        counters.timeouts += 1
        fail(owner, error)
    }

    /// An agent that is there and silent on the question.
    private func refusal(_ exchange: Exchange) -> SNMPError {
        exchange.user.map {
            SNMPError(.wrongPrivacy, "the agent answers user \($0.name) only without encryption")
        } ?? SNMPError(.wrongCommunity, "the agent answers SNMPv3 but not this community")
    }

    private func retry(_ owner: UInt64) {
        guard var exchange = exchanges[owner] else { return }
        exchange.attempt += 1
        counters.retries += 1
        // The answer may have been too big for the way (lost fragments): a shorter one is asked for. An answer to an earlier
        // attempt still counts, since both begin with the same rows.
        if exchange.stage.isAsking, exchange.portClosedAttempt == nil, let smaller = exchange.operation.smaller() {
            exchange.question = smaller
            exchange.question.requestID = exchange.messageID
        }
        exchanges[owner] = exchange
        transmit(owner)
    }

    /// Applies what the operation makes of an answer.
    func deliver(_ pdu: PDU, size: Int, to owner: UInt64) {
        guard var exchange = exchanges[owner] else { return }
        let step = exchange.operation.receive(pdu, size: size)
        switch step {
        case .ask(let question):
            exchange.suspicion = nil
            exchange.didResynchronize = false
            exchange.didRediscover = false
            exchanges[owner] = exchange
            ask(owner, question)
        case .finished(let rows): finish(owner, .success(rows))
        case .failed(let error): fail(owner, error)
        case .unusable(let error): suspect(owner, error)
        }
    }

    /// Remembers why a reply was of no use and goes on waiting: it may have been forged, or another may come.
    func suspect(_ owner: UInt64, _ error: SNMPError) {
        exchanges[owner]?.suspicion = error
    }

    /// A reply that cannot be read came from here: whatever is asked there may have been meant.
    func blame(_ source: SNMPEndpoint, _ error: SNMPError) {
        counters.malformed += 1
        guard let owners = byEndpoint[source] else { return }
        for owner in owners { suspect(owner, error) }
        // Some agents cut an answer that is too long for them: if it can only be this one, ask for less at once.
        guard owners.count == 1, var exchange = exchanges[owners[0]], exchange.stage.isAsking,
            let smaller = exchange.operation.smaller()
        else { return }
        exchanges[owners[0]] = exchange
        ask(owners[0], smaller)
    }

    // MARK: Sockets

    private func flush(_ datagrams: inout [UDPSocket.Outgoing], _ socket: UDPSocket, _ token: UInt64) {
        guard !datagrams.isEmpty else { return }
        var rest = datagrams[...]
        var refusals = 0
        sending: while let first = rest.first {
            switch socket.send(rest) {
            case .success(let sent):
                rest = rest.dropFirst(sent)
                refusals = 0
            case .failure(ErrorNumber(EAGAIN)):
                break sending
            case .failure(let error):
                // Either an ICMP error about an earlier datagram, which concerns another peer, or this one cannot leave.
                let isForeign = takeErrors(socket)
                refusals += 1
                guard !isForeign || refusals > 8 else { continue }
                refuse(first.owner, error.value)
                rest = rest.dropFirst()
                refusals = 0
            }
        }
        datagrams = Array(rest)
        let interest = UInt32(CP_READABLE) | (rest.isEmpty ? 0 : UInt32(CP_WRITABLE))
        _ = cp_epoll_set(epoll, socket.descriptor, interest, token)
    }

    private func refuse(_ owner: UInt64, _ number: Int32) {
        let error = SNMPError(systemCall: "sending", number)
        switch number {
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM, EAFNOSUPPORT, EINVAL:
            fail(owner, SNMPError(.hostUnreachable, error.detail))
        case ECONNREFUSED: break
        default: fail(owner, error)
        }
    }

    private func receive(_ socket: UDPSocket) {
        // A bound, so that a flood cannot keep timers waiting.
        for _ in 0..<16 {
            let count = socket.receive { datagram in
                counters.replies += 1
                counters.receivedBytes += datagram.bytes.count
                receive(datagram)
            }
            guard let count else {
                if !takeErrors(socket) { return }
                continue
            }
            if count == 0 { break }
        }
        takeErrors(socket)
    }

    /// - Returns: whether there were any.
    @discardableResult
    private func takeErrors(_ socket: UDPSocket) -> Bool {
        var found = false
        while let (peer, number) = socket.takeError() {
            found = true
            for owner in byEndpoint[peer] ?? [] { unreachable(owner, number) }
        }
        return found
    }

    private func unreachable(_ owner: UInt64, _ number: Int32) {
        guard let exchange = exchanges[owner] else { return }
        switch number {
        case ECONNREFUSED:
            if let closed = exchange.portClosedAttempt {
                // An error about the attempt already known to have failed says nothing new.
                if exchange.attempt > closed { fail(owner, portClosed(exchange)) }
            } else if exchange.attempt < exchange.peer.retries,
                exchange.stage == .asking || exchange.stage == .discovering
            {
                exchanges[owner]?.portClosedAttempt = exchange.attempt
                wait(owner, until: ContinuousClock.now + Self.portClosedPause)
            } else {
                fail(owner, portClosed(exchange))
            }
        case EMSGSIZE: break
        default:
            fail(owner, SNMPError(systemCall: "asking \(exchange.peer.endpoint)", number).as(.hostUnreachable))
        }
    }

    private func portClosed(_ exchange: Exchange) -> SNMPError {
        SNMPError(.portClosed, "no agent listens at \(exchange.peer.endpoint)")
    }
}

extension SNMPError {
    /// The same text under another code.
    func `as`(_ code: Code) -> SNMPError {
        SNMPError(code, detail)
    }
}
