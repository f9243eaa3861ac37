import CPlatform
import Glibc

/// One bound UDP socket that does not block. Confined to the thread that uses it.
final class UDPSocket {
    enum Purpose {
        /// Sends requests: ICMP errors are kept for `takeError`.
        case requests
        /// Answers or listens: datagrams tell the address they were sent to, and replies leave from there.
        case replies
    }

    struct Datagram {
        var source: SNMPEndpoint
        /// The local address it was sent to; empty unless the purpose is `.replies`.
        var localAddress: [UInt8]
        /// Lent for the call.
        var bytes: UnsafeRawBufferPointer
        /// It was longer than the receive slot; `bytes` has its beginning.
        var isTruncated: Bool
    }

    struct Outgoing {
        var destination: SNMPEndpoint
        /// The address to leave from; empty for the system's choice.
        var localAddress: [UInt8] = []
        var bytes: [UInt8]
        /// Whom to tell when it cannot be sent.
        var owner: UInt64 = 0
    }

    /// Datagrams received at once at most.
    static let batch = 32

    let descriptor: Int32
    /// For the user: whether it waits until the socket takes datagrams again.
    var isBlocked = false
    private let slotBytes: Int
    private var buffer: [UInt8]
    private var headers: [cp_datagram]
    private var outgoingBytes: [UInt8] = []
    private var outgoingHeaders: [cp_datagram] = []

    /// A UDP payload has at most 65,507 bytes over IPv4 and 65,527 over IPv6.
    private static let largestDatagram = 65_536
    /// 4 MB: what Linux grants at most where nobody raised `rmem_max` is less, and asking more is no error.
    private static let socketBufferBytes: Int32 = 4 << 20

    init(bound endpoint: SNMPEndpoint, for purpose: Purpose) throws(SNMPError) {
        var address = cp_address(endpoint)
        let flags: UInt32
        switch purpose {
        case .requests: flags = UInt32(CP_UDP_ERRORS)
        case .replies: flags = UInt32(CP_UDP_LOCAL_ADDRESS)
        }
        let code = cp_udp_open(&address, flags, Self.socketBufferBytes, Self.socketBufferBytes)
        guard code >= 0 else { throw SNMPError(systemCall: "binding UDP \(endpoint)", -code) }
        descriptor = code
        slotBytes = Self.largestDatagram
        buffer = Array(repeating: 0, count: Self.batch * slotBytes)
        headers = Array(repeating: cp_datagram(), count: Self.batch)
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// The endpoint bound, with the port picked.
    func localEndpoint() throws(SNMPError) -> SNMPEndpoint {
        var address = cp_address()
        let code = cp_udp_local_address(descriptor, &address)
        guard code == 0, let endpoint = SNMPEndpoint(address) else {
            throw SNMPError(systemCall: "reading a socket's address", -code)
        }
        return endpoint
    }

    /// Hands every waiting datagram of one batch to `body`.
    ///
    /// - Returns: how many there were; nil when errors are to be taken first.
    func receive(_ body: (Datagram) -> Void) -> Int? {
        let count = Int(cp_udp_receive(descriptor, &buffer, slotBytes, &headers, Int32(Self.batch)))
        if count == -Int(EAGAIN) { return 0 }
        guard count >= 0 else { return nil }
        buffer.withUnsafeBytes { buffer in
            for index in 0..<count {
                let header = headers[index]
                guard let source = SNMPEndpoint(header.peer) else { continue }
                let start = Int(header.offset)
                let bytes = buffer[start..<(start + min(Int(header.length), slotBytes))]
                body(
                    Datagram(
                        source: source, localAddress: header.local.bytes,
                        bytes: UnsafeRawBufferPointer(rebasing: bytes),
                        isTruncated: header.truncated != 0))
            }
        }
        return count
    }

    /// Sends the first of `datagrams`, up to `CP_UDP_BATCH`.
    ///
    /// - Returns: how many were sent, or the error number for the first.
    func send(_ datagrams: ArraySlice<Outgoing>) -> Result<Int, ErrorNumber> {
        outgoingBytes.removeAll(keepingCapacity: true)
        outgoingHeaders.removeAll(keepingCapacity: true)
        for datagram in datagrams.prefix(Int(CP_UDP_BATCH)) {
            var header = cp_datagram()
            header.peer = cp_address(datagram.destination)
            header.local = cp_address(datagram.localAddress)
            header.offset = UInt32(outgoingBytes.count)
            header.length = UInt32(datagram.bytes.count)
            outgoingHeaders.append(header)
            outgoingBytes += datagram.bytes
        }
        let sent = cp_udp_send(descriptor, outgoingBytes, outgoingHeaders, Int32(outgoingHeaders.count))
        return sent < 0 ? .failure(ErrorNumber(-sent)) : .success(Int(sent))
    }

    /// Takes one ICMP error: whom the datagram had been sent to and the error number. Nil when there is none.
    func takeError() -> (peer: SNMPEndpoint, number: Int32)? {
        var peer = cp_address()
        var number: Int32 = 0
        while cp_udp_receive_error(descriptor, &peer, &number) == 1 {
            if let endpoint = SNMPEndpoint(peer) { return (endpoint, number) }
        }
        return nil
    }
}

/// A Linux error number, as `errno` has it.
struct ErrorNumber: Error, Equatable {
    let value: Int32

    init(_ value: Int32) {
        self.value = value
    }
}

extension SNMPError {
    init(systemCall what: String, _ number: Int32) {
        self.init(.system, "\(what): \(String(cString: strerror(number)))")
    }
}

extension cp_address {
    init(_ endpoint: SNMPEndpoint) {
        self.init()
        address_length = endpoint.isIPv4 ? 4 : 16
        port = endpoint.port
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: endpoint.high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: endpoint.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
    }

    /// 4 or 16 bytes; anything else is no address.
    init(_ bytes: [UInt8]) {
        self.init()
        guard bytes.count == 4 || bytes.count == 16 else { return }
        address_length = UInt8(bytes.count)
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: bytes) }
    }

    var bytes: [UInt8] {
        address_length == 0 ? [] : withUnsafeBytes(of: address) { Array($0.prefix(Int(address_length))) }
    }
}

extension SNMPEndpoint {
    init?(_ address: cp_address) {
        guard address.address_length == 4 || address.address_length == 16 else { return nil }
        let isIPv4 = address.address_length == 4
        let (high, low) = withUnsafeBytes(of: address.address) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self.init(
            high: isIPv4 ? (high >> 32) << 32 : high, low: isIPv4 ? 0 : low, isIPv4: isIPv4, port: address.port)
    }
}
