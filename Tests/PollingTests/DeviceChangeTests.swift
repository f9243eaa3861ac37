import HTTPTransport
import Inventory
import MonitoringModel
import Polling
import SNMP
import Synchronization
import TestSupport
import Testing

@Suite("Changes of devices")
struct DeviceChangeTests {
    private static let ports = [
        TestDevice.Port(index: 1, name: "Gi0/1", octets: 1_000),
        TestDevice.Port(index: 2, name: "Gi0/2", octets: 2_000),
    ]

    @Test("a renumbered ifIndex is an event, and every sample stays with its port")
    func renumbered() async {
        var bench = ProbeBench(TestDevice.ports(Self.ports))
        #expect(await bench.poll().changes.isEmpty)
        bench.agent.change {
            var ports = Self.ports
            ports[0].index = 2
            ports[1].index = 1
            $0.values = TestDevice.ports(ports)
        }
        let result = await bench.poll()
        #expect(
            result.changes == [
                DeviceChange(.interfaceRenumbered, interface: "Gi0/2", detail: "ifIndex 2 became 1"),
                DeviceChange(.interfaceRenumbered, interface: "Gi0/1", detail: "ifIndex 1 became 2"),
            ])
        let values = bench.appender.values()
        #expect(values["ifHCInOctets{ifName=\"Gi0/1\"}"] == 1_000)
        #expect(values["ifHCInOctets{ifName=\"Gi0/2\"}"] == 2_000)
        #expect(values["device_changes_total{code=\"interface_renumbered\"}"] == 2)
        #expect(await bench.poll().changes.isEmpty, "an event is told once")
    }

    @Test("a port that comes and one that goes are events")
    func addedAndRemoved() async {
        var bench = ProbeBench(TestDevice.ports(Self.ports))
        await bench.poll()
        bench.agent.change {
            $0.values = TestDevice.ports([Self.ports[0], TestDevice.Port(index: 3, name: "Gi0/3")])
        }
        #expect(
            await bench.poll().changes == [
                DeviceChange(.interfaceAdded, interface: "Gi0/3", detail: "ifIndex 3"),
                DeviceChange(.interfaceRemoved, interface: "Gi0/2", detail: "was ifIndex 2"),
            ])
    }

    @Test("a poll that could not read all ports tells no change")
    func incomplete() async {
        var bench = ProbeBench(TestDevice.ports(Self.ports))
        await bench.poll()
        bench.agent.change { $0.walkFailures = ["1.3.6.1.2.1.2.2.1.8": SNMPError(.errorStatus, "genErr")] }
        #expect(await bench.poll().changes.isEmpty)
        bench.agent.change { $0.walkFailures = [:] }
        #expect(await bench.poll().changes.isEmpty)
    }

    private static func device(serial: String, uptime: UInt32, octets: UInt64) -> [ObjectIdentifier: SNMPValue] {
        var values = TestDevice.ports([TestDevice.Port(index: 1, name: "Gi0/1", octets: octets)])
        values["1.3.6.1.2.1.1.3.0"] = .timeTicks(uptime)
        values["1.3.6.1.4.1.99999.1.0"] = .string(serial)
        return values
    }

    @Test("another device behind the same address is an event, and no counter has a spike")
    func replaced() async throws {
        let identity = try WrittenModule(
            "name: acme\nidentity: { vendor: Acme, serial: { oid: 1.3.6.1.4.1.99999.1 } }\nscalars: []\n")
        var bench = ProbeBench(Self.device(serial: "A", uptime: 9_000, octets: 5_000))
        bench.modules = TestModules.all + identity.modules
        bench.parts.linkEnds = [DeclaredParts.LinkEnd(link: "ring", end: "a", interface: "Gi0/1")]
        bench.hasHistory = true
        await bench.poll()
        bench.agent.change { $0.values = Self.device(serial: "A", uptime: 15_000, octets: 6_000) }
        #expect(await bench.poll().changes.isEmpty)
        bench.agent.change { $0.isSilent = true }
        #expect(await bench.poll().isUp == false)
        bench.agent.change { $0.isSilent = false }
        // The other one starts anew and has counted far more already.
        bench.agent.change { $0.values = Self.device(serial: "B", uptime: 500, octets: 9_000_000_000_000) }
        let result = await bench.poll()
        #expect(result.changes == [DeviceChange(.deviceReplaced, detail: "serial number A became B")])
        #expect(bench.appender.values()["link_receive_bytes_total{end=\"a\",link=\"ring\"}"] == 6_000)
        #expect(bench.appender.values()["device_changes_total{code=\"device_replaced\"}"] == 1)
        #expect(bench.appender.values()["ifHCInOctets{ifName=\"Gi0/1\"}"] == 6_000)
        bench.agent.change { $0.values = Self.device(serial: "B", uptime: 6_500, octets: 9_000_000_000_700) }
        await bench.poll()
        #expect(bench.appender.values()["link_receive_bytes_total{end=\"a\",link=\"ring\"}"] == 6_700)
        #expect(bench.appender.values()["ifHCInOctets{ifName=\"Gi0/1\"}"] == 6_700)
        #expect(
            bench.appender.values()["ifSpeed{ifName=\"Gi0/1\"}"] == 1_000_000_000, "what is no counter stays as it is")
        // It restarts: a reset as any other.
        bench.agent.change { $0.values = Self.device(serial: "B", uptime: 100, octets: 50) }
        #expect(await bench.poll().changes.isEmpty)
        #expect(bench.appender.values()["link_receive_bytes_total{end=\"a\",link=\"ring\"}"] == 50)
        #expect(bench.appender.values()["ifHCInOctets{ifName=\"Gi0/1\"}"] == 50)
    }

    @Test(
        "another engine id is another device, unless the serial number is the same",
        arguments: [("A", "A", 0), ("A", "B", 1), ("", "", 1), ("", "B", 1)])
    func otherEngine(before: String, after: String, replacements: Int) async throws {
        let identity = try WrittenModule(
            "name: acme\nidentity: { vendor: Acme, serial: { oid: 1.3.6.1.4.1.99999.1 } }\nscalars: []\n")
        var bench = ProbeBench(Self.device(serial: before, uptime: 9_000, octets: 5_000))
        bench.modules = TestModules.all + identity.modules
        bench.parts.linkEnds = [DeclaredParts.LinkEnd(link: "ring", end: "a", interface: "Gi0/1")]
        bench.hasHistory = true
        await bench.poll()
        bench.agent.change {
            $0.values = Self.device(serial: after, uptime: 15_000, octets: 7_000_000)
            $0.notice = SNMPError(.engineIDChanged, "the engine id changed")
        }
        let result = await bench.poll()
        #expect(result.changes.count { $0.code == .deviceReplaced } == replacements)
        #expect(
            bench.appender.values()["link_receive_bytes_total{end=\"a\",link=\"ring\"}"]
                == (replacements == 0 ? 7_000_000 : 5_000))
        #expect(await bench.poll().changes.isEmpty)
    }

    @Test("a poll without an answer does not make a large replaced device jump")
    func silentAfterReplacement() async throws {
        func device(serial: String, uptime: UInt32, octets: UInt64) -> [ObjectIdentifier: SNMPValue] {
            var values = TestDevice.ports(
                (1...100).map { TestDevice.Port(index: $0, name: "Gi0/\($0)", octets: octets) })
            values["1.3.6.1.2.1.1.3.0"] = .timeTicks(uptime)
            values["1.3.6.1.4.1.99999.1.0"] = .string(serial)
            return values
        }
        let identity = try WrittenModule(
            "name: acme\nidentity: { vendor: Acme, serial: { oid: 1.3.6.1.4.1.99999.1 } }\nscalars: []\n")
        var bench = ProbeBench(device(serial: "A", uptime: 9_000, octets: 5_000))
        bench.modules = TestModules.all + identity.modules
        bench.hasHistory = true
        await bench.poll()
        bench.agent.change { $0.values = device(serial: "B", uptime: 500, octets: 9_000_000) }
        #expect(await bench.poll().changes.map(\.code) == [.deviceReplaced])
        #expect(bench.appender.values()["ifHCInOctets{ifName=\"Gi0/7\"}"] == 5_000)
        bench.agent.change { $0.isSilent = true }
        await bench.poll()
        bench.agent.change {
            $0.isSilent = false
            $0.values = device(serial: "B", uptime: 12_500, octets: 9_000_600)
        }
        await bench.poll()
        #expect(bench.appender.values()["ifHCInOctets{ifName=\"Gi0/7\"}"] == 5_600)
        // A step back is none of a counter that began anew.
        bench.agent.change { $0.values = device(serial: "B", uptime: 18_500, octets: 9_000_590) }
        await bench.poll()
        #expect(bench.appender.values()["ifHCInOctets{ifName=\"Gi0/7\"}"] == 5_590)
    }

    /// Keeps memories as `state.db` does.
    private final class Memories: DeviceMemoryStore {
        let kept = Mutex<[String: DeviceMemory]>([:])

        func deviceMemories() async throws -> [String: DeviceMemory] { kept.withLock { $0 } }

        func save(_ memories: [String: DeviceMemory]) async throws {
            kept.withLock { $0.merge(memories) { $1 } }
        }
    }

    @Test("a device replaced while the service was down is noticed, and its counters stay shifted from start to start")
    func restartedService() async throws {
        let identity = try WrittenModule(
            "name: acme\nidentity: { vendor: Acme, serial: { oid: 1.3.6.1.4.1.99999.1 } }\nscalars: []\n")
        let agent = ScriptedAgent(Self.device(serial: "A", uptime: 9_000, octets: 5_000))
        let plan = PollPlan(
            targets: [Fleet.target(1, interval: .milliseconds(100))], inventory: CityInventory(),
            modules: TestModules.all + identity.modules)
        let appender = RecordingAppender()
        let store = Memories()

        /// A start of the service, until it polled twice.
        func serve() async throws -> [DeviceChange.Code] {
            let recorder = OutcomeRecorder()
            let http = HTTPClient()
            defer { http.close() }
            let poller = Poller(
                plan: plan, agents: Fleet([1: agent]), http: http, appender: appender, observer: recorder,
                clock: SystemClock(), memoryStore: store, memories: try await store.deviceMemories(),
                history: CounterHistory(appender))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await poller.run() }
                try await eventually("two polls") { recorder.count("rtr-1", where: \.isUp) >= 2 }
                group.cancelAll()
            }
            return poller.statuses().flatMap { $0.changes.map(\.change.code) }
        }
        let octets = { appender.history("ifHCInOctets{ifName=\"Gi0/1\"}").last { !$0.isNaN } }

        #expect(try await serve() == [])
        agent.change { $0.values = Self.device(serial: "B", uptime: 500, octets: 9_000_000) }
        #expect(try await serve() == [.deviceReplaced])
        #expect(octets() == 5_000)
        #expect(store.kept.withLock { $0["rtr-1"]?.serial } == "B")
        agent.change { $0.values = Self.device(serial: "B", uptime: 6_000, octets: 9_000_300) }
        #expect(try await serve() == [])
        #expect(octets() == 5_300)
        agent.change { $0.values = Self.device(serial: "B", uptime: 100, octets: 70) }
        #expect(try await serve() == [])
        #expect(octets() == 70)
        agent.change { $0.values = Self.device(serial: "B", uptime: 200, octets: 90) }
        #expect(try await serve() == [])
        #expect(octets() == 90, "after a reset nothing is added any more")
    }

    @Test("a restart of the same device, and a wrap of its uptime, are no replacement")
    func restarted() async throws {
        let identity = try WrittenModule(
            "name: acme\nidentity: { vendor: Acme, serial: { oid: 1.3.6.1.4.1.99999.1 } }\nscalars: []\n")
        var bench = ProbeBench(Self.device(serial: "A", uptime: 4_294_967_000, octets: 5_000))
        bench.modules = TestModules.all + identity.modules
        await bench.poll()
        bench.agent.change { $0.values = Self.device(serial: "A", uptime: 200, octets: 5_100) }
        #expect(await bench.poll().changes.isEmpty)
    }
}
