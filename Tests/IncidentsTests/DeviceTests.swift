import Incidents
import Inventory
import MonitoringModel
import Testing

@Suite("Devices") struct DeviceTests {
    @Test("a device is down after the missed polls of the options, since the first of them", arguments: [1, 2, 3, 5])
    func missed(limit: Int) throws {
        var town = Town(missedPolls: limit)
        for number in 1..<limit {
            #expect(town.misses("s", 60 * number) == [])
            #expect(town.device("s") == .up)
        }
        #expect(town.misses("s", 60 * limit) == ["+DeviceDown s"])
        #expect(town.device("s") == .down(since: Town.at(60)))
        #expect(town.misses("s", 60 * limit + 60) == [])
        let alert = try #require(town.alert("DeviceDown s"))
        #expect(alert.activeAt == Town.at(60))
        #expect(
            alert.labels
                == LabelSet([
                    Label("alertname", "DeviceDown"), Label("severity", "warning"), Label("instance", "s"),
                    Label("site", "m1"), Label("kind", "switch"),
                ]))
        #expect(alert.annotations["summary_vi"] == "Thiết bị s (127.0.0.1) không trả lời")
        #expect(alert.annotations["evidence"]?.contains("timeout") == true)
        #expect(town.answers("s", 900) == ["-DeviceDown s"])
        #expect(town.device("s") == .up)
    }

    @Test("a success in between begins the count anew")
    func interrupted() {
        var town = Town()
        town.misses("s", 60)
        town.misses("s", 120)
        town.answers("s", 180)
        town.misses("s", 240)
        #expect(town.misses("s", 300) == [])
        #expect(town.misses("s", 360) == ["+DeviceDown s"])
    }

    @Test("a dead aggregation router alerts once, whatever order the silence is noticed in")
    func aggregationRouter() throws {
        for order in [["r2", "m", "s", "codec"], ["codec", "s", "m", "r2"], ["m", "codec", "r2", "s"]] {
            var town = Town()
            #expect(town.misses(order, 60) == [])
            #expect(town.misses(order, 120) == [])
            #expect(town.misses(order, 180) == ["+DeviceDown r2"], "\(order)")
            #expect(town.unreachable == ["codec:r2", "m:r2", "s:r2"])
            #expect(town.site("d2") == .down(since: Town.at(60)))
            #expect(town.site("m1") == .unreachable(because: "r2", since: Town.at(180)))
            #expect(town.device("r3") == .up)
            let alert = try #require(town.alert("DeviceDown r2"))
            #expect(alert.labels["severity"] == "critical")
            #expect(alert.annotations["unreachable_sites"] == "m1")
            #expect(town.misses(order, 240) == [])
            // It comes back: what was behind is unknown until polled, and counts anew.
            #expect(town.answers("r2", 300) == ["-DeviceDown r2"])
            #expect(town.device("m") == .unknown)
            #expect(town.misses("m", 300) + town.misses("m", 360) == [])
            #expect(town.misses("m", 420) == ["+DeviceDown m"])
        }
    }

    @Test("a device waits for a parent that begins to miss polls later, and alerts when the parent answers")
    func heldThenOwn() {
        var town = Town()
        town.misses("m", 60)
        town.misses("m", 120)
        town.misses("r2", 130)
        #expect(town.misses("m", 180) == [], "r2 may be the cause")
        #expect(town.answers("r2", 190) == ["+DeviceDown m"])
        #expect(town.device("m") == .down(since: Town.at(60)))
    }

    @Test("waiting for a parent that is polled seldom ends after as many polls again")
    func heldAtMost() {
        var town = Town()
        town.misses("r2", 50)
        for number in 1...5 { #expect(town.misses("m", 60 * number) == []) }
        #expect(town.misses("m", 360) == ["+DeviceDown m"])
    }

    @Test("an alert folds into a parent that was silent all the time")
    func foldedLate() {
        var town = Town()
        town.answers("r2", 30)
        for number in 1...3 { town.misses("m", 60 * number) }
        #expect(town.alert("DeviceDown m") != nil)
        // r2 is polled every 300 s: its first miss comes after m was declared.
        town.misses("r2", 330)
        town.misses("r2", 630)
        #expect(town.misses("r2", 930) == ["+DeviceDown r2", "-DeviceDown m >device:r2"])
        #expect(town.unreachable == ["codec:r2", "m:r2", "s:r2"])
    }

    @Test("a device that was dead before keeps its own alert when its parent fails")
    func deadBefore() {
        var town = Town()
        for number in 1...3 { town.misses("s", 60 * number) }
        town.answers("r2", 200)
        town.port("r2", "access", isUp: true, source: .poll, 200)
        #expect(town.port("r2", "access", isUp: false, 210) == ["+LinkDown access"])
        #expect(town.device("s") == .down(since: Town.at(60)))
        #expect(town.unreachable == ["codec:access", "m:access"])
        #expect(town.misses("s", 240) == [])
        #expect(town.port("r2", "access", isUp: true, 300) == ["-LinkDown access"])
        #expect(town.device("s") == .down(since: Town.at(60)), "silence ended nothing")
        #expect(town.answers("s", 360) == ["-DeviceDown s"])
    }

    @Test("without traps, a missed poll noticed before the link's state folds into the link")
    func pollOnly() {
        var town = Town(missedPolls: 1)
        #expect(town.misses("m", 70) == ["+DeviceDown m"])
        #expect(
            town.port("r2", "access", isUp: false, source: .poll, 80)
                == ["+LinkDown access", "-DeviceDown m >link:access"])
        #expect(town.unreachable == ["codec:access", "m:access", "s:access"])
    }

    @Test("an answer asked for before the path was lost ends the device's own alert but proves no path")
    func lateAnswer() {
        var town = Town()
        for number in 1...3 { town.misses("s", 60 * number) }
        town.port("r2", "access", isUp: true, source: .poll, 200)
        town.port("r2", "access", isUp: false, 210)
        #expect(town.answers("s", 209) == ["-DeviceDown s"])
        #expect(town.unreachable == ["codec:access", "m:access", "s:access"])
    }

    @Test("a device without links at the monitor's site is always joined; a dead core takes all else")
    func core() {
        var town = Town()
        for number in 1...3 { town.misses("core", 60 * number) }
        #expect(town.alert("DeviceDown core") != nil)
        #expect(town.device("server") == .up)
        #expect(town.site("c") == .up)
        #expect(town.unreachable.count == 6)
        for number in 4...6 { town.misses("server", 60 * number) }
        #expect(town.alert("DeviceDown server") != nil)
        #expect(town.site("c") == .down(since: Town.at(240)))
    }

    @Test(
        "explicit dependencies: any, all and k of n",
        arguments: [
            (Dependency.Need.any, ["r1"], false), (.any, ["r1", "m"], false), (.any, ["r1", "r3"], true),
            (.all, [], false), (.all, ["r3"], true), (.atLeast(2), ["r1"], false), (.atLeast(2), ["r1", "r3"], true),
            (.atLeast(3), ["m"], true),
        ])
    func dependencies(need: Dependency.Need, dead: [String], isLost: Bool) {
        let dependency = Dependency(device: "server", parents: ["r1", "r3", "m"], need: need)
        var town = Town(Town.inventory(dependencies: [dependency]), missedPolls: 1)
        for (number, device) in dead.enumerated() { town.misses(device, 60 + number) }
        if isLost {
            #expect(town.device("server") == .unreachable(because: dead.last ?? "", since: Town.at(59 + dead.count)))
            #expect(town.misses("server", 90) == [])
        } else {
            #expect(town.device("server") == .up)
            #expect(town.misses("server", 90) == ["+DeviceDown server"])
        }
    }

    @Test("a dependency on an unreachable parent carries its cause on")
    func dependencyOnUnreachable() {
        let dependency = Dependency(device: "server", parents: ["m"], need: .all)
        var town = Town(Town.inventory(dependencies: [dependency]))
        town.port("r2", "access", isUp: false, 10)
        #expect(town.unreachable.contains("server:access"))
    }

    @Test("what the inventory joins to nothing counts as having a path", arguments: [true, false])
    func uncharted(isCircle: Bool) {
        var inventory = Town.inventory()
        if isCircle {
            inventory.dependencies = [
                Dependency(device: "m", parents: ["s"], need: .all),
                Dependency(device: "s", parents: ["m"], need: .all),
            ]
        } else {
            inventory.links.removeAll { $0.id == "access" }
        }
        var town = Town(inventory)
        #expect(town.unreachable == [])
        for number in 1...3 { town.misses("s", 60 * number) }
        #expect(town.alert("DeviceDown s") != nil)
    }

    @Test("what answers while a parent it needs is silent stays up, until it falls silent too")
    func answersWithoutParent() {
        let dependency = Dependency(device: "server", parents: ["s"], need: .all)
        var town = Town(Town.inventory(dependencies: [dependency]))
        for number in 1...3 {
            town.misses("s", 60 * number)
            town.answers("server", 60 * number + 10)
        }
        #expect(town.alert("DeviceDown s")?.annotations["unreachable_devices"] == nil)
        #expect(town.device("server") == .up)
        #expect(town.misses("server", 250) == [])
        #expect(town.device("server") == .unreachable(because: "s", since: Town.at(250)))
        // Silent before the parent was declared: nothing speaks for another path.
        town = Town(Town.inventory(dependencies: [dependency]))
        town.misses("s", 60)
        town.answers("server", 70)
        town.misses("s", 120)
        town.misses("server", 130)
        town.misses("s", 180)
        #expect(town.device("server") == .unreachable(because: "s", since: Town.at(180)))
    }
}
