import Glibc
import Synchronization

/// Ports tried so far.
private let tried = Atomic<UInt32>(UInt32(getpid()))

/// A UDP port on 127.0.0.1 that nobody has now and that the system gives nobody by itself: it lies below those that it hands out
/// (`ip_local_port_range`), so that no other socket of a test takes it before the server that it is for.
package func freeDatagramPort() throws -> UInt16 {
    for _ in 0..<1_000 {
        let port = UInt16(20_000 + tried.add(1, ordering: .relaxed).oldValue % 9_000)
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code == 0 { return port }
    }
    throw NoDatagramPort()
}

private struct NoDatagramPort: Error, CustomStringConvertible {
    var description: String { "expected a free UDP port among a thousand, found none" }
}
