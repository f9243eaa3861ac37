package import Inventory

/// What the inventory declares about one device: the things whose common metrics are computed from its polls.
package struct DeclaredParts: Hashable, Sendable {
    package struct LinkEnd: Hashable, Sendable {
        package var link: String
        /// The label `end`: "a" or "b".
        package var end: String
        package var interface: String

        package init(link: String, end: String, interface: String) {
            self.link = link
            self.end = end
            self.interface = interface
        }
    }

    package var device: Device?
    package var linkEnds: [LinkEnd] = []
    package var pools: [Pool] = []
    /// Ids of the rooms whose codec the device is.
    package var rooms: [String] = []

    package init(device: Device? = nil) {
        self.device = device
    }

    /// The parts of every device, by id.
    package static func byDevice(_ inventory: CityInventory) -> [String: DeclaredParts] {
        var result: [String: DeclaredParts] = [:]
        for device in inventory.devices { result[device.id] = DeclaredParts(device: device) }
        for link in inventory.links {
            for (name, end) in [("a", link.a), ("b", link.b)] {
                result[end.device]?.linkEnds.append(LinkEnd(link: link.id, end: name, interface: end.interface))
            }
        }
        for pool in inventory.pools { result[pool.device]?.pools.append(pool) }
        for room in inventory.rooms { result[room.device]?.rooms.append(room.id) }
        return result
    }
}
