import CPlatform
import Glibc

/// One socket for the echoes of one address family. Confined to the prober's thread.
final class EchoSocket {
    let descriptor: Int32
    private let isIPv4: Bool
    private let isRaw: Bool
    private var buffer = [UInt8](repeating: 0, count: Int(CP_UDP_BATCH) * slotBytes)
    private var headers = [cp_datagram](repeating: cp_datagram(), count: Int(CP_UDP_BATCH))

    /// An echo with the longest IP header.
    private static let slotBytes = 128

    /// Nil where this process may not send echoes: it has no CAP_NET_RAW, and net.ipv4.ping_group_range has no group of it.
    init?(isIPv4: Bool) {
        var isRaw: Int32 = 0
        descriptor = cp_icmp_open(isIPv4 ? 0 : 1, &isRaw)
        self.isIPv4 = isIPv4
        self.isRaw = isRaw != 0
        guard descriptor >= 0 else { return nil }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Sends the requests; what cannot be sent now is lost, as on any way.
    func send(_ echoes: [(address: [UInt8], message: EchoMessage)]) {
        var rest = echoes[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int(CP_UDP_BATCH))
            rest = rest.dropFirst(part.count)
            var bytes: [UInt8] = []
            var datagrams: [cp_datagram] = []
            for echo in part {
                let request = echo.message.request(isIPv4: isIPv4)
                var datagram = cp_datagram()
                datagram.peer = cp_address(echo.address)
                datagram.offset = UInt32(bytes.count)
                datagram.length = UInt32(request.count)
                datagrams.append(datagram)
                bytes += request
            }
            var first = 0
            while first < datagrams.count {
                let sent = datagrams.withUnsafeBufferPointer { list in
                    list.baseAddress.map { cp_udp_send(descriptor, bytes, $0 + first, Int32(list.count - first)) } ?? 0
                }
                // The first of them has no way out (no route, say): the others may.
                first += max(1, Int(sent))
            }
        }
    }

    /// Hands over every reply that waits, with where it came from.
    func receive(_ body: (EchoMessage, [UInt8]) -> Void) {
        while true {
            let count = Int(cp_udp_receive(descriptor, &buffer, Self.slotBytes, &headers, Int32(headers.count)))
            guard count > 0 else { return }
            buffer.withUnsafeBytes { buffer in
                for header in headers.prefix(count) {
                    let start = Int(header.offset)
                    let end = start + min(Int(header.length), Self.slotBytes)
                    let datagram = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
                    let reply = EchoMessage(reply: datagram, isIPv4: isIPv4, hasIPHeader: isIPv4 && isRaw)
                    if let reply { body(reply, header.peer.bytes) }
                }
            }
            if count < headers.count { return }
        }
    }
}

extension cp_address {
    init(_ address: [UInt8], port: UInt16 = 0) {
        self.init()
        self.port = port
        address_length = UInt8(address.count)
        withUnsafeMutableBytes(of: &self.address) { $0.copyBytes(from: address.prefix(16)) }
    }

    fileprivate var bytes: [UInt8] {
        withUnsafeBytes(of: address) { Array($0.prefix(Int(address_length))) }
    }
}
