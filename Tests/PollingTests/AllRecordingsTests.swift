import Compression
import Foundation
import HTTPTransport
import HaidangConfiguration
import Inventory
import MonitoringModel
import Polling
import SNMP
import TestSupport
import Testing

/// A line of `Fixtures/recordings.csv`: what the shipped modules make of one recorded device.
struct RecordedDevice: Hashable, CustomTestStringConvertible {
    var name: String
    var vendor: String
    var kind: String
    var model: String
    var interfaces: Int
    var stores: Int
    var sensors: Int
    var processors: Int
    var supplies: Int

    var testDescription: String { name }

    /// The table as `Tests/Recordings/update` wrote it. No field of it has a comma or a quote.
    static let all: [RecordedDevice] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/recordings.csv")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let number = { (column: Int) in Int(cells[column]) ?? -1 }
            return RecordedDevice(
                name: cells[0], vendor: cells[1], kind: cells[2], model: cells[3], interfaces: number(4),
                stores: number(5), sensors: number(6), processors: number(7), supplies: number(8))
        }
    }()
}

/// Every recording, played over UDP and polled with all shipped modules.
@Suite("All recorded devices")
struct AllRecordingsTests {
    private static let modules = Result { try DeviceModule.load(files: []) }

    @Test("the table of recorded devices is there and whole")
    func table() {
        #expect(RecordedDevice.all.count == 134)
        #expect(Set(RecordedDevice.all.map(\.name)).count == 134)
        // Two are contexts of a switch that hold bridge tables alone.
        #expect(RecordedDevice.all.count { $0.vendor.isEmpty } <= 2)
    }

    @Test(
        "vendor, kind, model and parts are as in the table, and no value is out of its physical range",
        .enabled(if: SharedData.isPresent, "the recordings beside the checkout are absent"),
        arguments: RecordedDevice.all)
    func poll(device: RecordedDevice) async throws {
        let directory = try #require(SharedData.directory)
        var file: String?
        for folder in ["librenms", "snmpsim-data"] {
            for ending in ["snmprec", "snmprec.gz"] {
                let path = "\(directory)/snmprec/\(folder)/\(device.name).\(ending)"
                if FileManager.default.fileExists(atPath: path) { file = path }
            }
        }
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: #require(file))))
        if Gzip.isGzip(bytes) { bytes = try Gzip.decompress(bytes, limit: 64 << 20) }
        let agent = try LoopbackAgent(SNMPRecording(parsing: bytes).objects)
        defer { agent.stop() }
        let peer = SNMPPeer(
            endpoint: SNMPEndpoint(address: [127, 0, 0, 1], port: agent.port),
            credential: .v2c(community: LoopbackAgent.community), timeout: .seconds(10))
        let target = PollTarget(
            id: PollTarget.ID(job: "snmp", instance: device.name), device: device.name, site: "dc",
            access: .snmp(peer, modules: []), interval: .seconds(60))
        let client = try SNMPClient()
        let http = HTTPClient()
        defer {
            client.close()
            http.close()
        }
        let modules = try Self.modules.get()
        let report = try #require(
            await Poller.pollOnce(
                target, in: PollPlan(targets: [target], inventory: CityInventory(), modules: modules), agents: client,
                http: http, clock: SystemClock()))
        #expect(report.outcome.isUp)
        #expect(report.outcome.reason == nil)
        let findings = try #require(report.findings)
        func count(_ component: DeviceModule.Component) -> Int { findings.components[component] ?? 0 }
        let found = RecordedDevice(
            name: device.name, vendor: findings.identity.vendor ?? "", kind: findings.identity.kind?.rawValue ?? "",
            model: (findings.identity.model ?? "").replacing(",", with: ""), interfaces: count(.interface),
            stores: findings.storeCount, sensors: findings.sensors, processors: count(.processor),
            supplies: count(.supply))
        #expect(found == device)
        for sample in report.samples { Self.check(sample.labels.metricName, sample.sample.value) }
        #expect(Set(report.samples.map(\.labels)).count == report.samples.count, "no series is written twice")
    }

    private static func check(_ metric: String, _ value: Double) {
        let range: ClosedRange<Double>? =
            switch metric {
            case "device_temperature_celsius": -40...150
            case "device_cpu_ratio", "device_humidity_ratio", "device_memory_used_ratio", "device_battery_charge_ratio":
                0...1
            case "device_load_ratio": 0...2
            case "device_power_watts": 0...200_000
            case "device_memory_size_bytes", "device_memory_used_bytes": 0...8e12
            case "device_uptime_seconds": 0...1e9
            case "device_health", "component_health": 0...2
            case "device_battery_runtime_seconds": 0...1e7
            default: nil
            }
        if let range { #expect(range.contains(value), "\(metric) \(value)") }
        #expect(value.isFinite, "\(metric)")
    }
}
