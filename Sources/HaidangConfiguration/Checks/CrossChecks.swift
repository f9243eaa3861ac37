import Inventory
import Polling

/// Checks that need more than one entry to tell. Each looks at a draft and reports; none changes it.
struct CrossChecks {
    let draft: InventoryDraft
    let service: ServiceDraft?
    let modules: [DeviceModule]
    let problems: ProblemList

    /// - Parameter isComplete: every file could be read. If not, an id that is missing may stand in the part that could not be
    ///   read, so references are left alone.
    func run(isComplete: Bool) {
        if isComplete {
            checkAreas()
            checkSites()
            checkDevices()
            checkLinks()
            checkRoomsAndPools()
            checkDependencies()
            if let service {
                draft.sites.check(
                    service.monitorSite, at: service.source["monitorSite"]?.place ?? service.source.place, problems)
            }
        }
        checkAreaCycles()
        checkDependencyCycles()
        checkAddresses()
        checkInterfaces()
        checkStorages()
        checkPatience()
    }

    // MARK: References

    private func checkAreas() {
        for entry in draft.areas.entries {
            for (index, parent) in entry.element.parents.enumerated() {
                guard let id = parent.value else { continue }
                let node = entry.source["parents"]?[index]?["parent"] ?? entry.source["parent"]
                draft.areas.check(id, at: node?.place ?? entry.source.place, problems)
            }
        }
    }

    private func checkSites() {
        for entry in draft.sites.entries {
            for (index, area) in entry.element.areas.enumerated() {
                let node = entry.source["areas"]?[index]?["area"] ?? entry.source["area"]
                draft.areas.check(area.value, at: node?.place ?? entry.source.place, problems)
            }
        }
    }

    private func checkDevices() {
        let moduleNames = Set(modules.map(\.name))
        let communities = Set(draft.credentials.entries.map(\.element).filter { !$0.scheme.isUser }.map(\.id))
        for entry in draft.devices.entries {
            let device = entry.element
            draft.sites.check(device.site, at: entry.place("site"), problems)
            guard let snmp = device.snmp, let source = entry.source["snmp"] else { continue }
            draft.credentials.check(snmp.credential, at: source["credential"]?.place ?? source.place, problems)
            if !snmp.context.isEmpty, communities.contains(snmp.credential) {
                problems.report(
                    source["context"]?.place ?? source.place,
                    "expected a context only with a credential of version v3, found \(quoted(snmp.credential))")
            }
            for (index, name) in snmp.modules.enumerated() where !moduleNames.contains(name) {
                let suggestion = problems.suggestion(for: name, among: moduleNames.sorted())
                problems.report(
                    source["modules"]?[index]?.place ?? source.place,
                    "expected the name of a module, found \(quoted(name))\(suggestion)")
            }
        }
    }

    private func checkLinks() {
        for entry in draft.links.entries {
            for (key, end) in [("a", entry.element.a), ("b", entry.element.b)] {
                let source = entry.source[key]
                draft.devices.check(end.device, at: source?["device"]?.place ?? entry.source.place, problems)
            }
        }
    }

    private func checkRoomsAndPools() {
        let kinds = Dictionary(
            draft.devices.elements.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
        for entry in draft.rooms.entries {
            let room = entry.element
            draft.sites.check(room.site, at: entry.place("site"), problems)
            draft.devices.check(room.device, at: entry.place("device"), problems)
            if let kind = kinds[room.device], kind != .codec {
                problems.report(
                    entry.place("device"),
                    "expected a device of kind codec, found \(quoted(room.device)) of kind \(kind.rawValue)")
            }
        }
        for entry in draft.pools.entries {
            draft.devices.check(entry.element.device, at: entry.place("device"), problems)
        }
    }

    private func checkDependencies() {
        for entry in draft.dependencies.entries {
            draft.devices.check(entry.element.device, at: entry.place("device"), problems)
            var seen: Set<String> = []
            for (index, parent) in entry.element.parents.enumerated() {
                let place = entry.source["on"]?[index]?.place ?? entry.source.place
                draft.devices.check(parent, at: place, problems)
                if !seen.insert(parent).inserted {
                    problems.report(place, "expected each device once in \"on\", found \(quoted(parent)) again")
                }
            }
        }
    }
}

extension Entry {
    /// Where the value of a key stands.
    func place(_ key: String) -> Place { source[key]?.place ?? source.place }
}
