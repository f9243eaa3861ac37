import Foundation
package import SNMP
import Synchronization

/// No socket could be bound on loopback.
package struct LoopbackUnavailable: Error {}

/// A UDP socket of a test. Used by one thread at a time, but for `close`.
package final class LoopbackSocket: Sendable {
    private let descriptor: Int32
    package let endpoint: SNMPEndpoint

    /// On 127.0.0.1 or ::1, at a free port.
    package init(ipv6: Bool = false) throws {
        let family = ipv6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw LoopbackUnavailable() }
        var storage = sockaddr_storage()
        var length = socklen_t(ipv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
        var port: UInt16 = 0
        let failed = withUnsafeMutableBytes(of: &storage) { raw in
            raw.storeBytes(of: sa_family_t(family), as: sa_family_t.self)
            if ipv6 {
                raw[8 + 15] = 1
            } else {
                raw[4] = 127
                raw[7] = 1
            }
            let address = raw.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard bind(descriptor, address, length) == 0, getsockname(descriptor, address, &length) == 0 else {
                return true
            }
            port = UInt16(raw[2]) << 8 | UInt16(raw[3])
            return false
        }
        guard !failed else { throw LoopbackUnavailable() }
        var patience = timeval(tv_sec: 0, tv_usec: 50_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        endpoint = SNMPEndpoint(
            address: ipv6 ? Array(repeating: 0, count: 15) + [1] : [127, 0, 0, 1], port: port)
        self.descriptor = descriptor
    }

    deinit {
        Foundation.close(descriptor)
    }

    /// The next datagram and its sender's address; nil when none comes within 50 ms.
    package func receive() -> (bytes: [UInt8], sender: [UInt8])? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var sender = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var length = socklen_t(sender.count)
        let count = sender.withUnsafeMutableBytes { raw in
            recvfrom(
                descriptor, &buffer, buffer.count, 0, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard count >= 0 else { return nil }
        return (Array(buffer.prefix(count)), Array(sender.prefix(Int(length))))
    }

    package func send(_ bytes: [UInt8], to sender: [UInt8]) {
        _ = sender.withUnsafeBytes { raw in
            sendto(
                descriptor, bytes, bytes.count, 0, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(raw.count))
        }
    }

    package func send(_ bytes: [UInt8], to endpoint: SNMPEndpoint) {
        let port = [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xFF)]
        let isIPv4 = endpoint.address.count == 4
        let family = withUnsafeBytes(of: sa_family_t(isIPv4 ? AF_INET : AF_INET6)) { Array($0) }
        send(
            bytes,
            to: isIPv4
                ? family + port + endpoint.address + Array(repeating: 0, count: 8)
                : family + port + [0, 0, 0, 0] + endpoint.address + [0, 0, 0, 0])
    }
}

/// An agent that answers as its test says, on a thread of its own until it is released.
package final class ScriptedAgent: Sendable {
    private let isRunning: Flag
    package let endpoint: SNMPEndpoint

    private final class Flag: Sendable {
        let value = Atomic<Bool>(true)
    }

    /// - Parameter answer: the datagrams to send back to a datagram and its sender; called on the agent's thread.
    package init(
        ipv6: Bool = false, answer: @escaping @Sendable (_ bytes: [UInt8], _ sender: [UInt8]) -> [[UInt8]]
    ) throws {
        let socket = try LoopbackSocket(ipv6: ipv6)
        let isRunning = Flag()
        self.isRunning = isRunning
        endpoint = socket.endpoint
        Thread.detachNewThread {
            while isRunning.value.load(ordering: .relaxed) {
                guard let (bytes, sender) = socket.receive() else { continue }
                for reply in answer(bytes, sender) { socket.send(reply, to: sender) }
            }
        }
    }

    package convenience init(ipv6: Bool = false, answer: @escaping @Sendable ([UInt8]) -> [[UInt8]]) throws {
        try self.init(ipv6: ipv6) { (bytes: [UInt8], _: [UInt8]) in answer(bytes) }
    }

    deinit {
        isRunning.value.store(false, ordering: .relaxed)
    }

    /// An agent that answers v1 and v2c requests PDU by PDU.
    package convenience init(ipv6: Bool = false, pdu answer: @escaping @Sendable (PDU) -> PDU?) throws {
        try self.init(ipv6: ipv6) { (bytes: [UInt8]) in
            guard var message = try? CommunityMessage(decoding: bytes), case .pdu(let request) = message.content,
                let reply = answer(request)
            else { return [] }
            message.content = .pdu(reply)
            return [message.encoded()]
        }
    }
}
