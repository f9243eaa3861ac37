import Inventory
package import Reachability

/// Whom to probe under a configuration, by device id: every device, where its SNMP agent is asked.
package func reachabilityTargets(_ configuration: Configuration) -> [String: ReachabilityTarget] {
    guard configuration.service.reachability != .none else { return [:] }
    return Dictionary(
        uniqueKeysWithValues: configuration.inventory.devices.map { device in
            // Where nothing else is known to listen: what has a command line most often has it there, and a refusal will do.
            let port = device.checks.first?.port ?? 22
            return (device.id, ReachabilityTarget(address: device.address.transportBytes, port: port))
        })
}
