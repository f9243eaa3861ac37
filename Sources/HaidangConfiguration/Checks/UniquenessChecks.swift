import Inventory

extension CrossChecks {
    /// Two devices do not answer at one address and port; the checks of one device may share a port.
    func checkAddresses() {
        struct Socket: Hashable {
            var address: IPAddress
            var port: UInt16
            var isUDP: Bool
        }
        var owners: [Socket: Int] = [:]
        for (index, entry) in draft.devices.entries.enumerated() {
            let device = entry.element
            var sockets: [(Socket, Place)] = []
            if let snmp = device.snmp {
                sockets.append(
                    (Socket(address: device.address, port: snmp.port, isUDP: true), entry.place("address")))
            }
            for check in device.checks {
                sockets.append(
                    (Socket(address: device.address, port: check.port, isUDP: false), entry.place("address")))
            }
            var reported = false
            for (socket, place) in sockets {
                guard let owner = owners[socket] else {
                    owners[socket] = index
                    continue
                }
                guard owner != index, !reported else { continue }
                reported = true
                let other = draft.devices.entries[owner]
                problems.report(
                    place,
                    "expected an address and port that no other device has, found \(socket.address) port \(socket.port) of "
                        + "\(quoted(other.element.id)) again (first at \(other.place("address")))")
            }
            checkRepeatedChecks(entry)
        }
    }

    /// Two equal checks would write the same series twice.
    private func checkRepeatedChecks(_ entry: Entry<Device>) {
        struct Question: Hashable {
            var kind: HTTPCheck.Kind
            var host: String?
            var port: UInt16
            var path: String
        }
        var seen: Set<Question> = []
        for (index, check) in entry.element.checks.enumerated() {
            let question = Question(kind: check.kind, host: check.host, port: check.port, path: check.path)
            if !seen.insert(question).inserted {
                problems.report(
                    entry.source["checks"]?[index]?.place ?? entry.place("checks"),
                    "expected checks that differ in kind, host, port or path, found one again")
            }
        }
    }

    /// A link joins two devices, and an interface holds one link.
    func checkInterfaces() {
        var owners: [Link.End: Place] = [:]
        for entry in draft.links.entries {
            let link = entry.element
            if link.a.device == link.b.device {
                problems.report(
                    entry.source["b"]?["device"]?.place ?? entry.source.place,
                    "expected two devices as the ends of a link, found \(quoted(link.a.device)) twice")
            }
            for (key, end) in [("a", link.a), ("b", link.b)] {
                let place = entry.source[key]?["interface"]?.place ?? entry.source.place
                guard let first = owners[end] else {
                    owners[end] = place
                    continue
                }
                guard link.a != link.b else { continue }
                problems.report(
                    place,
                    "expected an interface that no other link uses, found \(quoted(end.interface)) of "
                        + "\(quoted(end.device)) again (first at \(first))")
            }
        }
    }

    /// A row of a device is one pool.
    func checkStorages() {
        struct Row: Hashable {
            var device: String
            var storage: String
            var unit: ResourceUnit
        }
        var owners: [Row: Place] = [:]
        for entry in draft.pools.entries {
            let row = Row(device: entry.element.device, storage: entry.element.storage, unit: entry.element.unit)
            guard let first = owners[row] else {
                owners[row] = entry.place("storage")
                continue
            }
            problems.report(
                entry.place("storage"),
                "expected a storage that no other pool is, found \(quoted(row.storage)) of \(quoted(row.device)) again "
                    + "(first at \(first))")
        }
    }

    /// A poll that gets no answer ends before the next one begins: each retry waits twice as long as the attempt before.
    func checkPatience() {
        guard let service else { return }
        let settings = service.service
        let patience = settings.pollTimeout * ((1 << (settings.pollRetries + 1)) - 1)
        let attempts =
            "pollTimeout \(shown(settings.pollTimeout)) with \(settings.pollRetries) retries: \(shown(patience))"
        if patience >= settings.pollInterval {
            let keys = ["pollTimeout", "pollRetries", "pollInterval"]
            let place = keys.lazy.compactMap { service.source[$0]?.place }.first ?? service.source.place
            problems.report(
                place,
                "expected all attempts to end within pollInterval \(shown(settings.pollInterval)), found \(attempts)")
            return
        }
        for entry in draft.devices.entries {
            guard let interval = entry.element.interval, entry.element.snmp != nil, patience >= interval else {
                continue
            }
            problems.report(
                entry.place("interval"),
                "expected an interval in which all attempts end (\(attempts)), found \(shown(interval))")
        }
    }

    private func shown(_ span: Duration) -> String {
        let milliseconds = span.components.seconds * 1000 + span.components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
