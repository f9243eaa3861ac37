import Inventory

/// The fixed part of a simulated city: everything drawn from the inventory and the seed, by dense numbers.
struct CityPlan: Sendable {
    let noise: Noise
    let devices: [DevicePlan]
    let linkIDs: [String]
    let pools: [PoolPlan]
    /// Room id and number of its codec.
    let rooms: [(id: String, device: Int, stream: UInt64)]
    let topology: Topology
    let traffic: TrafficPlan
    /// By link: both ends as device and port.
    let linkPorts: [(a: PortReference, b: PortReference)]

    let deviceNumbers: [String: Int]
    let linkNumbers: [String: Int]
    let poolNumbers: [String: Int]

    struct PortReference: Hashable, Sendable {
        var device: Int
        var port: Int
    }

    /// - Throws: `.inventory` when a link, room, pool or dependency names a device that is not there.
    init(_ inventory: CityInventory, seed: UInt64) throws(SimulationError) {
        let noise = Noise(seed: seed)
        let topology = try Topology(inventory)
        let numbers = Dictionary(
            inventory.devices.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        // Hosts tell of storage; other resources are not simulated.
        let stores = inventory.pools.filter { $0.unit == .bytes }
        let poolPlans = stores.map { HostDrawer.pool($0, noise: noise) }
        var linksByDevice = Array(repeating: [(number: Int, link: Link, isA: Bool)](), count: inventory.devices.count)
        for (number, link) in inventory.links.enumerated() {
            linksByDevice[topology.links[number].a].append((number, link, true))
            linksByDevice[topology.links[number].b].append((number, link, false))
        }
        var poolsByDevice = Array(repeating: [(number: Int, pool: Pool, plan: PoolPlan)](), count: linksByDevice.count)
        for (number, pool) in stores.enumerated() {
            guard let device = numbers[pool.device] else {
                throw SimulationError(.inventory, "pool \"\(pool.id)\": no device has the id \"\(pool.device)\"")
            }
            poolsByDevice[device].append((number, pool, poolPlans[number]))
        }
        var rooms: [(id: String, device: Int, stream: UInt64)] = []
        for room in inventory.rooms {
            guard let device = numbers[room.device] else {
                throw SimulationError(.inventory, "room \"\(room.id)\": no device has the id \"\(room.device)\"")
            }
            rooms.append((room.id, device, Noise.stream(room.id, "room")))
        }
        let siteNames = Dictionary(
            inventory.sites.map { ($0.id, $0.name.vietnamese) }, uniquingKeysWith: { first, _ in first })
        let legacy = Set(inventory.devices.filter { $0.kind == .accessSwitch }.prefix(2).map(\.id))
        let devices = inventory.devices.enumerated().map { number, device in
            Self.plan(
                device, site: siteNames[device.site] ?? device.site, links: linksByDevice[number],
                pools: poolsByDevice[number], noise: noise, hasLegacyText: legacy.contains(device.id))
        }

        self.noise = noise
        self.topology = topology
        self.devices = devices
        self.rooms = rooms
        pools = poolPlans
        linkIDs = inventory.links.map(\.id)
        deviceNumbers = numbers
        linkNumbers = Dictionary(linkIDs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        poolNumbers = Dictionary(poolPlans.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        linkPorts = inventory.links.enumerated().map { number, link in
            let ends = topology.links[number]
            return (
                PortReference(device: ends.a, port: devices[ends.a].port(named: link.a.interface) ?? 0),
                PortReference(device: ends.b, port: devices[ends.b].port(named: link.b.interface) ?? 0)
            )
        }
        traffic = TrafficPlan(
            bytesPerSecond: inventory.links.map { $0.bitsPerSecond / 8 }, topology: topology,
            routing: topology.routing(
                isLinkUp: Array(repeating: true, count: linkIDs.count),
                isDead: Array(repeating: false, count: devices.count)),
            noise: noise, ids: devices.map(\.id))
    }

    private static func plan(
        _ device: Device, site: String, links: [(number: Int, link: Link, isA: Bool)],
        pools: [(number: Int, pool: Pool, plan: PoolPlan)], noise: Noise, hasLegacyText: Bool
    ) -> DevicePlan {
        let stream = Noise.stream(device.id)
        let ports = PortDrawer(noise: noise, device: device, stream: stream, hasLegacyText: hasLegacyText)
        let host = HostDrawer(noise: noise, device: device, stream: stream)
        return DevicePlan(
            id: device.id, kind: device.kind, name: device.name.vietnamese, location: site, stream: stream,
            ports: ports.ports(links: links), storages: host.storages(pools: pools), sensors: host.sensors(),
            processors: host.processors, memoryBytes: host.memoryBytes,
            processorStrength: noise.uniform(0.35...0.9, stream, 51),
            // Long enough ago that three months of history lie within one run.
            uptimeAtStart: noise.uniform(110...400, stream, 52) * CivilTime.secondsPerDay,
            vendor: device.vendor ?? "Hải Đăng", model: device.model ?? "Simulated \(device.kind.rawValue)")
    }
}
