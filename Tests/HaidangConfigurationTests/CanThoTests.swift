import Foundation
import HaidangConfiguration
import Inventory
import Polling
import Testing

/// The repository's own `Config`.
enum ShippedConfiguration {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Config").path

    /// The names of the modules, each that of its file, sorted.
    static let modules: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/modules")) ?? []
        return files.filter { $0.hasSuffix(".yml") }.map { String($0.dropLast(4)) }.sorted()
    }()
}

@Suite("The example city Config/cantho")
struct CanThoTests {
    let configuration: Configuration
    let city: CityInventory

    init() throws {
        configuration = try Configuration.load(directory: "\(ShippedConfiguration.directory)/cantho")
        city = configuration.inventory
    }

    @Test("it has the areas, sites and devices of the city of 2016")
    func counts() {
        #expect(city.areas.count == 1 + 9 + 85)
        #expect(city.areas.count { $0.parent == "can-tho" } == 9)
        #expect(Set(city.areas.map(\.code)).count == 95)
        #expect(city.sites.count == 1 + 23 + 9 + 85)
        #expect(city.sites.count { $0.assumed } == 5)
        #expect(city.devices.count == 343)
        #expect(city.links.count == 209)
        #expect(city.rooms.count == 2 + 9 + 55)
        #expect(city.pools.count == 10)
        #expect(configuration.modules.map(\.name).sorted() == ShippedConfiguration.modules)
        #expect(configuration.service.cityName == LocalizedText("Cần Thơ", english: "Can Tho"))
    }

    @Test("every area leads to the city")
    func areas() {
        for area in city.areas { #expect(city.areaPath(area.id).first == "can-tho") }
        #expect(city.areaPath("thanh-loi") == ["can-tho", "vinh-thanh", "thanh-loi"])
        #expect(city.sites(under: "ninh-kieu").count == 14)
    }

    @Test("every position lies inside the city")
    func positions() {
        for site in city.sites {
            guard let position = site.position else { continue }
            #expect((9.91...10.33).contains(position.latitude), "\(site.id)")
            #expect((105.22...105.85).contains(position.longitude), "\(site.id)")
        }
    }

    @Test("every name has an English form")
    func names() {
        for name in city.areas.map(\.name) + city.sites.map(\.name) + city.devices.map(\.name) + city.links.map(\.name)
            + city.rooms.map(\.name) + city.pools.map(\.name)
        {
            #expect(name.english != nil, "\(name.vietnamese)")
        }
    }

    @Test("addresses fit the simulator, which keeps their lower three bytes")
    func addresses() {
        #expect(Set(city.devices.map(\.address)).count == city.devices.count)
        for device in city.devices {
            #expect(device.address.bytes.count == 4 && device.address.bytes[0] == 10)
            #expect(device.address.bytes[1] != 0 || device.address.bytes[2] != 0)
        }
    }

    @Test("at least a tenth of the devices is asked over SNMPv3")
    func versions() {
        let count = city.devices.count { $0.snmp?.credential == "city-v3" }
        #expect(count * 10 >= city.devices.count)
    }

    @Test("links join every site to the data centre, and no single cut of the ring parts one from it")
    func reachability() {
        let ring = city.links.filter { $0.id.hasPrefix("ring-") }
        #expect(ring.count == 10)
        let all = Set(city.sites.map(\.id))
        #expect(sitesReached(without: nil) == all)
        for link in ring { #expect(sitesReached(without: link.id) == all, "\(link.id)") }
        #expect(all.subtracting(sitesReached(without: "vinh-thanh-thanh-loi")) == ["thanh-loi"])
    }

    /// Sites with a device that a path of links joins to a core router.
    private func sitesReached(without cut: String?) -> Set<String> {
        var neighbours: [String: [String]] = [:]
        for link in city.links where link.id != cut {
            neighbours[link.a.device, default: []].append(link.b.device)
            neighbours[link.b.device, default: []].append(link.a.device)
        }
        var reached: Set<String> = ["rt-core-1", "rt-core-2"]
        var open = Array(reached)
        while let device = open.popLast() {
            for next in neighbours[device] ?? [] where reached.insert(next).inserted { open.append(next) }
        }
        return Set(city.devices.filter { reached.contains($0.id) }.map(\.site))
    }

    @Test("a device is joined by a link, stands in the data centre or says what it depends on")
    func attachment() {
        let linked = Set(city.links.flatMap { [$0.a.device, $0.b.device] })
        let dependent = Set(city.dependencies.map(\.device))
        for device in city.devices where device.site != "ttdl" {
            #expect(linked.contains(device.id) || dependent.contains(device.id), "\(device.id)")
        }
    }

    @Test("every device is asked for something, and no two targets share an id")
    func plan() throws {
        let plan = try pollPlan(configuration, secrets: SimulatedSecrets())
        #expect(Set(plan.targets.map(\.device)) == Set(city.devices.map(\.id)))
        #expect(Set(plan.targets.map(\.id)).count == plan.targets.count)
        #expect(plan.targets.count { $0.id.job == "page" } == 2 + 2 * 3 + 32)
    }
}
