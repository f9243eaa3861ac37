import Incidents
import Inventory
import MonitoringModel
import Testing

@Suite("Restart and reload") struct RestartTests {
    @Test("restored alerts fire again without being announced, and end by an observation only")
    func restored() {
        var before = Town()
        before.port("r2", "access", isUp: false, 10)
        for number in 1...3 { before.misses("r1", 60 * number) }
        let records = before.engine.records
        #expect(records.map(\.entity) == ["link:access", "device:r1"])

        var after = Town(restored: records, isSettled: false)
        #expect(after.engine.alerts == before.engine.alerts)
        #expect(after.engine.records == records)
        #expect(after.unreachable == ["codec:access", "m:access", "s:access"])
        #expect(after.device("core") == .unknown)
        #expect(after.misses("r1", 300) == [])
        #expect(after.misses("m", 300) == [])
        #expect(after.port("r2", "access", isUp: false, source: .poll, 310) == [])
        #expect(after.port("r2", "access", isUp: true, source: .poll, 370) == ["-LinkDown access"])
        #expect(after.answers("r1", 370) == ["-DeviceDown r1"])
    }

    @Test("after a restart the end that said down must take it back, not the other")
    func endRemembered() {
        var before = Town()
        before.port("r1", "ring-2", isUp: false, 10)
        var after = Town(restored: before.engine.records, isSettled: false)
        #expect(after.port("r2", "ring-2", isUp: true, source: .poll, 60) == [])
        #expect(after.port("r1", "ring-2", isUp: true, source: .poll, 61) == ["-LinkDown ring-2"])
    }

    @Test("a restored alert does not fold into a fault that comes later")
    func restoredNotFolded() {
        var before = Town()
        for number in 1...3 { before.misses("s", 60 * number) }
        var after = Town(restored: before.engine.records, isSettled: false)
        #expect(after.port("r2", "access", isUp: false, 300) == ["+LinkDown access"])
        #expect(after.device("s") == .down(since: Town.at(60)))
    }

    @Test("a link shut on purpose is remembered as such")
    func disabled() {
        var before = Town()
        before.port("r2", "access", isUp: false, isAdministrativelyUp: false, 10)
        let after = Town(restored: before.engine.records, isSettled: false)
        #expect(after.engine.disabledLinks == ["access"])
        #expect(after.engine.alerts == before.engine.alerts)
    }

    @Test("a restored alert whose subject left the inventory ends with the next call")
    func orphan() throws {
        var before = Town()
        before.port("r2", "access", isUp: false, 10)
        var inventory = Town.inventory()
        inventory.links.removeAll { $0.id == "access" }
        var after = Town(inventory, restored: before.engine.records, isSettled: false)
        let alerts = after.engine.observe(.poll(device: "core", isUp: true, reason: nil, at: Town.at(60)))
        #expect(after.events(alerts) == ["-LinkDown access"])
        #expect(alerts.first?.resolvedAt == Town.at(60))
        #expect(alerts.first?.annotations["removed"] == "true")
        #expect(after.answers("core", 120) == [])
    }

    @Test("a reload keeps what is in both inventories and ends alerts whose subject is gone")
    func reload() {
        var town = Town()
        town.port("r2", "access", isUp: false, 10)
        town.port("core", "ring-1", isUp: false, 11)
        for number in 1...3 { town.misses("r3", 60 * number) }
        town.misses("server", 180)
        town.misses("server", 240)
        var inventory = Town.inventory()
        inventory.links.removeAll { $0.id == "access" }
        inventory.links.insert(Town.link("new", "r2", "m"), at: 0)
        inventory.devices.removeAll { $0.id == "codec" }
        inventory.devices.insert(Town.device("a-new", .sensor, "m1"), at: 0)
        #expect(town.events(town.engine.update(inventory, at: Town.at(250))) == ["-LinkDown access"])
        #expect(town.link("ring-1") == .down(since: Town.at(11)))
        #expect(town.device("r3") == .down(since: Town.at(60)))
        #expect(town.device("codec") == nil)
        #expect(town.device("m") == .unreachable(because: "r3", since: Town.at(10)), "ring-1 and r3 cut it off")
        #expect(town.alert("DeviceDown r3")?.annotations["unreachable_sites"] == "d1,d2,m1")
        #expect(town.misses("server", 300) == ["+DeviceDown server"], "missed polls are still counted")
    }

    @Test("a link that ends elsewhere after a reload is another link")
    func movedLink() {
        var town = Town()
        town.port("r2", "access", isUp: false, 10)
        var inventory = Town.inventory()
        inventory.links.removeAll { $0.id == "access" }
        inventory.links.append(Town.link("access", "r3", "m"))
        #expect(town.events(town.engine.update(inventory, at: Town.at(20))) == ["-LinkDown access"])
        #expect(town.link("access") == .unknown)
        #expect(town.unreachable == [])
    }

    @Test("a reload with the same inventory changes nothing")
    func sameInventory() {
        var town = Town()
        town.port("r2", "access", isUp: false, 10)
        for number in 1...3 { town.misses("r1", 60 * number) }
        let alerts = town.engine.alerts
        let standings = town.engine.standings
        #expect(town.engine.update(Town.inventory(), at: Town.at(300)) == [])
        #expect(town.engine.alerts == alerts)
        #expect(town.engine.standings.devices == standings.devices)
        #expect(town.engine.standings.links == standings.links)
        #expect(town.engine.standings.sites == standings.sites)
    }
}
