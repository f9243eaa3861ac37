import CPlatform
import Glibc
import SNMP
import Synchronization

/// Serves every simulated SNMP agent from one thread and one socket per address family, and sends their traps.
///
/// Only loopback speaks with loopback here: datagrams from or to any other address are dropped and counted.
final class AgentServer: Sendable {
    /// UDP port of every agent.
    let port: UInt16
    private let wakeDescriptor: Int32
    private let control: Control
    private let thread: pthread_t

    /// What the thread and its owner share.
    final class Control: Sendable {
        let isStopping = Atomic<Bool>(false)
        let refused = Atomic<Int>(0)
    }

    /// Datagrams dropped because an end was not loopback.
    var refusedDatagrams: Int { control.refused.load(ordering: .relaxed) }

    /// Opens the sockets and starts the thread.
    ///
    /// - Parameter credentials: by device; nil: the agent answers SNMPv3 discovery only.
    init(
        city: SimulatedCity, credentials: [SNMPCredential?], port: UInt16, trapDestination: SNMPEndpoint?
    ) throws(SimulationError) {
        let ipv4 = try LoopbackSocket(address: [0, 0, 0, 0], port: port)
        let boundPort = ipv4.port
        let epoll = cp_epoll_create()
        let wake = cp_eventfd_create()
        guard epoll >= 0, wake >= 0 else {
            if epoll >= 0 { Glibc.close(epoll) }
            if wake >= 0 { Glibc.close(wake) }
            let number = -min(epoll, wake)
            throw SimulationError(.system, "creating the agents' event queue: \(String(cString: strerror(number)))")
        }
        let control = Control()
        let loop: AgentLoop
        do {
            loop = try AgentLoop(
                city: city, credentials: credentials, ipv4: ipv4, usesIPv6: city.addresses.usesIPv6,
                trapDestination: trapDestination, epoll: epoll, wake: wake, control: control)
            thread = try startThread(named: "sim-agents") {
                cp_name_thread("sim-agents")
                loop.run()
            }
        } catch {
            Glibc.close(epoll)
            Glibc.close(wake)
            throw error
        }
        self.port = boundPort
        self.control = control
        wakeDescriptor = wake
        city.setWake { cp_eventfd_signal(wake) }
        self.city = city
    }

    private let city: SimulatedCity

    /// Ends the thread, which closes the sockets. Call once.
    func stop() {
        // After this no other thread can signal the descriptor the thread closes.
        city.setWake(nil)
        control.isStopping.store(true, ordering: .releasing)
        cp_eventfd_signal(wakeDescriptor)
        pthread_join(thread, nil)
        Glibc.close(wakeDescriptor)
    }
}

/// Starts a thread that runs `body` once.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) throws(SimulationError) -> pthread_t {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { pointer in
            guard let pointer else { return nil }
            Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    guard code == 0 else {
        box.release()
        throw SimulationError(.system, "starting the thread \(name): \(String(cString: strerror(code)))")
    }
    return thread
}
