import CPlatform
import Glibc
import Synchronization
import Threads

/// Whom to probe.
package struct ReachabilityTarget: Hashable, Sendable {
    /// 4 or 16 bytes in network order.
    package var address: [UInt8]
    /// TCP port to connect to where echoes are not allowed.
    package var port: UInt16

    package init(address: [UInt8], port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// The outcome of the probes that were sent together.
package struct ReachabilityRound: Sendable {
    /// How long ago they were sent.
    package var age: Duration
    /// By id of the target: how long the answer took; nil: none within the timeout.
    package var roundTrips: [(id: String, time: Duration?)]
}

/// Probes each target once an interval: by ICMP echo where this process may, else by a TCP connection, which a refusal answers
/// too.
///
/// One thread of its own; targets are spread over the interval by a stable hash of their ids. All functions may be called from any
/// task.
package final class ReachabilityProber: Sendable {
    package enum Method: String, Sendable {
        case icmp, tcp
    }

    package struct Options: Hashable, Sendable {
        package var interval = Duration.seconds(10)
        /// How long an answer is waited for; shorter than the interval.
        package var timeout = Duration.seconds(2)
        /// TCP even where echoes are allowed.
        package var usesTCP = false

        package init() {}
    }

    struct Orders: Sendable {
        var targets: [String: ReachabilityTarget] = [:]
        var version = 0
        var isClosed = false
    }

    /// What IPv4 targets are probed by; IPv6 may differ.
    package let method: Method
    /// Rounds in the order they end, for one reader.
    package let rounds: AsyncStream<ReachabilityRound>
    private let orders: OrderBox

    final class OrderBox: Sendable {
        let value = Mutex(Orders())
    }

    package init(options: Options = Options()) throws(ReachabilityError) {
        let orders = OrderBox()
        let (rounds, sink) = AsyncStream.makeStream(of: ReachabilityRound.self, bufferingPolicy: .bufferingNewest(1000))
        let loop = try ReachabilityLoop(options: options, orders: orders, sink: sink)
        method = loop.ipv4 == nil ? .tcp : .icmp
        self.orders = orders
        self.rounds = rounds
        // Safe: the loop is given away, so only the new thread uses it from here on.
        struct Handover: @unchecked Sendable {
            let loop: ReachabilityLoop
        }
        let handover = Handover(loop: loop)
        let code = startThread(named: "reachability") { handover.loop.run() }
        guard code == 0 else { throw ReachabilityError("starting a thread", code) }
    }

    deinit { close() }

    /// From now on these are probed, and no others.
    package func update(_ targets: [String: ReachabilityTarget]) {
        orders.value.withLock { orders in
            orders.targets = targets
            orders.version += 1
        }
    }

    /// Ends the thread, within a tenth of a second, and the stream. Idempotent.
    package func close() {
        orders.value.withLock { $0.isClosed = true }
    }
}

/// A system call failed here.
package struct ReachabilityError: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ number: Int32) {
        description = "\(what): \(String(cString: strerror(number)))"
    }
}
