import CitySimulator
import Inventory
import Testing

@Suite("Reachability")
struct ReachabilityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let faults: [String]
        /// Ids that cannot be reached.
        let lost: Set<String>
        var testDescription: String { faults.joined(separator: " ") }

        init(_ faults: [String], lost: Set<String>) {
            self.faults = faults
            self.lost = lost
        }
    }

    static let commune1: Set<String> = ["c1-router", "c1-switch", "c1-codec"]

    @Test(
        "who is lost follows from the paths that are left",
        arguments: [
            Case([], lost: []),
            Case(["link-down:ring-1"], lost: []),
            Case(["link-down:ring-2"], lost: []),
            Case(["link-down:core"], lost: []),
            Case(["link-down:ring-1", "link-down:ring-2"], lost: commune1.union(["agg1"])),
            Case(["link-down:ring-1", "link-down:ring-3"], lost: commune1.union(["agg1", "agg2", "c2-router"])),
            Case(["link-down:access-1"], lost: commune1),
            // The codec hangs on the site's LAN, which the router still reaches.
            Case(["link-down:lan-1"], lost: ["c1-switch"]),
            Case(["device-dead:c1-router"], lost: commune1),
            Case(["device-dead:core1"], lost: ["core1"]),
            Case(
                ["device-dead:core1", "device-dead:core2"],
                lost: commune1.union(["core1", "core2", "agg1", "agg2", "c2-router"])),
            Case(["device-dead:server"], lost: ["server", "vm"]),
            Case(["flapping:agg1:Serial0/1"], lost: commune1),
            Case(["link-down:access-1", "link-up:access-1"], lost: []),
            Case(["device-dead:agg1", "clear:agg1"], lost: []),
            Case(["device-dead:agg1", "link-down:access-2", "clear-all"], lost: []),
        ])
    func table(_ example: Case) throws {
        let city = try CityFixture.quiet { $0.faults = example.faults }
        let all = Set(CityFixture.inventory().devices.map(\.id))
        #expect(all.subtracting(city.reachableDevices()) == example.lost)
    }

    @Test("groups of linked devices at one site are joined through its LAN")
    func lan() throws {
        var inventory = CityFixture.inventory()
        // A second router at the commune with a line of its own, and no line to the first.
        var second = inventory.devices.first { $0.id == "c2-router" }
        second?.site = "c1"
        inventory.devices.removeAll { $0.id == "c2-router" }
        inventory.devices += second.map { [$0] } ?? []
        let city = try CityFixture.quiet(inventory: inventory)
        try city.apply(fault: "link-down:access-1")
        #expect(city.reachableDevices().count == inventory.devices.count)
        try city.apply(fault: "link-down:access-2")
        #expect(city.reachableDevices().isDisjoint(with: ["c1-router", "c1-switch", "c1-codec", "c2-router"]))
    }

    @Test("a site no line leads to is joined by means the inventory does not show")
    func unlinkedSite() throws {
        var inventory = CityFixture.inventory()
        inventory.links.removeAll { $0.id == "access-2" }
        let city = try CityFixture.quiet(inventory: inventory) { $0.faults = ["link-down:ring-1", "link-down:ring-3"] }
        #expect(city.reachableDevices().contains("c2-router"))
    }
}
