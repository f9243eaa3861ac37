import CPlatform
import Glibc
import Threads

/// The client's thread: sockets, the table of what is asked, and timers.
///
/// Everything here is confined to that thread; `mailbox` and `published` are the only ways in and out. Invariants:
/// 1. an exchange in `exchanges` is in `byMessageID` under its `messageID` and in `byEndpoint` under its peer's endpoint;
/// 2. it has not been completed, and is when it leaves (`finish`).
final class ClientLoop {
    struct Submission: Sendable {
        var owner: UInt64
        var operation: Operation
        var peer: SNMPPeer
        var deadline: ContinuousClock.Instant
        var lateness: SNMPError.Code
        var completion: Exchange.Completion
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

    private var exchanges: [UInt64: Exchange] = [:]
    private var byMessageID: [Int32: Exchange] = [:]
    private var byEndpoint: [SNMPEndpoint: [Exchange]] = [:]
    /// Each exchange is in it at most once, or a second time when it is due sooner than was thought.
    private var timers = TimerWheel<Exchange>(startingAt: .now)
    var engines = EngineDirectory()
    var counters = SNMPClientCounters()

    private var messageIDs = MessageIDs()

    /// How long a retry waits after ICMP port unreachable: an agent that restarts is back within it, often enough.
    private static let portClosedPause = Duration.milliseconds(200)

    init(mailbox: Mailbox<Message>, counters: PublishedCounters) throws(SNMPError) {
        self.mailbox = mailbox
        published = counters
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
        let code = startThread(named: "snmp-client") { handover.loop.run() }
        guard code == 0 else { throw SNMPError(systemCall: "starting a thread", code) }
    }

    // MARK: Turning

    private func run() {
        var events = [cp_event](repeating: cp_event(), count: 8)
        while true {
            flush(&outgoing4, ipv4, Token.ipv4)
            if let ipv6 { flush(&outgoing6, ipv6, Token.ipv6) }
            publish()
            let count = cp_epoll_wait(epoll, &events, Int32(events.count), millisecondsToNextTimer())
            var hasMail = false
            for event in events.prefix(Int(max(count, 0))) {
                switch event.token {
                case Token.ipv4: receive(ipv4, event)
                case Token.ipv6: if let ipv6 { receive(ipv6, event) }
                default: hasMail = true
                }
            }
            if hasMail {
                let (messages, isClosed) = mailbox.take()
                for message in messages { handle(message) }
                guard !isClosed else { break }
            }
            let now = ContinuousClock.now
            for exchange in timers.take(dueAt: now) where exchange.isOpen {
                if exchange.dueAt <= now {
                    expire(exchange, now: now)
                } else {
                    // It went on meanwhile.
                    exchange.timer = exchange.dueAt
                    timers.insert(exchange, at: exchange.dueAt)
                }
            }
        }
        for exchange in Array(exchanges.values) { fail(exchange, SNMPError(.cancelled, "the client is closed")) }
        publish()
    }

    private func publish() {
        counters.inFlight = exchanges.count
        published.publish(counters)
    }

    private func millisecondsToNextTimer() -> Int32 {
        guard let next = timers.next else { return -1 }
        let (seconds, attoseconds) = (next - ContinuousClock.now).components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 60 else { return 60_000 }
        // Rounded up: waking early would only mean another turn.
        return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
    }

    private func handle(_ message: Message) {
        switch message {
        case .submit(let submission): begin(submission)
        case .cancel(let owner):
            if let exchange = exchanges[owner] { fail(exchange, SNMPError(.cancelled, "the task was cancelled")) }
        }
    }

    // MARK: The table

    private func begin(_ submission: Submission) {
        let exchange = Exchange(submission)
        switch exchange.operation.start() {
        case .ask(let question):
            exchanges[exchange.owner] = exchange
            byEndpoint[exchange.peer.endpoint, default: []].append(exchange)
            ask(exchange, question)
        case .finished(let rows): exchange.complete(.success(rows))
        case .failed(let error), .unusable(let error): exchange.complete(.failure(error))
        }
    }

    private func finish(_ exchange: Exchange, _ result: Result<[VarBind], SNMPError>) {
        guard exchanges.removeValue(forKey: exchange.owner) != nil else { return }
        byMessageID[exchange.messageID] = nil
        let endpoint = exchange.peer.endpoint
        byEndpoint[endpoint]?.removeAll { $0 === exchange }
        if byEndpoint[endpoint]?.isEmpty == true { byEndpoint[endpoint] = nil }
        let notice = exchange.isAnsweredReading ? engines.peculiarity(of: endpoint, now: .now) : nil
        exchange.complete(result, notice)
    }

    func fail(_ exchange: Exchange, _ error: SNMPError) {
        finish(exchange, .failure(error))
    }

    /// The exchange a reply belongs to: its identifier is asked for, and it comes from where the question went.
    func exchange(of messageID: Int32, from source: SNMPEndpoint) -> Exchange? {
        guard let exchange = byMessageID[messageID], exchange.peer.endpoint == source else { return nil }
        return exchange
    }

    /// Whether this client ever asked with this identifier.
    func wasIssued(_ messageID: Int32) -> Bool {
        messageIDs.wasIssued(messageID)
    }

    private func makeMessageID() -> Int32 {
        while true {
            let id = messageIDs.next()
            if byMessageID[id] == nil { return id }
        }
    }

    // MARK: Asking

    /// Sends a new question of the operation, or first discovers the agent's engine.
    func ask(_ exchange: Exchange, _ question: PDU) {
        exchange.question = question
        let needsEngine = exchange.user != nil && !engines.isKnown(exchange.peer.endpoint)
        enter(needsEngine ? .discovering : .asking, exchange)
    }

    /// Begins a stage with a message of its own: a new identifier and all attempts.
    func enter(_ stage: Exchange.Stage, _ exchange: Exchange) {
        byMessageID[exchange.messageID] = nil
        exchange.messageID = makeMessageID()
        byMessageID[exchange.messageID] = exchange
        exchange.question.requestID = exchange.messageID
        exchange.stage = stage
        exchange.attempt = 0
        exchange.portClosedAttempt = nil
        transmit(exchange)
    }

    /// Sends what the stage sends and waits for it; retries keep the identifier, so that a late reply to an earlier attempt counts.
    private func transmit(_ exchange: Exchange) {
        let now = ContinuousClock.now
        let bytes: [UInt8]
        do throws(SNMPError) {
            bytes = try message(of: exchange, now: now)
        } catch {
            fail(exchange, error)
            return
        }
        let datagram = UDPSocket.Outgoing(destination: exchange.peer.endpoint, bytes: bytes, owner: exchange.owner)
        if exchange.peer.endpoint.isIPv4 {
            outgoing4.append(datagram)
        } else if ipv6 != nil {
            outgoing6.append(datagram)
        } else {
            fail(exchange, SNMPError(.hostUnreachable, "this machine has no IPv6"))
            return
        }
        counters.requests += 1
        counters.sentBytes += bytes.count
        // Silent through all attempts, most are gone: who is there answers a probe well within the first attempt's time.
        wait(exchange, until: now + (exchange.stage == .probing ? exchange.patience / 2 : exchange.patience))
    }

    private func message(of exchange: Exchange, now: ContinuousClock.Instant) throws(SNMPError) -> [UInt8] {
        switch (exchange.stage, exchange.peer.credential) {
        case (.probing, .v3(let user)):
            guard user.isAuthenticated else {
                return EngineDirectory.discovery(messageID: exchange.messageID)
            }
            // With one thing less than the question: its context (agents may be silent about one they lack) or its encryption.
            let pdu = PDU(.get, requestID: exchange.messageID)
            let sealed = try engines.sealed(
                pdu, messageID: exchange.messageID, to: exchange.peer.endpoint,
                EngineDirectory.Sealing(user: user, context: "", isPrivate: !exchange.peer.context.isEmpty), now: now)
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
                exchange.question, messageID: exchange.messageID, to: exchange.peer.endpoint,
                EngineDirectory.Sealing(user: user, context: exchange.peer.context), now: now)
            // Forgotten between discovery and now: ask for it again.
            return sealed ?? EngineDirectory.discovery(messageID: exchange.messageID)
        }
    }

    private func wait(_ exchange: Exchange, until time: ContinuousClock.Instant) {
        exchange.dueAt = min(time, exchange.deadline)
        // A timer that is due earlier will see that there is more time, and is set anew then.
        if let timer = exchange.timer, timer <= exchange.dueAt { return }
        exchange.timer = exchange.dueAt
        timers.insert(exchange, at: exchange.dueAt)
    }

    private func expire(_ exchange: Exchange, now: ContinuousClock.Instant) {
        exchange.timer = nil
        let attempts = max(0, exchange.peer.retries) + 1
        let silence = exchange.suspicion ?? SNMPError(.timeout, "no reply to \(attempts) attempts")
        switch exchange.stage {
        case .probing: giveUp(exchange, silence)
        case .confirming: giveUp(exchange, exchange.suspicion ?? refusal(exchange))
        case .asking, .discovering:
            if now >= exchange.deadline {
                let late = SNMPError(
                    exchange.lateness, "still asking after \(exchange.attempt + 1) attempts of the latest request")
                giveUp(exchange, exchange.suspicion ?? late)
            } else if exchange.attempt < exchange.peer.retries {
                retry(exchange)
            } else if exchange.suspicion == nil, exchange.stage == .asking {
                enter(.probing, exchange)
            } else {
                giveUp(exchange, silence)
            }
        }
    }

    private func giveUp(_ exchange: Exchange, _ error: SNMPError) {
        counters.timeouts += 1
        fail(exchange, error)
    }

    /// An agent that is there and silent on the question.
    private func refusal(_ exchange: Exchange) -> SNMPError {
        guard let user = exchange.user else {
            return SNMPError(.wrongCommunity, "the agent answers SNMPv3 but not this community")
        }
        guard user.isAuthenticated else {
            return SNMPError(.unknownUser, "the agent answers SNMPv3 discovery but not user \(user.name)")
        }
        guard exchange.peer.context.isEmpty else {
            return SNMPError(
                .unknownContext, "the agent answers user \(user.name), but not in context \"\(exchange.peer.context)\"")
        }
        guard case .authPriv = user.security else {
            return SNMPError(.timeout, "the agent answers user \(user.name), but not this question")
        }
        return SNMPError(.wrongPrivacy, "the agent answers user \(user.name) only without encryption")
    }

    private func retry(_ exchange: Exchange) {
        exchange.attempt += 1
        counters.retries += 1
        // The answer may have been too big for the way (lost fragments): a shorter one is asked for. An answer to an earlier
        // attempt still counts, since both begin with the same rows.
        if exchange.stage.isAsking, exchange.portClosedAttempt == nil, let smaller = exchange.operation.smaller() {
            exchange.question = smaller
            exchange.question.requestID = exchange.messageID
        }
        transmit(exchange)
    }

    /// Applies what the operation makes of an answer.
    ///
    /// - Throws: `.malformedReply` when the list of variable bindings is none.
    func deliver(_ head: PDUHead, _ varBinds: BERReader, size: Int, to exchange: Exchange) throws(SNMPError) {
        switch try exchange.operation.receive(head, varBinds, size: size) {
        case .ask(let question):
            exchange.suspicion = nil
            exchange.didResynchronize = false
            exchange.didRediscover = false
            ask(exchange, question)
        case .finished(let rows): finish(exchange, .success(rows))
        case .failed(let error): fail(exchange, error)
        case .unusable(let error): suspect(exchange, error)
        }
    }

    /// Remembers why a reply was of no use and goes on waiting: it may have been forged, or another may come.
    func suspect(_ exchange: Exchange, _ error: SNMPError) {
        exchange.suspicion = error
    }

    /// A reply that cannot be read came from here: whatever is asked there may have been meant.
    func blame(_ source: SNMPEndpoint, _ error: SNMPError) {
        counters.malformed += 1
        guard let meant = byEndpoint[source] else { return }
        for exchange in meant { suspect(exchange, error) }
        // Some agents cut an answer that is too long for them: if it can only be this one, ask for less at once.
        guard meant.count == 1, meant[0].stage.isAsking, let smaller = meant[0].operation.smaller() else { return }
        ask(meant[0], smaller)
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
                if let exchange = exchanges[first.owner] { refuse(exchange, error.value) }
                rest = rest.dropFirst()
                refusals = 0
            }
        }
        datagrams.removeFirst(datagrams.count - rest.count)
        guard socket.isBlocked != !datagrams.isEmpty else { return }
        socket.isBlocked = !datagrams.isEmpty
        let interest = UInt32(CP_READABLE) | (socket.isBlocked ? UInt32(CP_WRITABLE) : 0)
        _ = cp_epoll_set(epoll, socket.descriptor, interest, token)
    }

    private func refuse(_ exchange: Exchange, _ number: Int32) {
        let error = SNMPError(systemCall: "sending", number)
        switch number {
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM, EAFNOSUPPORT, EINVAL:
            fail(exchange, SNMPError(.hostUnreachable, error.detail))
        case ECONNREFUSED: break
        default: fail(exchange, error)
        }
    }

    private func receive(_ socket: UDPSocket, _ event: cp_event) {
        if event.events & UInt32(CP_FAILED) != 0 { takeErrors(socket) }
        guard event.events & UInt32(CP_READABLE) != 0 else { return }
        // A bound, so that a flood cannot keep timers waiting.
        for _ in 0..<16 {
            let count = socket.receive { datagram in
                counters.replies += 1
                counters.receivedBytes += datagram.bytes.count
                receive(datagram)
            }
            if let count {
                if count < UDPSocket.batch { break }
            } else if !takeErrors(socket) {
                return
            }
        }
    }

    /// - Returns: whether there were any.
    @discardableResult
    private func takeErrors(_ socket: UDPSocket) -> Bool {
        var found = false
        while let (peer, number) = socket.takeError() {
            found = true
            for exchange in byEndpoint[peer] ?? [] { unreachable(exchange, number) }
        }
        return found
    }

    private func unreachable(_ exchange: Exchange, _ number: Int32) {
        switch number {
        case ECONNREFUSED:
            if let closed = exchange.portClosedAttempt {
                // An error about the attempt already known to have failed says nothing new.
                if exchange.attempt > closed { fail(exchange, portClosed(exchange)) }
            } else if exchange.attempt < exchange.peer.retries,
                exchange.stage == .asking || exchange.stage == .discovering
            {
                exchange.portClosedAttempt = exchange.attempt
                wait(exchange, until: ContinuousClock.now + Self.portClosedPause)
            } else {
                fail(exchange, portClosed(exchange))
            }
        case EMSGSIZE: break
        default:
            fail(exchange, SNMPError(systemCall: "asking \(exchange.peer.endpoint)", number).as(.hostUnreachable))
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
