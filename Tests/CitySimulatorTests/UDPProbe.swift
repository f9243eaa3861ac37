import Glibc
import SNMP

/// A UDP socket of a test on loopback.
final class UDPProbe: Sendable {
    struct Failed: Error {}

    private let descriptor: Int32
    let port: UInt16

    /// GET of sysName.0 with the fixture's community.
    static let request: [UInt8] = CommunityMessage(
        version: .v2c, community: Array("cong-khai".utf8),
        content: .pdu(PDU(.get, requestID: 7, varBinds: [VarBind(OID.sysName)]))
    ).encoded()

    /// - Parameter address: to be bound to; 127.0.0.1 or ::1 when nil.
    init(ipv6: Bool, address: [UInt8]? = nil) throws {
        descriptor = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Failed() }
        let loopback: [UInt8] = ipv6 ? Array(repeating: 0, count: 15) + [1] : [127, 0, 0, 1]
        var storage = Self.address(address ?? loopback, port: 0)
        let length = Self.length(ipv6: ipv6)
        let descriptor = self.descriptor
        let bound = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else { throw Failed() }
        var size = length
        _ = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        port = Self.parts(storage).port
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8], to address: [UInt8], port: UInt16) {
        var storage = Self.address(address, port: port)
        withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, 0, $0, Self.length(ipv6: address.count == 16))
            }
        }
    }

    /// The next datagram; nil after 20 seconds.
    func receive() async -> (bytes: [UInt8], source: [UInt8])? {
        let end = ContinuousClock.now + .seconds(20)
        var buffer = Array(repeating: UInt8(0), count: 65_536)
        while ContinuousClock.now < end {
            var storage = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(descriptor, &buffer, buffer.count, 0, $0, &size)
                }
            }
            if count >= 0 { return (Array(buffer.prefix(count)), Self.parts(storage).address) }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return nil
    }

    private static func length(ipv6: Bool) -> socklen_t {
        socklen_t(ipv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    static func address(_ bytes: [UInt8], port: UInt16) -> sockaddr_storage {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { raw in
            raw.storeBytes(of: sa_family_t(bytes.count == 4 ? AF_INET : AF_INET6), as: sa_family_t.self)
            raw.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            for (index, byte) in bytes.enumerated() { raw[(bytes.count == 4 ? 4 : 8) + index] = byte }
        }
        return storage
    }

    private static func parts(_ storage: sockaddr_storage) -> (address: [UInt8], port: UInt16) {
        withUnsafeBytes(of: storage) { raw in
            let isIPv4 = raw.load(as: sa_family_t.self) == sa_family_t(AF_INET)
            let port = UInt16(bigEndian: raw.load(fromByteOffset: 2, as: UInt16.self))
            return (Array(raw[(isIPv4 ? 4 : 8)..<(isIPv4 ? 8 : 24)]), port)
        }
    }
}
