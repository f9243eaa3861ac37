package import Inventory
import Synchronization

/// Devices by address, and which sources may send traps. Swapped on reload; asked from the receiver's thread.
package final class DeviceDirectory: Sendable {
    private struct Content {
        var deviceOfAddress: [[UInt8]: String]
        var sources: [IPSubnet]
    }

    private let content: Mutex<Content>

    package init(_ inventory: CityInventory, sources: [IPSubnet]) {
        content = Mutex(Self.content(inventory, sources))
    }

    private static func content(_ inventory: CityInventory, _ sources: [IPSubnet]) -> Content {
        Content(
            deviceOfAddress: Dictionary(
                inventory.devices.map { ($0.address.bytes, $0.id) }, uniquingKeysWith: { first, _ in first }),
            sources: sources)
    }

    package func update(_ inventory: CityInventory, sources: [IPSubnet]) {
        let new = Self.content(inventory, sources)
        content.withLock { $0 = new }
    }

    package func device(at address: [UInt8]) -> String? { content.withLock { $0.deviceOfAddress[address] } }

    /// Without configured sources, the devices of the inventory are the sources.
    package func allowsTraps(from address: [UInt8]) -> Bool {
        content.withLock { content in
            if content.sources.isEmpty { return content.deviceOfAddress[address] != nil }
            guard let source = IPAddress(bytes: address) else { return false }
            return content.sources.contains { $0.contains(source) }
        }
    }
}
