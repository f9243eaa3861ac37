import Glibc

/// Which addresses a notification may be sent to: none of this machine, none that is valid on one wire only.
///
/// Asked about the resolved address, so that a name that leads home is refused as well.
package struct AddressPolicy: Sendable {
    /// 16 bytes each; IPv4 as IPv4-mapped IPv6.
    private let own: Set<[UInt8]>

    package init(own: [String]) {
        self.own = Set(own.compactMap(Self.bytes))
    }

    /// With the addresses this machine's interfaces have now. When they cannot be read, the fixed ranges are refused still.
    package static func current() -> AddressPolicy {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return AddressPolicy(own: []) }
        defer { freeifaddrs(list) }
        var own: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr else { continue }
            let family = Int32(address.pointee.sa_family)
            let length = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            guard family == AF_INET || family == AF_INET6 else { continue }
            var text = [CChar](repeating: 0, count: 128)
            guard
                getnameinfo(address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            own.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return AddressPolicy(own: own)
    }

    /// False also for what is no numeric address.
    package func allows(_ address: String) -> Bool {
        guard let bytes = Self.bytes(address), !own.contains(bytes) else { return false }
        if let tail = Self.embeddedIPv4(bytes) {
            // 0/8 means this host, 127/8 loopback, 169.254/16 link-local, 224/4 and above multicast and reserved.
            if tail[0] == 0 || tail[0] == 127 || tail[0] == 169 && tail[1] == 254 || tail[0] >= 224 { return false }
            return !own.contains(Self.mapped + tail)
        }
        // ::, ::1, fe80::/10, ff00::/8.
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return false }
        return !(bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80) && bytes[0] != 0xff
    }

    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    /// 64:ff9b::/96, by which NAT64 gateways reach IPv4 (RFC 6052).
    private static let translated: [UInt8] = [0, 0x64, 0xff, 0x9b] + [UInt8](repeating: 0, count: 8)
    /// ::/96, the former IPv4-compatible addresses.
    private static let compatible = [UInt8](repeating: 0, count: 12)

    /// The IPv4 address that an IPv6 one stands for; nil for a plain IPv6 address.
    private static func embeddedIPv4(_ bytes: [UInt8]) -> [UInt8]? {
        let head = Array(bytes.prefix(12))
        let tail = Array(bytes.suffix(4))
        if head == mapped || head == translated { return tail }
        return head == compatible && tail[0] != 0 ? tail : nil
    }

    /// The 16 bytes of a numeric address, without brackets, with or without a zone.
    private static func bytes(_ text: String) -> [UInt8]? {
        let bare = String(text.prefix { $0 != "%" })
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET6, bare, &bytes) == 1 { return bytes }
        var short = [UInt8](repeating: 0, count: 4)
        return inet_pton(AF_INET, bare, &short) == 1 ? mapped + short : nil
    }
}
