import Foundation
import HTTPTransport
import HaidangConfiguration
import Inventory
import MonitoringModel
import Polling
import SNMP
import TestSupport
import Testing

/// Recordings of real devices, played over UDP and polled with the shipped modules.
@Suite("Recorded devices", .enabled(if: SharedData.isPresent, "the recordings beside the checkout are absent"))
struct RecordingTests {
    static let names = ["vmware-esxi", "pfsense", "generex-ups_cs141", "allied_websmart", "arista_eos"]

    private struct Played {
        var report: PollReport
        var recording: SNMPRecording
        var modules: [DeviceModule]

        /// The value of the one series with this name and these labels.
        func value(_ metric: String, _ labels: [String: String] = [:]) -> Double? {
            let found = report.samples.filter { sample in
                sample.labels.metricName == metric && labels.allSatisfy { sample.labels[$0.key] == $0.value }
            }
            return found.count == 1 ? found[0].sample.value : nil
        }
    }

    private static func poll(_ name: String, pools: [Pool] = []) async throws -> Played {
        let directory = try #require(SharedData.directory)
        let file = "\(directory)/snmprec/librenms/\(name).snmprec"
        let recording = try SNMPRecording(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: file))))
        let agent = try LoopbackAgent(recording.objects)
        defer { agent.stop() }
        let modules = try shippedModules.get()
        let address = try #require(IPAddress("127.0.0.1"))
        var inventory = CityInventory()
        inventory.devices = [
            Device(id: name, name: LocalizedText(name), kind: .server, site: "dc", address: address)
        ]
        inventory.pools = pools
        let peer = SNMPPeer(
            endpoint: SNMPEndpoint(address: address.bytes, port: agent.port), credential: .v2c(community: "public"),
            timeout: .seconds(5))
        let target = PollTarget(
            id: PollTarget.ID(job: "snmp", instance: name), device: name, site: "dc",
            access: .snmp(peer, modules: []), interval: .seconds(60))
        let client = try SNMPClient()
        let http = HTTPClient()
        defer {
            client.close()
            http.close()
        }
        let plan = PollPlan(targets: [target], inventory: inventory, modules: modules)
        let report = try #require(
            await Poller.pollOnce(target, in: plan, agents: client, http: http, clock: SystemClock()))
        return Played(report: report, recording: recording, modules: modules)
    }

    /// What the example configuration loads is what is shipped.
    private static let shippedModules = Result {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try Configuration.load(directory: checkout.appendingPathComponent("Config/cantho").path).modules
    }

    @Test("every numeric cell of a module's columns becomes one sample with its value", arguments: names)
    func allCells(name: String) async throws {
        let played = try await Self.poll(name)
        #expect(played.report.outcome.isUp)
        #expect(played.report.outcome.reason == nil)
        let matched = Set(played.report.matches.map(\.module))
        for module in played.modules where matched.contains(module.name) {
            let tables = module.tables.filter(\.conditions.isEmpty)
            for metric in tables.flatMap(\.metrics)
            where (metric.kind == .gauge || metric.kind == .counter) && metric.reading == ValueReading() {
                let oid = metric.oids[0]
                let cells = zip(played.recording.objects.oids, played.recording.objects.keys)
                    .filter { $0.0.starts(with: oid) && $0.0 != oid }.compactMap { $0.1.sampleValue }
                let samples = played.report.samples.filter { $0.labels.metricName == metric.name }
                #expect(samples.map(\.sample.value).sorted() == cells.sorted(), "\(metric.name)")
                #expect(Set(samples.map(\.labels)).count == samples.count, "\(metric.name)")
            }
        }
    }

    @Test("a hypervisor: 64-bit counters, scaled storage, memory, processors, uptime of the host")
    func hypervisor() async throws {
        let pool = Pool(
            id: "store", name: LocalizedText("Store"), device: "vmware-esxi",
            storage: "/vmfs/volumes/7c6de8dc-33a02fdb-0000-000000000000")
        let played = try await Self.poll("vmware-esxi", pools: [pool])
        #expect(
            Set(played.report.matches.map(\.module)).isSuperset(of: ["system", "interfaces", "host-resources"]))
        #expect(played.value("ifHCInOctets", ["ifName": "vmnic4"]) == 233_481_089_086_071)
        #expect(played.value("interface_info", ["ifName": "vmnic4", "index": "1", "ifAlias": "07:00.0"]) == 1)
        #expect(played.value("capacity_size_bytes", ["resource": "store"]) == 36_003_730_423_808)
        #expect(played.value("capacity_used_bytes", ["resource": "store"]) == 13_390_408_351_744)
        #expect(played.value("device_memory_size_bytes") == 206_121_951_232)
        #expect(played.value("device_memory_used_bytes") == 100_664_401_920)
        let load = try #require(played.value("device_cpu_ratio"))
        #expect(abs(load - 0.1296875) < 1e-12)
        // sysUpTime is the agent's 10.7 days, the host has been up 184.
        #expect(played.value("sysUpTime") == 92_095_900)
        #expect(played.value("device_uptime_seconds") == 15_920_662)
    }

    @Test("a firewall that calls its file systems and memory zones memory: UCD-SNMP-MIB knows the memory")
    func firewall() async throws {
        let played = try await Self.poll("pfsense")
        let size = try #require(played.value("memTotalReal"))
        #expect(played.value("device_memory_size_bytes") == size * 1_024)
        #expect(played.report.findings?.identity.vendor == "Netgate")
    }

    @Test("a UPS")
    func ups() async throws {
        let played = try await Self.poll("generex-ups_cs141")
        #expect(played.report.matches.contains { $0.module == "ups" })
        #expect(played.value("upsEstimatedMinutesRemaining") == 544)
        #expect(played.value("upsOutputVoltage", ["index": "3"]) == 235)
        #expect(played.value("upsOutputPower", ["index": "1"]) == -4)
        #expect(played.value("device_temperature_celsius") == 25)
        #expect(played.value("ups_info", ["upsIdentModel": "Upscale"]) == 1)
    }

    @Test("a switch whose ports all have one description goes by names")
    func sameDescriptions() async throws {
        let played = try await Self.poll("allied_websmart")
        #expect(played.value("ifOperStatus", ["ifName": "Slot0/1"]) == 1)
        let interfaces = played.report.outcome.interfaces.map(\.interface)
        #expect(interfaces.count > 8)
        #expect(Set(interfaces).count == interfaces.count)
    }

    @Test("a switch with sensors out of range: the hottest working one counts")
    func sensors() async throws {
        let played = try await Self.poll("arista_eos")
        let celsius = try #require(played.value("device_temperature_celsius"))
        #expect(abs(celsius - 64.8) < 1e-9)
    }
}
