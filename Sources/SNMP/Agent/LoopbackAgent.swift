import Glibc
import Synchronization
import Threads

/// An agent on a UDP port of 127.0.0.1 that answers from objects that never change, as those of a recording.
///
/// One thread answers; it ends with `stop` or with the last reference.
package final class LoopbackAgent: Sendable {
    /// The community of SNMPv1 and v2c requests it answers.
    package static let community = "public"

    package let port: UInt16
    private let control: Control

    private final class Control: Sendable {
        let isStopping = Atomic<Bool>(false)
    }

    /// How long the thread sleeps before it looks whether it is to end.
    private static let patience: Int32 = 50

    package init(_ objects: ObjectIndex<SNMPValue>) throws(SNMPError) {
        let socket = try UDPSocket(bound: SNMPEndpoint(address: [127, 0, 0, 1], port: 0), for: .replies)
        port = try socket.localEndpoint().port
        let handler = try RequestHandler(
            credential: .v2c(community: Self.community), engineID: [0x80, 0, 0, 0, 1, 2, 3, 4], boots: 1)
        let control = Control()
        self.control = control
        // Handed over: from here on only the thread uses it, and closes it.
        nonisolated(unsafe) let confined = socket
        let code = startThread(named: "loopback-agent") { Self.serve(confined, handler, objects, control) }
        guard code == 0 else { throw SNMPError(systemCall: "starting a thread", code) }
    }

    deinit { stop() }

    package func stop() {
        control.isStopping.store(true, ordering: .relaxed)
    }

    private static func serve(
        _ socket: UDPSocket, _ initial: RequestHandler, _ objects: ObjectIndex<SNMPValue>, _ control: Control
    ) {
        var handler = initial
        let start = ContinuousClock.now
        while !control.isStopping.load(ordering: .relaxed) {
            var wait = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, patience) > 0 else { continue }
            var replies: [UDPSocket.Outgoing] = []
            _ = socket.receive { datagram in
                let time = Int32(clamping: (ContinuousClock.now - start).components.seconds + 1)
                if let reply = handler.response(to: Array(datagram.bytes), objects: objects, engineTime: time) {
                    replies.append(
                        UDPSocket.Outgoing(
                            destination: datagram.source, localAddress: datagram.localAddress, bytes: reply))
                }
            }
            var rest = replies[...]
            while !rest.isEmpty, case .success(let count) = socket.send(rest), count > 0 {
                rest = rest.dropFirst(count)
            }
        }
    }
}
