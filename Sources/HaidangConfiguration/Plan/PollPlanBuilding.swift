package import Inventory
package import Polling
package import SNMP

/// What the poller is to do under a configuration.
/// - Throws: `ConfigurationErrors` naming each credential whose secret cannot be had.
package func pollPlan(_ configuration: Configuration, secrets: any SecretSource) throws -> PollPlan {
    let credentials = try snmpCredentials(configuration.inventory, secrets: secrets)
    let service = configuration.service
    var targets: [PollTarget] = []
    for device in configuration.inventory.devices {
        let interval = device.interval ?? service.pollInterval
        func append(_ job: String, _ instance: String, _ access: PollTarget.Access) {
            targets.append(
                PollTarget(
                    id: PollTarget.ID(job: job, instance: instance), device: device.id, site: device.site,
                    access: access, interval: interval))
        }
        if let snmp = device.snmp, let credential = credentials[snmp.credential] {
            let peer = SNMPPeer(
                endpoint: SNMPEndpoint(address: device.address.transportBytes, port: snmp.port), credential: credential,
                context: snmp.context, timeout: service.pollTimeout, retries: service.pollRetries)
            append("snmp", device.id, .snmp(peer, modules: snmp.modules))
        }
        var jobs: Set<String> = []
        for check in device.checks {
            let job = check.kind.rawValue
            let instance = jobs.insert(job).inserted ? device.id : check.instance(of: device.id)
            append(job, instance, .http(check, address: device.address))
        }
    }
    return PollPlan(targets: targets, inventory: configuration.inventory, modules: configuration.modules)
}

/// The credentials that devices use, by id, with their secrets.
/// - Throws: `ConfigurationErrors` naming each credential whose secret cannot be had.
package func snmpCredentials(
    _ inventory: CityInventory, secrets: any SecretSource
) throws -> [String: SNMPCredential] {
    let used = Set(inventory.devices.compactMap { $0.snmp?.credential })
    var credentials: [String: SNMPCredential] = [:]
    var problems: [ConfigurationProblem] = []
    for credential in inventory.credentials where used.contains(credential.id) {
        do {
            credentials[credential.id] = try snmpCredential(credential, secrets: secrets)
        } catch {
            problems.append(
                ConfigurationProblem(
                    file: "credentials.yml", line: 0, column: 0, message: "credential \"\(credential.id)\": \(error)"))
        }
    }
    guard problems.isEmpty else { throw ConfigurationErrors(problems: problems.sorted()) }
    return credentials
}

extension HTTPCheck {
    /// The label `instance` of a further check of one job: the host is part of it where the check names one, for many
    /// hosts may answer at one port and path.
    fileprivate func instance(of device: String) -> String {
        "\(device):\(host.map { "\($0):" } ?? "")\(port)\(path)"
    }
}

extension IPAddress {
    /// As sockets report it: an IPv4-mapped IPv6 address by its 4 bytes (RFC 4291 section 2.5.5.2).
    var transportBytes: [UInt8] {
        let isMapped = isIPv6 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
