import Glibc
import Synchronization

/// Ports tried so far.
private let tried = Atomic<UInt32>(UInt32(getpid()))

/// What listens on a port.
package enum PortKind: Sendable {
    case udp, tcp
}

/// A port that nobody has now on any IPv4 address, and that the system gives nobody by itself: it lies below those that it
/// hands out (`ip_local_port_range`), so that no other socket of a test takes it before the server that it is for, or while
/// a test wants it closed.
package func freePort(_ kind: PortKind) throws -> UInt16 {
    for _ in 0..<1_000 {
        let port = UInt16(20_000 + tried.add(1, ordering: .relaxed).oldValue % 9_000)
        let descriptor = socket(AF_INET, Int32((kind == .udp ? SOCK_DGRAM : SOCK_STREAM).rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code == 0 { return port }
    }
    throw NoFreePort(kind: kind)
}

private struct NoFreePort: Error, CustomStringConvertible {
    var kind: PortKind
    var description: String { "expected a free \(kind) port among a thousand, found none" }
}
