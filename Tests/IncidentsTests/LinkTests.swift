import Incidents
import Inventory
import MonitoringModel
import Testing

@Suite("Links") struct LinkTests {
    private static let behindAccess = ["codec:access", "m:access", "s:access"]

    @Test("a ring cut once loses nobody; cut twice, what is between is lost because of the second cut")
    func ring() {
        var town = Town()
        #expect(town.port("core", "ring-1", isUp: false, 10) == ["+LinkDown ring-1"])
        #expect(town.unreachable == [])
        #expect(town.alert("LinkDown ring-1")?.annotations["unreachable"] == nil)
        #expect(town.port("r2", "ring-3", isUp: false, 20) == ["+LinkDown ring-3"])
        #expect(town.unreachable == ["codec:ring-3", "m:ring-3", "r1:ring-3", "r2:ring-3", "s:ring-3"])
        #expect(town.site("d2") == .unreachable(because: "ring-3", since: Town.at(20)))
        #expect(town.site("d3") == .up)
        #expect(town.alert("LinkDown ring-3")?.annotations["unreachable_sites"] == "d1,d2,m1")
        #expect(town.misses(["r1", "r2", "m", "s", "codec"], 30) == [])
        // The first line is repaired: a path is back, the second stays down.
        #expect(town.port("core", "ring-1", isUp: true, 40) == ["-LinkDown ring-1"])
        #expect(town.unreachable == [])
        #expect(town.device("r2") == .unknown)
        #expect(town.alert("LinkDown ring-3")?.annotations["unreachable_sites"] == nil)
        town.answers("r2", 50)
        #expect(town.device("r2") == .up)
    }

    @Test("a cut access link names both ends, the carrier, the evidence and what is lost, in both languages")
    func accessLink() throws {
        var town = Town()
        #expect(town.port("r2", "access", isUp: false, 10) == ["+LinkDown access"])
        #expect(town.unreachable == Self.behindAccess)
        #expect(town.site("m1") == .unreachable(because: "access", since: Town.at(10)))
        #expect(town.link("access") == .down(since: Town.at(10)))
        let alert = try #require(town.alert("LinkDown access"))
        #expect(
            alert.labels
                == LabelSet([
                    Label("alertname", "LinkDown"), Label("severity", "critical"), Label("link", "access"),
                    Label("site", "m1"), Label("device_a", "r2"), Label("interface_a", "access"),
                    Label("device_b", "m"), Label("interface_b", "access"),
                ]))
        #expect(alert.activeAt == Town.at(10))
        #expect(
            alert.annotations == [
                "summary": "Link down: Line access: Device r2 access – Device m access",
                "summary_vi": "Mất đường truyền Tuyến access: Thiết bị r2 access – Thiết bị m access",
                "evidence": "Device r2 access: down (trap, confirmed by a poll); Device m access: last known up (poll)",
                "evidence_vi":
                    "Thiết bị r2 access: mất (trap, đã hỏi lại để xác nhận); Thiết bị m access: lần cuối còn thông (hỏi định kỳ)",
                "reported_by": "a", "carrier": "VNPT 17", "unreachable": "Điểm m1", "unreachable_sites": "m1",
                "unreachable_devices": "3",
                "description": "Unreachable because of it: 3 devices, 1 whole site: Site m1",
                "description_vi": "Mất liên lạc vì sự cố này: 3 thiết bị, trọn 1 điểm: Điểm m1",
            ])
    }

    @Test("a trap and then the poll that sees the same make one alert", arguments: [Observation.Source.trap, .poll])
    func trapThenPoll(first: Observation.Source) {
        var town = Town()
        #expect(town.port("r2", "access", isUp: false, source: first, 10) == ["+LinkDown access"])
        #expect(town.port("r2", "access", isUp: false, source: .poll, 20) == [])
        #expect(town.port("r2", "access", isUp: false, source: .poll, 80) == [])
        #expect(town.engine.records.map(\.source) == [first])
        #expect(town.link("access") == .down(since: Town.at(10)))
        #expect(town.port("r2", "access", isUp: true, source: .poll, 140) == ["-LinkDown access"])
        #expect(town.link("access") == .up)
        #expect(town.unreachable == [])
    }

    @Test("a link is up only when no known end is down")
    func bothEnds() {
        var town = Town()
        #expect(town.port("r1", "ring-2", isUp: false, 10) == ["+LinkDown ring-2"])
        #expect(town.port("r2", "ring-2", isUp: false, 11) == [])
        #expect(town.port("r1", "ring-2", isUp: true, 20) == [])
        #expect(town.link("ring-2") == .down(since: Town.at(10)))
        #expect(town.port("r2", "ring-2", isUp: true, 21) == ["-LinkDown ring-2"])
    }

    @Test("a far end that cannot be asked does not keep a repaired link down")
    func farEndStale() {
        var town = Town()
        town.port("r2", "access", isUp: false, 10)
        #expect(town.port("r2", "access", isUp: true, 100) == ["-LinkDown access"])
    }

    @Test("a poll that succeeds behind a cut link proves another path, until one fails")
    func overridden() {
        var town = Town()
        town.port("r2", "access", isUp: false, 10)
        #expect(town.answers("m", 10) == [], "asked when the cut was seen: may be an answer from before")
        #expect(town.unreachable == Self.behindAccess)
        #expect(town.answers("m", 60) == [])
        #expect(town.device("m") == .up)
        #expect(town.device("s") == .unknown, "behind what answers there is a path too")
        #expect(town.site("m1") == .up)
        #expect(town.alert("LinkDown access")?.annotations["unreachable"] == nil)
        #expect(town.misses("m", 120) == [])
        #expect(town.unreachable == Self.behindAccess)
        town.answers("m", 180)
        #expect(town.port("r2", "access", isUp: true, 190) == ["-LinkDown access"])
        #expect(town.device("m") == .up)
        #expect(town.misses("m", 240) == [])
        #expect(town.unreachable == [])
    }

    @Test("a link shut on purpose alerts only while something is lost, as a warning")
    func shutOnPurpose() throws {
        var town = Town()
        #expect(town.port("core", "ring-1", isUp: false, isAdministrativelyUp: false, 10) == [])
        #expect(town.link("ring-1") == .down(since: Town.at(10)))
        #expect(town.engine.disabledLinks == ["ring-1"])
        #expect(town.port("r1", "ring-1", isUp: false, 11) == [], "the other end goes down with it")
        #expect(town.port("r3", "ring-4", isUp: false, 20) == ["+LinkDown ring-4"])
        #expect(town.port("r3", "ring-4", isUp: true, 30) == ["-LinkDown ring-4"])
        #expect(
            town.port("r2", "access", isUp: false, isAdministrativelyUp: false, 40)
                == ["+LinkAdministrativelyDown access"])
        #expect(town.unreachable == Self.behindAccess)
        let alert = try #require(town.alert("LinkAdministrativelyDown access"))
        #expect(alert.labels["severity"] == "warning")
        #expect(alert.annotations["summary"] == "Link shut down: Line access: Device r2 access – Device m access")
        #expect(town.port("r2", "access", isUp: true, 50) == ["-LinkAdministrativelyDown access"])
    }

    @Test("an end that turns out to be shut on purpose replaces the alert")
    func shutSeenLater() {
        var town = Town()
        #expect(town.port("r2", "access", isUp: false, 10) == ["+LinkDown access"])
        #expect(
            town.port("r2", "access", isUp: false, isAdministrativelyUp: false, 20)
                == ["+LinkAdministrativelyDown access", "-LinkDown access"])
        #expect(town.link("access") == .down(since: Town.at(10)))
    }

    @Test("news older than what is known are ignored, unless the clock was set back")
    func late() {
        var town = Town()
        town.port("r2", "access", isUp: false, 1000)
        #expect(town.port("r2", "access", isUp: true, source: .poll, 995) == [])
        #expect(town.link("access") == .down(since: Town.at(1000)))
        #expect(town.port("r2", "access", isUp: true, source: .poll, 300) == ["-LinkDown access"])
    }

    @Test("what is not in the inventory is ignored")
    func strangers() {
        var town = Town()
        #expect(town.port("r2", "Gi9/9", isUp: false, 10) == [])
        #expect(town.port("nobody", "access", isUp: false, 10) == [])
        #expect(town.misses("nobody", 10) == [])
        #expect(town.engine.alerts.isEmpty)
    }

    @Test("a part cut off inside a lost part keeps its own cause")
    func innerCause() {
        var town = Town()
        town.port("m", "lan", isUp: false, 10)
        #expect(town.unreachable == ["s:lan"])
        town.port("r2", "access", isUp: false, 20)
        #expect(town.unreachable == ["codec:access", "m:access", "s:lan"])
    }

    @Test("a flapping link is announced five times, then its alert goes on until it has been stable")
    func flapping() {
        var town = Town()
        for number in 1...4 {
            #expect(town.port("r2", "access", isUp: false, number * 10) == ["+LinkDown access"])
            #expect(town.port("r2", "access", isUp: true, number * 10 + 5) == ["-LinkDown access"])
        }
        #expect(town.port("r2", "access", isUp: false, 50) == ["+LinkDown access"])
        #expect(town.alert("LinkDown access")?.annotations["flapping"] == "true")
        for number in 5...20 {
            #expect(town.port("r2", "access", isUp: true, number * 10 + 5) == [])
            #expect(town.link("access") == .up)
            #expect(town.unreachable == [])
            #expect(town.port("r2", "access", isUp: false, number * 10 + 10) == [])
            #expect(town.unreachable != [])
        }
        #expect(town.port("r2", "access", isUp: true, 220) == [])
        #expect(town.port("r2", "access", isUp: true, source: .poll, 280) == [])
        #expect(town.port("m", "access", isUp: true, source: .poll, 300) == [])
        #expect(town.alert("LinkDown access") != nil)
        #expect(town.port("r2", "access", isUp: true, source: .poll, 340) == ["-LinkDown access"])
        // Long afterwards it begins as any other.
        #expect(town.port("r2", "access", isUp: false, 2000) == ["+LinkDown access"])
        #expect(town.port("r2", "access", isUp: true, 2010) == ["-LinkDown access"])
    }
}
