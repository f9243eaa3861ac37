import HTTPTransport
import Inventory
import MonitoringModel
import Polling
import SNMP
import TestSupport
import Testing

@Suite("Poller")
struct PollerTests {
    /// A poller over scripted agents, and what it did.
    private struct Bench {
        let poller: Poller
        let appender = RecordingAppender()
        let recorder = OutcomeRecorder()
        let http = HTTPClient()

        init(
            _ fleet: Fleet, _ targets: [PollTarget], inventory: CityInventory = CityInventory(),
            clock: any WallClock = SystemClock(), maximumInFlight: Int = 100
        ) {
            var options = Poller.Options()
            options.maximumInFlight = maximumInFlight
            poller = Poller(
                plan: Self.plan(targets, inventory), agents: fleet, http: http, appender: appender, observer: recorder,
                clock: clock, options: options)
        }

        static func plan(_ targets: [PollTarget], _ inventory: CityInventory = CityInventory()) -> PollPlan {
            PollPlan(targets: targets, inventory: inventory, modules: [TestModules.system, TestModules.interfaces])
        }

        /// Runs the poller beside `body` and ends it with it.
        func whileRunning(_ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [poller] in await poller.run() }
                try await body()
                group.cancelAll()
            }
            http.close()
        }
    }

    private static func agent() -> ScriptedAgent {
        ScriptedAgent(TestDevice.ports([TestDevice.Port(index: 1, name: "Gi0/1")]))
    }

    @Test("one silent device delays nobody, though it uses all its time")
    func slowDevice() async throws {
        let silent = Self.agent()
        silent.change { $0.isSilent = true }
        var agents: [UInt16: ScriptedAgent] = [1: silent]
        for port: UInt16 in 2...20 { agents[port] = Self.agent() }
        let bench = Bench(
            Fleet(agents), agents.keys.map { Fleet.target($0, interval: .milliseconds(800)) }, maximumInFlight: 6)
        try await bench.whileRunning {
            try await eventually("everybody was polled three times, the silent one failed once") {
                bench.recorder.count("rtr-1", where: { $0.reason?.code == "deadline" }) >= 1
                    && (2...20).allSatisfy { bench.recorder.count("rtr-\($0)", where: \.isUp) >= 3 }
            }
        }
        #expect(bench.recorder.count("rtr-1", where: \.isUp) == 0)
        let counts = bench.poller.counts()
        #expect(counts.reasons["deadline", default: 0] >= 1)
        #expect(counts.inFlight == 0)
        #expect(bench.poller.statuses().map(\.target.id.instance).count == 20)
    }

    @Test("a device cut off in mid-poll ends before its next slot and is up again afterwards")
    func recovery() async throws {
        let agent = Self.agent()
        agent.change { $0.isSilent = true }
        let bench = Bench(Fleet([1: agent]), [Fleet.target(1, interval: .milliseconds(500))])
        try await bench.whileRunning {
            try await eventually("down") { bench.recorder.count("rtr-1") >= 1 }
            agent.change { $0.isSilent = false }
            try await eventually("up") { bench.recorder.count("rtr-1", where: \.isUp) >= 1 }
        }
        let status = try #require(bench.poller.statuses().first)
        #expect(status.successCount >= 1)
        #expect(status.lastSuccess != nil)
        #expect(bench.appender.history("up").contains(0))
        #expect(bench.appender.history("up").contains(1))
    }

    @Test("when there is room for one poll only, slots are lost and counted, not queued up")
    func overrun() async throws {
        var agents: [UInt16: ScriptedAgent] = [:]
        for port: UInt16 in 1...4 {
            let agent = Self.agent()
            agent.change { $0.isSilent = true }
            agents[port] = agent
        }
        let bench = Bench(
            Fleet(agents), (1...4).map { Fleet.target($0, interval: .milliseconds(300)) }, maximumInFlight: 1)
        try await bench.whileRunning {
            try await eventually("slots were lost") { bench.poller.counts().reasons["overrun", default: 0] >= 4 }
        }
        #expect(bench.poller.counts().polls > bench.recorder.outcomes.count)
        #expect(bench.poller.counts().waiting <= 4)
    }

    @Test("slots follow the clock when it is set back and when it is set forward")
    func clockSteps() async throws {
        let clock = ManualClock()
        let target = Fleet.target(1, interval: .seconds(60))
        let schedule = PollSchedule(id: target.id, interval: target.interval)
        let bench = Bench(Fleet([1: Self.agent()]), [target], clock: clock)
        try await bench.whileRunning {
            var expected = 0
            for step in [Duration.zero, .seconds(-3_600), .seconds(-1_800), .seconds(36_000)] {
                clock.advance(by: step)
                if step > .zero {
                    // The loop has to see the time it was set to, or the slots in between would not be lost but waited for.
                    try await eventually("lost") { bench.poller.counts().reasons["overrun", default: 0] > 0 }
                }
                clock.advance(by: schedule.slot(after: clock.now) - clock.now)
                expected += 1
                try await eventually("poll \(expected)") { bench.recorder.count("rtr-1") >= expected }
                let last = try #require(bench.recorder.outcomes.last)
                #expect(last.time == clock.now)
                #expect(last.isOnTime)
            }
            #expect(bench.recorder.count("rtr-1") == expected)
        }
    }

    @Test("a target that is removed ends all its series; one that stays keeps its status")
    func removal() async throws {
        let targets = [Fleet.target(1, interval: .milliseconds(300)), Fleet.target(2, interval: .milliseconds(300))]
        let bench = Bench(Fleet([1: Self.agent(), 2: Self.agent()]), targets)
        try await bench.whileRunning {
            try await eventually("both polled") {
                bench.recorder.count("rtr-1") >= 1 && bench.recorder.count("rtr-2") >= 1
            }
            bench.poller.update(Bench.plan([targets[0]]))
            #expect(bench.poller.statuses().map(\.target.id.instance) == ["rtr-1"])
            #expect(bench.poller.statuses()[0].pollCount >= 1)
            try await eventually("ended") {
                bench.appender.batches.indices.contains {
                    bench.appender.values($0, hiding: ["job", "site"]).stale.contains("up{instance=\"rtr-2\"}")
                }
            }
        }
        let last = bench.appender.batches.indices.last {
            bench.appender.values($0, hiding: ["job", "site"]).keys.contains("up{instance=\"rtr-2\"}")
        }
        let ended = bench.appender.values(try #require(last), hiding: ["job", "site"])
        #expect(ended.live.isEmpty)
        #expect(ended.stale.contains("ifOperStatus{ifName=\"Gi0/1\",instance=\"rtr-2\"}"))
    }

    @Test("a target that moves to another site ends the series of the old one")
    func moving() async throws {
        let bench = Bench(Fleet([1: Self.agent()]), [Fleet.target(1, interval: .milliseconds(300))])
        try await bench.whileRunning {
            try await eventually("polled") { bench.recorder.count("rtr-1") >= 1 }
            bench.poller.update(Bench.plan([Fleet.target(1, interval: .milliseconds(300), site: "branch")]))
            try await eventually("moved") {
                let values = bench.appender.batches.indices.map {
                    bench.appender.values($0, hiding: ["job", "instance"])
                }
                return values.contains { $0.stale.contains("up{site=\"dc\"}") }
                    && values.contains { $0.live.contains("up{site=\"branch\"}") }
            }
        }
        #expect(bench.poller.statuses()[0].target.site == "branch")
        #expect(bench.poller.statuses()[0].pollCount >= 2)
    }

    @Test("a device that is down keeps up and the scrape series, everything else ends")
    func down() async throws {
        let agent = Self.agent()
        let bench = Bench(Fleet([1: agent]), [Fleet.target(1, interval: .milliseconds(300))])
        try await bench.whileRunning {
            try await eventually("up") { bench.recorder.count("rtr-1", where: \.isUp) >= 1 }
            agent.change { $0.failure = SNMPError(.timeout, "no reply") }
            try await eventually("down") { bench.recorder.count("rtr-1", where: { !$0.isUp }) >= 2 }
        }
        let values = bench.appender.values()
        #expect(values.live == ["up", "scrape_duration_seconds", "scrape_samples_scraped"])
        #expect(values["up"] == 0)
        let ends = bench.appender.history("ifOperStatus{ifName=\"Gi0/1\"}").count { StaleMarker.isStale($0) }
        #expect(ends == 1)
    }

    @Test("the inventory's texts are in target_info and site_info")
    func infos() async throws {
        var inventory = CityInventory()
        let address = try #require(IPAddress("10.0.0.1"))
        inventory.areas = [
            Area(id: "city", names: [Dated(LocalizedText("Cần Thơ"))]),
            Area(id: "nk", names: [Dated(LocalizedText("Ninh Kiều"))], parents: [Dated("city")]),
        ]
        inventory.sites = [Site(id: "dc", names: [Dated(LocalizedText("Trung tâm"))], areas: [Dated("nk")])]
        inventory.devices = [
            Device(
                id: "rtr-1", name: LocalizedText("Lõi 1"), kind: .router, site: "dc", address: address,
                vendor: "Cisco")
        ]
        let bench = Bench(
            Fleet([1: Self.agent()]), [Fleet.target(1, interval: .milliseconds(300))], inventory: inventory)
        try await bench.whileRunning {
            try await eventually("polled") { bench.recorder.count("rtr-1") >= 1 }
        }
        let all = Set(bench.appender.batches.indices.flatMap { bench.appender.values($0).live })
        #expect(all.contains("target_info{address=\"10.0.0.1\",kind=\"router\",name=\"Lõi 1\",vendor=\"Cisco\"}"))
        let sites = bench.appender.batches.indices.flatMap { bench.appender.values($0, hiding: []).live }
        #expect(sites.contains("site_info{area=\"nk\",name=\"Trung tâm\",path=\"city/nk\",site=\"dc\"}"))
    }

    @Test("a poll outside the schedule hands back its samples")
    func once() async throws {
        let target = Fleet.target(1, interval: .seconds(60))
        let http = HTTPClient()
        defer { http.close() }
        let report = try #require(
            await Poller.pollOnce(
                target, in: Bench.plan([target]), agents: Fleet([1: Self.agent()]), http: http, clock: SystemClock()))
        #expect(report.outcome.isUp)
        #expect(report.matches.map(\.module) == ["system", "interfaces"])
        #expect(report.samples.contains { $0.labels.metricName == "ifOperStatus" && $0.sample.value == 1 })
        #expect(report.samples.contains { $0.labels.metricName == "up" && $0.sample.value == 1 })
        #expect(report.findings?.components[.interface] == nil)
    }

    @Test("interfaces are confirmed at once, and those who ask meanwhile share the next check")
    func confirmation() async throws {
        let agent = ScriptedAgent(
            TestDevice.ports([
                TestDevice.Port(index: 1, name: "Gi0/1"), TestDevice.Port(index: 2, name: nil, isUp: false),
            ]))
        let bench = Bench(Fleet([1: agent]), [Fleet.target(1, interval: .seconds(3_600))])
        let poller = bench.poller
        let all = try await withThrowingTaskGroup(of: [InterfaceStatus].self) { group in
            for _ in 0..<20 { group.addTask { try await poller.confirmInterfaces(of: "rtr-1").interfaces } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all.count == 20)
        for interfaces in all {
            #expect(
                interfaces == [
                    InterfaceStatus(interface: "Gi0/1", isAdministrativelyUp: true, isOperational: true),
                    InterfaceStatus(interface: "Ethernet Interface", isAdministrativelyUp: true, isOperational: false),
                ])
        }
        agent.change { $0.isSilent = true }
        await #expect(throws: SNMPError.self) { try await poller.confirmInterfaces(of: "rtr-1") }
        await #expect(throws: SNMPError.self) { try await poller.confirmInterfaces(of: "nobody") }
        bench.http.close()
    }

    @Test("an ifIndex is known after the first poll")
    func interfaceKeys() async throws {
        let bench = Bench(Fleet([1: Self.agent()]), [Fleet.target(1, interval: .milliseconds(300))])
        #expect(bench.poller.interface(of: "rtr-1", ifIndex: 1) == nil)
        try await bench.whileRunning {
            try await eventually("polled") { bench.poller.interface(of: "rtr-1", ifIndex: 1) == "Gi0/1" }
        }
        #expect(bench.poller.interface(of: "rtr-1", ifIndex: 2) == nil)
        #expect((bench.poller.statuses().first?.matches ?? []).map(\.module) == ["system", "interfaces"])
    }

    @Test("everything written is described")
    func metadata() async throws {
        let bench = Bench(Fleet([1: Self.agent()]), [Fleet.target(1, interval: .milliseconds(300))])
        try await bench.whileRunning {
            try await eventually("polled") { bench.recorder.count("rtr-1") >= 1 }
        }
        let names = Set(bench.appender.batches.indices.flatMap { bench.appender.values($0).keys })
        let undescribed = names.map { String($0.prefix { $0 != "{" }) }.filter { bench.appender.metadata()[$0] == nil }
        #expect(undescribed == [])
        bench.http.close()
    }
}
