import Inventory

/// Where each device of an inventory answers on this machine.
///
/// An IPv4 address keeps its lower 24 bits and moves into 127.0.0.0/8; what already is loopback stays. There is one IPv6
/// loopback address, so one device at most can have it.
struct LoopbackAddresses: Sendable {
    /// By device number.
    let addresses: [IPAddress]
    private let devices: [IPAddress: Int]

    /// - Throws: `.address` naming the device whose address has no place on loopback, or both devices that share one.
    init(_ inventory: CityInventory) throws(SimulationError) {
        var addresses: [IPAddress] = []
        var devices: [IPAddress: Int] = [:]
        for (number, device) in inventory.devices.enumerated() {
            let address = try Self.address(of: device)
            if let other = devices[address] {
                throw SimulationError(
                    .address,
                    "devices \"\(inventory.devices[other].id)\" (\(inventory.devices[other].address)) and "
                        + "\"\(device.id)\" (\(device.address)) would both answer at \(address)")
            }
            devices[address] = number
            addresses.append(address)
        }
        self.addresses = addresses
        self.devices = devices
    }

    /// The device that answers at an address.
    func device(at address: IPAddress) -> Int? {
        devices[address]
    }

    var usesIPv6: Bool { addresses.contains { $0.isIPv6 } }

    private static func address(of device: Device) throws(SimulationError) -> IPAddress {
        let address = device.address
        if address.isLoopback && address.isIPv6 { return address }
        guard !address.isIPv6 else {
            throw SimulationError(
                .address,
                "device \"\(device.id)\": \(address) has no place on loopback; of IPv6 only ::1 can be simulated")
        }
        let mapped = IPAddress(bytes: [127] + address.bytes.dropFirst()) ?? address
        // 127.0.0.0 and 127.255.255.255 are broadcast addresses of the loopback network.
        guard mapped.bytes != [127, 0, 0, 0], mapped.bytes != [127, 255, 255, 255] else {
            throw SimulationError(
                .address, "device \"\(device.id)\": \(address) would be simulated at \(mapped), which no host can have")
        }
        return mapped
    }
}
