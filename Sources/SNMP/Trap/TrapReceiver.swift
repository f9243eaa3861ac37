import CPlatform
import Glibc
import Synchronization
import Threads

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
    /// The endpoint listened on, with the port picked.
    package let endpoint: SNMPEndpoint
    /// Authentic events in order of arrival, for one reader; at most 10,000 wait, beyond that new ones are counted as dropped.
    package let events: AsyncStream<TrapEvent>
    private let mailbox: Mailbox<Never>
    private let published: TrapLoop.Published

    /// - Parameters:
    ///   - endpoint: where to listen; port 0 picks a free one.
    ///   - isAllowed: whether datagrams from this address (4 or 16 bytes) are looked at; called on the receiver's thread.
    ///   - credentials: accepted communities and users.
    ///   - identity: this side's engine. Its boots must be higher than whenever this identifier was used before.
    /// - Throws: `.system` when the port cannot be bound or a pass phrase is too short.
    package init(
        listeningOn endpoint: SNMPEndpoint, credentials: [SNMPCredential], identity: EngineIdentity,
        isAllowed: @escaping @Sendable ([UInt8]) -> Bool
    ) throws(SNMPError) {
        let mailbox = try Mailbox<Never>()
        let published = TrapLoop.Published()
        let (events, sink) = AsyncStream.makeStream(of: TrapEvent.self, bufferingPolicy: .bufferingOldest(10_000))
        let socket = try UDPSocket(bound: endpoint, for: .replies)
        self.endpoint = try socket.localEndpoint()
        self.mailbox = mailbox
        self.published = published
        self.events = events
        let decoder = try TrapDecoder(credentials: credentials, identity: identity, start: .now)
        let loop = try TrapLoop(
            socket: socket, mailbox: mailbox, published: published, decoder: decoder, sink: sink, isAllowed: isAllowed)
        try loop.start()
    }

    deinit {
        mailbox.close()
    }

    package var counters: TrapCounters { published.value }

    /// Ends the thread and the stream. Idempotent.
    package func close() {
        mailbox.close()
    }
}

/// The receiver's thread. Everything here is confined to it; `mailbox`, `published` and `sink` lead out.
final class TrapLoop {
    /// The counters as the thread last published them.
    final class Published: Sendable {
        private let counters = Mutex(TrapCounters())

        var value: TrapCounters { counters.withLock { $0 } }

        func publish(_ value: TrapCounters) {
            counters.withLock { $0 = value }
        }
    }

    private let socket: UDPSocket
    private let mailbox: Mailbox<Never>
    private let published: Published
    private let sink: AsyncStream<TrapEvent>.Continuation
    private let isAllowed: @Sendable ([UInt8]) -> Bool
    private let epoll: Int32
    private var decoder: TrapDecoder
    private var counters = TrapCounters()

    init(
        socket: UDPSocket, mailbox: Mailbox<Never>, published: Published, decoder: TrapDecoder,
        sink: AsyncStream<TrapEvent>.Continuation, isAllowed: @escaping @Sendable ([UInt8]) -> Bool
    ) throws(SNMPError) {
        self.socket = socket
        self.mailbox = mailbox
        self.published = published
        self.decoder = decoder
        self.sink = sink
        self.isAllowed = isAllowed
        epoll = cp_epoll_create()
        guard epoll >= 0 else { throw SNMPError(systemCall: "creating an epoll descriptor", -epoll) }
        for descriptor in [mailbox.descriptor, socket.descriptor] {
            let code = cp_epoll_set(epoll, descriptor, UInt32(CP_READABLE), 0)
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
            let loop: TrapLoop
        }
        let handover = Handover(loop: self)
        let code = startThread(named: "snmp-traps") { handover.loop.run() }
        guard code == 0 else { throw SNMPError(systemCall: "starting a thread", code) }
    }

    private func run() {
        var events = [cp_event](repeating: cp_event(), count: 2)
        repeat {
            _ = cp_epoll_wait(epoll, &events, Int32(events.count), -1)
            // A bound, so that a flood cannot keep the end waiting.
            for _ in 0..<16 {
                guard let count = socket.receive({ handle($0) }), count > 0 else { break }
            }
            published.publish(counters)
        } while !mailbox.take().isClosed
        sink.finish()
    }

    private func handle(_ datagram: UDPSocket.Datagram) {
        counters.received += 1
        guard isAllowed(datagram.source.address) else {
            counters.refused += 1
            return
        }
        switch decoder.decode(Array(datagram.bytes), from: datagram.source, now: .now) {
        case .event(let event, let reply):
            if case .dropped = sink.yield(event) {
                // Not acknowledged either: the sender of an inform tries again.
                counters.dropped += 1
            } else if let reply {
                send(reply, for: datagram)
            }
        case .reply(let reply): send(reply, for: datagram)
        case .unauthentic(let reply):
            counters.unauthentic += 1
            if let reply { send(reply, for: datagram) }
        case .malformed: counters.malformed += 1
        }
    }

    /// From the address the datagram was sent to. Not repeated when it fails: the sender asks again.
    private func send(_ bytes: [UInt8], for datagram: UDPSocket.Datagram) {
        let reply = UDPSocket.Outgoing(
            destination: datagram.source, localAddress: datagram.localAddress, bytes: bytes)
        _ = socket.send([reply])
    }
}
