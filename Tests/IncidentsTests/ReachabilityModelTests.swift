import Incidents
import Inventory
import MonitoringModel
import Testing

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Reachability as the inventory's words have it, computed by going over everything until nothing changes.
private struct NaiveModel {
    let inventory: CityInventory
    var downLinks: Set<String> = []
    var deadDevices: Set<String> = []
    private var uncharted: Set<String> = []

    init(_ inventory: CityInventory) {
        self.inventory = inventory
        uncharted = Set(inventory.devices.map(\.id)).subtracting(reached)
    }

    private func isLinked(_ device: String) -> Bool {
        inventory.links.contains { $0.a.device == device || $0.b.device == device }
    }

    var reached: Set<String> {
        var reached = uncharted
        while true {
            let working = reached.subtracting(deadDevices)
            let more = inventory.devices.filter { device in
                if reached.contains(device.id) { return false }
                let joined =
                    device.site == inventory.monitorSite
                    || inventory.links.contains { link in
                        !downLinks.contains(link.id)
                            && (link.a.device == device.id && working.contains(link.b.device)
                                || link.b.device == device.id && working.contains(link.a.device))
                    }
                    || !isLinked(device.id)
                        && inventory.devices.contains {
                            $0.site == device.site && isLinked($0.id) && working.contains($0.id)
                        }
                let needsMet = inventory.dependencies.filter { $0.device == device.id }.allSatisfy { dependency in
                    let count = dependency.parents.filter(working.contains).count
                    return switch dependency.need {
                    case .any: count >= 1
                    case .all: count == dependency.parents.count
                    case .atLeast(let least): count >= least
                    }
                }
                return joined && needsMet
            }
            if more.isEmpty { return reached }
            reached.formUnion(more.map(\.id))
        }
    }
}

@Suite("Reachability against a naive model") struct ReachabilityModelTests {
    private static func randomInventory(_ generator: inout SeededGenerator) -> CityInventory {
        let sites = (0..<6).map { "site\($0)" }
        let devices = (0..<16).map { number in
            Town.device("d\(number)", .router, sites[Int.random(in: 0..<sites.count, using: &generator)])
        }
        let links = (0..<Int.random(in: 6...18, using: &generator)).compactMap { number -> Link? in
            let a = Int.random(in: 0..<12, using: &generator)
            let b = Int.random(in: 0..<12, using: &generator)
            return a == b ? nil : Town.link("l\(number)", "d\(a)", "d\(b)")
        }
        let dependencies = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            let parents = Array((0..<16).shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator)))
            let needs: [Dependency.Need] = [.any, .all, .atLeast(Int.random(in: 1...parents.count, using: &generator))]
            return Dependency(
                device: "d\(Int.random(in: 0..<16, using: &generator))", parents: parents.map { "d\($0)" },
                need: needs[Int.random(in: 0..<3, using: &generator)])
        }
        return CityInventory(
            areas: [Area(id: "city", names: [])],
            sites: sites.map { Site(id: $0, names: [], areas: [Dated("city")]) }, devices: devices, links: links,
            dependencies: dependencies, monitorSite: "site0")
    }

    /// After each random fault or repair, everything that works reports so, as a round of polls does; then paths, causes and
    /// alerts are compared.
    @Test("random cities, faults and repairs give the model's paths, causes and alerts", arguments: 1...25)
    func random(seed: Int) {
        var generator = SeededGenerator(state: UInt64(seed))
        let inventory = Self.randomInventory(&generator)
        var model = NaiveModel(inventory)
        var town = Town(inventory, missedPolls: 1)
        for step in 1...40 {
            let second = step * 10
            let before = model.reached
            var failed: String?
            if Bool.random(using: &generator), let link = inventory.links.randomElement(using: &generator) {
                let isUp = model.downLinks.contains(link.id)
                if isUp { model.downLinks.remove(link.id) } else { model.downLinks.insert(link.id) }
                let end = Bool.random(using: &generator) ? link.a : link.b
                if !isUp { failed = link.id }
                // The other end takes its word back as well, where it gave one.
                for other in [link.a, link.b] where isUp && other != end {
                    town.port(other.device, other.interface, isUp: true, second)
                }
                town.port(end.device, end.interface, isUp: isUp, second)
            } else if let device = inventory.devices.randomElement(using: &generator),
                model.reached.contains(device.id)
            {
                if model.deadDevices.remove(device.id) != nil {
                    town.answers(device.id, second)
                } else {
                    model.deadDevices.insert(device.id)
                    failed = device.id
                    town.misses(device.id, second)
                }
            }
            let reached = model.reached
            let lost = before.subtracting(reached)
            for device in inventory.devices {
                let standing = town.device(device.id)
                if model.deadDevices.contains(device.id) {
                    if case .down = standing { continue }
                } else if !reached.contains(device.id) {
                    if case .unreachable(let cause, let since) = standing {
                        #expect(model.downLinks.contains(cause) || model.deadDevices.contains(cause))
                        if lost.contains(device.id) {
                            #expect(cause == failed && since == Town.at(second), "seed \(seed) step \(step)")
                        }
                        continue
                    }
                } else if standing == .up || standing == .unknown {
                    continue
                }
                Issue.record("seed \(seed) step \(step): \(device.id) stands \(String(describing: standing))")
            }
            let alerts = Set(town.engine.alerts.compactMap { $0.labels["link"] ?? $0.labels["instance"] })
            #expect(alerts == model.downLinks.union(model.deadDevices), "seed \(seed) step \(step)")
            for link in inventory.links where !model.downLinks.contains(link.id) {
                for end in [link.a, link.b] {
                    #expect(town.port(end.device, end.interface, isUp: true, source: .poll, second + 5) == [])
                }
            }
            for device in reached.subtracting(model.deadDevices).sorted() {
                #expect(town.answers(device, second + 5) == [])
                #expect(town.device(device) == .up)
            }
            let restored = StateEngine(inventory: inventory, restored: town.engine.records)
            #expect(restored.alerts == town.engine.alerts, "seed \(seed) step \(step)")
        }
    }

    /// A round of polls a minute, each device in its own second. What answers tells the state of its ports.
    @Test("a single fault raises its own alert and no other, in whatever order polls come", arguments: 1...6)
    func singleFault(seed: Int) {
        var generator = SeededGenerator(state: UInt64(seed))
        let inventory = Town.inventory()
        for fault in inventory.links.map(\.id) + inventory.devices.map(\.id) {
            let order = inventory.devices.map { ($0.id, Int.random(in: 0..<60, using: &generator)) }
                .sorted { $0.1 < $1.1 }
            let start = 100 + Int.random(in: 0..<60, using: &generator)
            let isLink = inventory.links.contains { $0.id == fault }
            var model = NaiveModel(inventory)
            var town = Town(inventory)
            var seen: Set<String> = []
            for second in (60..<1200) {
                if second == start {
                    if isLink { model.downLinks = [fault] } else { model.deadDevices = [fault] }
                }
                if second == 700 { (model.downLinks, model.deadDevices) = ([], []) }
                for (device, slot) in order where second % 60 == slot {
                    let answers = model.reached.subtracting(model.deadDevices).contains(device)
                    if answers { town.answers(device, second) } else { town.misses(device, second) }
                    for link in inventory.links where answers && (link.a.device == device || link.b.device == device) {
                        town.port(device, link.id, isUp: !model.downLinks.contains(link.id), source: .poll, second)
                    }
                }
                seen.formUnion(town.engine.alerts.compactMap { $0.labels["link"] ?? $0.labels["instance"] })
            }
            #expect(seen == [fault], "seed \(seed)")
            #expect(town.engine.alerts.isEmpty, "seed \(seed) \(fault)")
            #expect(town.engine.standings.devices.values.allSatisfy { $0 == .up }, "seed \(seed) \(fault)")
        }
    }
}
