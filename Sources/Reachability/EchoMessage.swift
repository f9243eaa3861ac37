/// An ICMP echo request or reply (RFC 792, RFC 4443 section 4) with 56 bytes of data, as `ping` sends.
///
/// The data tell whose echo it is, since a datagram socket sets the identifier itself and a raw one hears everybody's replies.
struct EchoMessage: Equatable {
    /// Random, one for each prober.
    var token: UInt64
    /// Of the echo among those of its prober.
    var number: UInt64

    private static let dataBytes = 56
    private static let headerBytes = 8

    /// The request's bytes. The kernel fills in the checksum of ICMPv6, which covers addresses.
    func request(isIPv4: Bool) -> [UInt8] {
        let identifier = UInt16(truncatingIfNeeded: token)
        let sequence = UInt16(truncatingIfNeeded: number)
        var bytes: [UInt8] = [isIPv4 ? 8 : 128, 0, 0, 0]
        for half in [identifier, sequence] { bytes += [UInt8(half >> 8), UInt8(truncatingIfNeeded: half)] }
        for word in [token, number] { bytes += withUnsafeBytes(of: word.bigEndian) { Array($0) } }
        while bytes.count < Self.headerBytes + Self.dataBytes { bytes.append(UInt8(truncatingIfNeeded: bytes.count)) }
        if isIPv4 {
            let sum = Self.checksum(bytes)
            bytes[2] = UInt8(sum >> 8)
            bytes[3] = UInt8(truncatingIfNeeded: sum)
        }
        return bytes
    }

    /// - Parameter datagram: as the socket gives it: of a raw IPv4 socket, with the IP header.
    /// - Returns: nil for anything but a reply of this length.
    init?(reply datagram: UnsafeRawBufferPointer, isIPv4: Bool, hasIPHeader: Bool) {
        var start = 0
        if hasIPHeader {
            guard let first = datagram.first, first >> 4 == 4 else { return nil }
            start = Int(first & 0x0F) * 4
        }
        guard datagram.count - start >= Self.headerBytes + 16, datagram[start] == (isIPv4 ? 0 : 129),
            datagram[start + 1] == 0
        else { return nil }
        let data = start + Self.headerBytes
        token = UInt64(bigEndian: datagram.loadUnaligned(fromByteOffset: data, as: UInt64.self))
        number = UInt64(bigEndian: datagram.loadUnaligned(fromByteOffset: data + 8, as: UInt64.self))
    }

    init(token: UInt64, number: UInt64) {
        self.token = token
        self.number = number
    }

    /// The Internet checksum (RFC 1071) of an even number of bytes.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
