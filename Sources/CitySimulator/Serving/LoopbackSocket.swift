import CPlatform
import Glibc
import SNMP

/// A UDP socket that sees to which of this machine's addresses each datagram was sent and answers from there.
///
/// Confined to the thread that uses it, but for `port`.
struct LoopbackSocket: ~Copyable {
    let descriptor: Int32
    let port: UInt16
    private var buffer: [UInt8]
    private var headers: [cp_datagram]

    struct Datagram {
        var peer: SNMPEndpoint
        /// This machine's side, 4 or 16 bytes.
        var local: [UInt8]
        var bytes: [UInt8]
    }

    /// Longest request read; RFC 3417 asks an agent for 484 at least, and none here needs more than a frame.
    private static let slotBytes = 4_096
    private static let batch = Int(CP_UDP_BATCH)
    /// Room for a burst of requests to every device.
    private static let socketBytes: Int32 = 4 << 20

    /// - Parameter address: 0.0.0.0 or ::1.
    init(address: [UInt8], port: UInt16) throws(SimulationError) {
        var local = cp_address()
        Self.fill(&local, address, port)
        let descriptor = cp_udp_open(&local, UInt32(CP_UDP_LOCAL_ADDRESS), Self.socketBytes, Self.socketBytes)
        guard descriptor >= 0 else {
            throw SimulationError(
                .system, "opening UDP port \(port) for the simulated agents: \(String(cString: strerror(-descriptor)))")
        }
        var bound = cp_address()
        let code = cp_udp_local_address(descriptor, &bound)
        guard code == 0 else {
            Glibc.close(descriptor)
            throw SimulationError(.system, "reading a UDP port: \(String(cString: strerror(-code)))")
        }
        self.descriptor = descriptor
        self.port = bound.port
        buffer = Array(repeating: 0, count: Self.slotBytes * Self.batch)
        headers = Array(repeating: cp_datagram(), count: Self.batch)
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// The datagrams that wait, up to one batch. Cut ones are left out: no request is that long.
    mutating func receive() -> [Datagram] {
        let count = Int(cp_udp_receive(descriptor, &buffer, Self.slotBytes, &headers, Int32(Self.batch)))
        guard count > 0 else { return [] }
        var datagrams: [Datagram] = []
        datagrams.reserveCapacity(count)
        for header in headers.prefix(count) where header.truncated == 0 {
            let peer = Self.bytes(header.peer)
            let start = Int(header.offset)
            guard !peer.isEmpty, Int(header.length) <= Self.slotBytes else { continue }
            datagrams.append(
                Datagram(
                    peer: SNMPEndpoint(address: peer, port: header.peer.port), local: Self.bytes(header.local),
                    bytes: Array(buffer[start..<(start + Int(header.length))])))
        }
        return datagrams
    }

    /// Sends all of one family; what the kernel does not take is lost, as datagrams may be.
    func send(_ datagrams: [Datagram]) {
        var rest = datagrams[...]
        while !rest.isEmpty {
            var bytes: [UInt8] = []
            var headers: [cp_datagram] = []
            for datagram in rest.prefix(Self.batch) {
                var header = cp_datagram()
                Self.fill(&header.peer, datagram.peer.address, datagram.peer.port)
                Self.fill(&header.local, datagram.local, 0)
                header.offset = UInt32(bytes.count)
                header.length = UInt32(datagram.bytes.count)
                headers.append(header)
                bytes += datagram.bytes
            }
            let sent = cp_udp_send(descriptor, bytes, headers, Int32(headers.count))
            // A datagram that cannot be sent at all must not hold up those behind it.
            rest = rest.dropFirst(max(1, Int(sent)))
        }
    }

    private static func fill(_ address: inout cp_address, _ bytes: [UInt8], _ port: UInt16) {
        guard bytes.count == 4 || bytes.count == 16 else { return }
        address.address_length = UInt8(bytes.count)
        withUnsafeMutableBytes(of: &address.address) { $0.copyBytes(from: bytes) }
        address.port = port
    }

    /// Empty for no address.
    private static func bytes(_ address: cp_address) -> [UInt8] {
        let length = Int(address.address_length)
        return withUnsafeBytes(of: address.address) { length == 4 || length == 16 ? Array($0.prefix(length)) : [] }
    }
}
