import Inventory

/// Draws the ports of a device.
struct PortDrawer {
    let noise: Noise
    let device: Device
    let stream: UInt64
    /// Whether one alias is deliberately not UTF-8, as old equipment has it.
    let hasLegacyText: Bool

    /// What rooms and units on an access port are called.
    private static let places = [
        "Phòng Một cửa", "Văn phòng UBND", "Phòng Tư pháp – Hộ tịch", "Phòng Địa chính – Xây dựng", "Phòng Kế toán",
        "Hội trường", "Công an xã", "Đoàn Thanh niên", "Camera hành lang", "Máy in tầng 1", "Wi-Fi khách", "Dự phòng",
    ]
    /// "Phòng họp tầng trệt" as a Latin-1 editor once saved it.
    private static let legacyText: [UInt8] = [
        0x50, 0x68, 0xF2, 0x6E, 0x67, 0x20, 0x68, 0xD4, 0x70, 0x20, 0x74, 0xC2, 0x6E, 0x67, 0x20, 0x74, 0x72, 0xEA,
        0x74,
    ]

    /// The kind's own ports, then those only the inventory's links name.
    func ports(links: [(number: Int, link: Link, isA: Bool)]) -> [DevicePlan.Port] {
        var ports = standardNames().enumerated().map { position, name in
            localPort(name.name, position: position, bitsPerSecond: name.bitsPerSecond, isLoopback: name.isLoopback)
        }
        for (number, link, isA) in links {
            let name = isA ? link.a.interface : link.b.interface
            let alias = Array("Tuyến \(link.name.vietnamese)".utf8.prefix(64))
            let position = ports.firstIndex { $0.name == name } ?? ports.count
            var port = localPort(name, position: position, bitsPerSecond: link.bitsPerSecond, isLoopback: false)
            port.alias = alias
            port.source = .link(number, isA: isA)
            port.packetsPerError = noise.unit(port.stream, 9) < 0.1 ? 40_000_000 : 0
            if position < ports.count { ports[position] = port } else { ports.append(port) }
        }
        if hasLegacyText, let last = ports.lastIndex(where: { $0.type == 6 && !$0.isLinkEnd }) {
            ports[last].alias = Self.legacyText
        }
        return ports
    }

    private func standardNames() -> [(name: String, bitsPerSecond: Double, isLoopback: Bool)] {
        let gigabit = 1e9
        func row(_ prefix: String, _ range: ClosedRange<Int>, _ speed: Double)
            -> [(name: String, bitsPerSecond: Double, isLoopback: Bool)]
        {
            range.map { ("\(prefix)\($0)", speed, false) }
        }
        let loopback = [("lo", 0.0, true)].map { (name: $0.0, bitsPerSecond: $0.1, isLoopback: $0.2) }
        switch device.kind {
        case .router: return row("Gi0/", 0...7, gigabit) + [("Loopback0", 0, true)]
        case .firewall: return row("port", 1...6, gigabit)
        case .accessSwitch: return row("Gi1/0/", 1...24, gigabit)
        case .hypervisor: return row("vmnic", 0...3, 10 * gigabit)
        case .array: return row("e0", 0...3, 10 * gigabit)
        case .server, .mail, .portal, .loadBalancer, .conference: return loopback + row("eth", 0...1, gigabit)
        case .virtualMachine: return loopback + row("eth", 0...0, 10 * gigabit)
        case .ups, .sensor, .codec, .pdu, .cooling, .controller, .accessPoint, .camera, .console:
            return row("eth", 0...0, gigabit / 10)
        }
    }

    private func localPort(
        _ name: String, position: Int, bitsPerSecond: Double, isLoopback: Bool
    ) -> DevicePlan.Port {
        let stream = self.stream &+ UInt64(position) &* 0x1000 &+ 0x77
        let bytesPerSecond = bitsPerSecond / 8
        let isServer = device.kind != .router && device.kind != .accessSwitch && device.kind != .firewall
        // Management cards and rooms use little of their port; servers move their data at night.
        let share = isServer ? noise.uniform(0.02...0.25, stream, 1) : noise.uniform(0.002...0.06, stream, 1)
        let isPlugged = isServer ? position < 2 || noise.unit(stream, 2) < 0.5 : noise.unit(stream, 2) < 0.55
        let backup = isServer ? share * 1.5 : share * 0.1
        let outward = noise.uniform(0.15...0.9, stream, 3)
        let strength = Flow.Strength(office: bytesPerSecond * share, backup: bytesPerSecond * backup)
        var source = DevicePlan.Port.Source.unplugged
        if isLoopback {
            source = .local(inward: Flow.Strength(office: 900), outward: Flow.Strength(office: 900))
        } else if isPlugged {
            source = .local(inward: strength, outward: strength * outward)
        }
        return DevicePlan.Port(
            name: name, alias: isLoopback || isServer ? [] : alias(position: position),
            type: isLoopback ? 24 : 6, bitsPerSecond: bitsPerSecond,
            physicalAddress: isLoopback ? [] : physicalAddress(position: position), source: source, stream: stream,
            packetBytes: noise.uniform(420...1_050, stream, 4),
            packetsPerError: noise.unit(stream, 5) < 0.06 ? 3_000_000 : 0)
    }

    private func alias(position: Int) -> [UInt8] {
        guard position % 3 != 2 else { return [] }
        return Array(Self.places[noise.pick(0...Self.places.count - 1, stream, Int64(position))].utf8)
    }

    /// Locally administered, so that it is no manufacturer's.
    private func physicalAddress(position: Int) -> [UInt8] {
        let bits = noise.bits(stream, 0x6d6163)
        return [
            0x02, UInt8(truncatingIfNeeded: bits >> 24), UInt8(truncatingIfNeeded: bits >> 16),
            UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits),
            UInt8(truncatingIfNeeded: position),
        ]
    }
}

extension DevicePlan.Port {
    var isLinkEnd: Bool {
        if case .link = source { return true }
        return false
    }
}
