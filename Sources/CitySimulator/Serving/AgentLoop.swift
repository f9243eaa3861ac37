import CPlatform
import Glibc
import Inventory
import SNMP
import Synchronization

/// The agents' thread: receives requests, asks the city, answers now or later, sends traps.
///
/// Everything mutable is confined to the thread that calls `run`, which is called once; what others want done comes through
/// `SimulatedCity.takeOrders`.
final class AgentLoop: @unchecked Sendable {
    private let city: SimulatedCity
    private let credentials: [SNMPCredential?]
    private var handlers: [RequestHandler]
    private var ipv4: LoopbackSocket
    private var ipv6: LoopbackSocket?
    private let trapDestination: SNMPEndpoint?
    private let epoll: Int32
    private let wake: Int32
    private let control: AgentServer.Control
    /// Late answers, the next one last.
    private var delayed: [(due: ContinuousClock.Instant, datagram: LoopbackSocket.Datagram)] = []
    private var requestID: Int32 = 0

    /// More late answers than this are lost, as in any full queue.
    private static let maximumDelayed = 10_000
    private static let ipv4Token: UInt64 = 4
    private static let ipv6Token: UInt64 = 6
    private static let wakeToken: UInt64 = 1

    init(
        city: SimulatedCity, credentials: [SNMPCredential?], ipv4: consuming LoopbackSocket, usesIPv6: Bool,
        trapDestination: SNMPEndpoint?, epoll: Int32, wake: Int32, control: AgentServer.Control
    ) throws(SimulationError) {
        self.city = city
        self.credentials = credentials
        self.trapDestination = trapDestination
        self.epoll = epoll
        self.wake = wake
        self.control = control
        let port = ipv4.port
        self.ipv4 = ipv4
        ipv6 =
            usesIPv6
            ? try LoopbackSocket(address: [UInt8](repeating: 0, count: 15) + [1], port: port) : nil
        handlers = []
        for (number, device) in city.plan.devices.enumerated() {
            handlers.append(try Self.handler(device, credentials[number], boots: 3))
        }
        try watch(wake, Self.wakeToken)
        try watch(self.ipv4.descriptor, Self.ipv4Token)
        if let descriptor = ipv6?.descriptor { try watch(descriptor, Self.ipv6Token) }
    }

    private func watch(_ descriptor: Int32, _ token: UInt64) throws(SimulationError) {
        let code = cp_epoll_set(epoll, descriptor, UInt32(CP_READABLE), token)
        guard code == 0 else {
            throw SimulationError(.system, "watching the agents' sockets: \(String(cString: strerror(-code)))")
        }
    }

    private static func handler(
        _ device: DevicePlan, _ credential: SNMPCredential?, boots: Int32
    ) throws(SimulationError) -> RequestHandler {
        do {
            return try RequestHandler(credential: credential, engineID: engineID(device), boots: boots)
        } catch {
            throw SimulationError(.inventory, "device \"\(device.id)\": \(error)")
        }
    }

    /// Enterprise 99999, format 5 (octets), then what is the device's own (RFC 3411 section 5).
    static func engineID(_ device: DevicePlan) -> [UInt8] {
        [0x80, 0x01, 0x86, 0x9F, 5] + (0..<8).map { UInt8(truncatingIfNeeded: device.stream >> (8 * UInt64($0))) }
    }

    func run() {
        var events = Array(repeating: cp_event(), count: 4)
        while !control.isStopping.load(ordering: .acquiring) {
            let count = cp_epoll_wait(epoll, &events, Int32(events.count), timeout())
            for event in events.prefix(max(0, Int(count))) {
                switch event.token {
                case Self.wakeToken: cp_eventfd_drain(wake)
                case Self.ipv4Token: serveIPv4()
                default: serveIPv6()
                }
            }
            city.advanceIfDue()
            obeyOrders()
            sendDelayed()
        }
        Glibc.close(epoll)
    }

    /// Milliseconds until something is due; -1: nothing is.
    private func timeout() -> Int32 {
        var seconds = city.secondsToNextChange()
        if let next = delayed.last {
            let wait = (next.due - ContinuousClock.now) / .seconds(1)
            seconds = min(seconds ?? wait, wait)
        }
        guard let seconds else { return -1 }
        // Rounded up, so as not to wake just before it is time.
        return Int32(min(60_000, max(0, (seconds * 1_000).rounded(.up))))
    }

    // MARK: requests

    private func serveIPv4() {
        ipv4.send(answers(to: ipv4.receive()))
    }

    private func serveIPv6() {
        guard let datagrams = ipv6?.receive() else { return }
        let answers = answers(to: datagrams)
        ipv6?.send(answers)
    }

    private func answers(to datagrams: [LoopbackSocket.Datagram]) -> [LoopbackSocket.Datagram] {
        var answers: [LoopbackSocket.Datagram] = []
        for datagram in datagrams {
            guard let local = IPAddress(bytes: datagram.local), local.isLoopback,
                IPAddress(bytes: datagram.peer.address)?.isLoopback == true
            else {
                control.refused.add(1, ordering: .relaxed)
                continue
            }
            guard let device = city.addresses.device(at: local), let reception = city.reception(of: device),
                let bytes = handlers[device].response(
                    to: datagram.bytes, objects: reception.objects, engineTime: reception.engineTime)
            else { continue }
            let answer = LoopbackSocket.Datagram(peer: datagram.peer, local: datagram.local, bytes: bytes)
            if reception.delay > 0 {
                delay(answer, by: reception.delay)
            } else {
                answers.append(answer)
            }
        }
        return answers
    }

    private func delay(_ answer: LoopbackSocket.Datagram, by seconds: Double) {
        guard delayed.count < Self.maximumDelayed else { return }
        let due = ContinuousClock.now + .milliseconds(Int64(seconds * 1_000))
        var low = 0
        var high = delayed.count
        while low < high {
            let middle = (low + high) / 2
            if delayed[middle].due <= due { high = middle } else { low = middle + 1 }
        }
        delayed.insert((due, answer), at: low)
    }

    private func sendDelayed() {
        let now = ContinuousClock.now
        while let next = delayed.last, next.due <= now {
            delayed.removeLast()
            send(next.datagram)
        }
    }

    private func send(_ datagram: LoopbackSocket.Datagram) {
        if datagram.peer.address.count == 4 { ipv4.send([datagram]) } else { ipv6?.send([datagram]) }
    }

    // MARK: orders

    private func obeyOrders() {
        let orders = city.takeOrders()
        for (device, boots) in orders.restarts {
            // The same credential and engine made a handler before, so this cannot fail; the old one would do otherwise.
            if let handler = try? Self.handler(city.plan.devices[device], credentials[device], boots: boots) {
                handlers[device] = handler
            }
        }
        guard let trapDestination else { return }
        for trap in orders.traps {
            let local = city.addresses.addresses[trap.device].bytes
            // A device on ::1 has no way to a receiver that listens on IPv4, and the other way round.
            guard local.count == trapDestination.address.count else { continue }
            requestID = requestID &+ 1 & Int32.max
            let varBinds =
                [
                    VarBind(Objects.sysUpTime, .timeTicks(trap.uptime)),
                    VarBind(Objects.snmpTrapOID, .objectIdentifier(trap.trapOID)),
                ] + trap.varBinds
            guard
                let bytes = handlers[trap.device].trap(
                    varBinds, credential: credentials[trap.device], requestID: requestID,
                    engineTime: trap.engineTime)
            else { continue }
            send(LoopbackSocket.Datagram(peer: trapDestination, local: local, bytes: bytes))
        }
    }
}
