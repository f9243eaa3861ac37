import CPlatform
import Glibc
import Synchronization

/// The prober's thread. Everything here is confined to it; `orders` leads in, `sink` out.
final class ReachabilityLoop {
    /// Probes sent in one tick.
    private struct Round {
        var sent: ContinuousClock.Instant
        var ids: [String]
        var times: [Duration?]
        var open: Int
    }

    /// Where the answer of a probe that is out goes.
    private struct Place {
        var round: Int
        var index: Int
        var address: [UInt8]
    }

    let ipv4: EchoSocket?
    private let ipv6: EchoSocket?
    private let options: ReachabilityProber.Options
    private let orders: ReachabilityProber.OrderBox
    private let sink: AsyncStream<ReachabilityRound>.Continuation
    private let epoll: Int32
    private let token = UInt64.random(in: .min ... .max)
    /// The next probe's number. Numbers of echoes and of connections are of one sequence, and are the tokens of the latter.
    private var number: UInt64 = 16

    private var version = 0
    /// Targets by the tick of the interval they are probed in.
    private var slots: [[(id: String, target: ReachabilityTarget)]]
    private var rounds: [Int: Round] = [:]
    private var nextRound = 0
    private var echoes: [UInt64: Place] = [:]
    private var connections: [UInt64: (place: Place, descriptor: Int32)] = [:]

    private static let tick = Duration.milliseconds(100)
    private static let ipv4Token: UInt64 = 4
    private static let ipv6Token: UInt64 = 6
    /// Each needs a descriptor; who finds no place is not probed this time.
    private static let maximumConnections = 512

    init(
        options: ReachabilityProber.Options, orders: ReachabilityProber.OrderBox,
        sink: AsyncStream<ReachabilityRound>.Continuation
    ) throws(ReachabilityError) {
        self.options = options
        self.orders = orders
        self.sink = sink
        ipv4 = options.usesTCP ? nil : EchoSocket(isIPv4: true)
        ipv6 = options.usesTCP ? nil : EchoSocket(isIPv4: false)
        slots = Array(repeating: [], count: max(1, Int(options.interval / Self.tick)))
        epoll = cp_epoll_create()
        guard epoll >= 0 else { throw ReachabilityError("creating an epoll descriptor", -epoll) }
        for (descriptor, token) in [(ipv4?.descriptor, Self.ipv4Token), (ipv6?.descriptor, Self.ipv6Token)] {
            guard let descriptor else { continue }
            let code = cp_epoll_set(epoll, descriptor, UInt32(CP_READABLE), token)
            guard code == 0 else { throw ReachabilityError("watching a descriptor", -code) }
        }
    }

    deinit {
        for (_, descriptor) in connections.values { Glibc.close(descriptor) }
        if epoll >= 0 { Glibc.close(epoll) }
    }

    func run() {
        var events = [cp_event](repeating: cp_event(), count: 64)
        var slot = 0
        var next = ContinuousClock.now
        while true {
            let wait = next - ContinuousClock.now
            if wait > .zero {
                let milliseconds = Int32(wait / .milliseconds(1)) + 1
                let count = cp_epoll_wait(epoll, &events, Int32(events.count), milliseconds)
                for event in events.prefix(Int(max(0, count))) { take(event) }
                continue
            }
            guard takeOrders() else { break }
            probe(slots[slot])
            expire()
            slot = (slot + 1) % slots.count
            next += Self.tick
            // After a pause of the whole machine, ticks are skipped rather than made up for.
            let now = ContinuousClock.now
            if now - next > .seconds(1) { next = now }
        }
        sink.finish()
    }

    /// - Returns: false when the loop is to end.
    private func takeOrders() -> Bool {
        let news = orders.value.withLock { orders in
            (
                isClosed: orders.isClosed, targets: orders.version == version ? nil : orders.targets,
                version: orders.version
            )
        }
        version = news.version
        if let targets = news.targets {
            slots = slots.map { _ in [] }
            for (id, target) in targets { slots[Int(Self.hash(id) % UInt64(slots.count))].append((id, target)) }
        }
        return !news.isClosed
    }

    /// FNV-1a: the same in every run, so that a restart does not move a target's slot.
    private static func hash(_ id: String) -> UInt64 {
        id.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    // MARK: Probing

    private func probe(_ targets: [(id: String, target: ReachabilityTarget)]) {
        guard !targets.isEmpty else { return }
        var round = Round(sent: .now, ids: [], times: [], open: 0)
        var outgoing:
            (four: [(address: [UInt8], message: EchoMessage)], six: [(address: [UInt8], message: EchoMessage)])
        outgoing = ([], [])
        for (id, target) in targets {
            let place = Place(round: nextRound, index: round.ids.count, address: target.address)
            number += 1
            let message = EchoMessage(token: token, number: number)
            let isIPv4 = target.address.count == 4
            if isIPv4 ? ipv4 != nil : ipv6 != nil {
                echoes[number] = place
                if isIPv4 {
                    outgoing.four.append((target.address, message))
                } else {
                    outgoing.six.append((target.address, message))
                }
            } else {
                guard connect(target, place) else { continue }
            }
            round.ids.append(id)
            round.times.append(nil)
            round.open += 1
        }
        guard round.open > 0 else { return }
        rounds[nextRound] = round
        nextRound += 1
        ipv4?.send(outgoing.four)
        ipv6?.send(outgoing.six)
    }

    /// - Returns: false when there is no descriptor left for it.
    private func connect(_ target: ReachabilityTarget, _ place: Place) -> Bool {
        guard connections.count < Self.maximumConnections else { return false }
        var address = cp_address(target.address, port: target.port)
        let descriptor = cp_tcp_connect(&address)
        // Without a route there is nothing to wait for: the round's end tells.
        guard descriptor >= 0 else { return descriptor != -EMFILE && descriptor != -ENFILE }
        guard cp_epoll_set(epoll, descriptor, UInt32(CP_WRITABLE), number) == 0 else {
            Glibc.close(descriptor)
            return false
        }
        connections[number] = (place, descriptor)
        return true
    }

    private func take(_ event: cp_event) {
        switch event.token {
        case Self.ipv4Token: ipv4?.receive { self.answered($0, from: $1) }
        case Self.ipv6Token: ipv6?.receive { self.answered($0, from: $1) }
        default:
            guard let (place, descriptor) = connections.removeValue(forKey: event.token) else { return }
            let result = cp_tcp_result(descriptor)
            Glibc.close(descriptor)
            if result == 0 || result == -ECONNREFUSED { close(place) }
        }
    }

    private func answered(_ message: EchoMessage, from source: [UInt8]) {
        guard message.token == token, let place = echoes[message.number], place.address == source else { return }
        echoes[message.number] = nil
        close(place)
    }

    /// Notes an answer, and hands the round over when it was the last.
    private func close(_ place: Place) {
        guard let round = rounds[place.round] else { return }
        rounds[place.round]?.times[place.index] = .now - round.sent
        rounds[place.round]?.open -= 1
        if round.open == 1 { end(place.round) }
    }

    private func end(_ key: Int) {
        guard let round = rounds.removeValue(forKey: key) else { return }
        sink.yield(ReachabilityRound(age: .now - round.sent, roundTrips: zip(round.ids, round.times).map { ($0, $1) }))
    }

    private func expire() {
        let late = rounds.filter { ContinuousClock.now - $0.value.sent >= options.timeout }.keys.sorted()
        guard !late.isEmpty else { return }
        let lost = Set(late)
        echoes = echoes.filter { !lost.contains($0.value.round) }
        for (key, connection) in connections where lost.contains(connection.place.round) {
            Glibc.close(connection.descriptor)
            connections[key] = nil
        }
        for key in late { end(key) }
    }
}
