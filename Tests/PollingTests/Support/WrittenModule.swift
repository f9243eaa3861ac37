import Foundation
import HaidangConfiguration
import MonitoringModel
import Polling
import SNMP

/// A module as it is written, and a made-up agent polled with it.
struct WrittenModule {
    let modules: [DeviceModule]

    /// - Parameter shipped: with the modules that are part of the program.
    init(_ yaml: String, shipped: Bool = false) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("module-\(UUID().uuidString).yml")
        try yaml.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        modules = try DeviceModule.load(files: [file.path], over: shipped ? nil : [])
    }

    struct Polled {
        /// By name and labels, without those of the target.
        var values: [String: Double]
        var result: ProbeResult
        var session: AgentSession

        var refusals: [String: String] {
            Dictionary(
                (result.findings?.refusals.details ?? []).map {
                    (([$0.metric] + $0.row).joined(separator: " "), $0.reason)
                }, uniquingKeysWith: { first, _ in first })
        }
    }

    func poll(_ objects: [ObjectIdentifier: SNMPValue]) async -> Polled {
        var bench = ProbeBench(TestDevice.system.merging(objects) { $1 })
        bench.modules = modules
        bench.isDetailed = true
        let result = await bench.poll()
        return Polled(values: bench.appender.values(), result: result, session: bench.session)
    }
}
