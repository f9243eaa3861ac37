import ArgumentParser
import Compression
import Foundation
import HTTPTransport
import HaidangConfiguration
import HaidangService
import Inventory
import MonitoringModel
import Polling
import SNMP

struct PollCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "poll", abstract: "Polls one device once and prints what it says.",
        discussion: """
            Of a configuration's device, or of a recording, which is played as a device on loopback and asked as any other: so \
            modules are written and tried. A recording is what snmpwalk -On -Oe -OU -Ot DEVICE .1 prints, as it is, or an \
            .snmprec file; either may be gzipped. Exit status 1 when something could not be read.
            """)

    @Argument(help: "Inventory id of the device.")
    var device: String?

    @Option(help: "Configuration directory.")
    var config: String?

    @Option(help: "A recording to poll instead of a device.", completion: .file(extensions: RecordingFile.endings))
    var recording: String?

    @Option(help: "A module file to use beside, or instead of, those of the configuration; may be repeated.")
    var module: [String] = []

    @Option(help: "Use the module of this name and no other, as `snmp.modules` of a device does; may be repeated.")
    var only: [String] = []

    @Flag(help: "Say which modules were chosen, and why.")
    var explain = false

    @Flag(help: "Print what was refused, value by value.")
    var refused = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (device == nil) != (recording == nil) else {
            throw ValidationError("name either a device of --config or a --recording")
        }
        if device != nil, config == nil {
            throw ValidationError("--config: expected the directory that names the device")
        }
    }

    func run() async throws {
        do {
            let modules = try modules()
            let polled =
                if let recording {
                    try await Self.play(recording, modules: modules, only: only)
                } else {
                    try await Self.poll(device ?? "", configuration: config ?? "", modules: modules, only: only)
                }
            guard let report = polled.report else { try endWithProblem("the poll was cancelled") }
            if json {
                try printJSON(PolledDevice(report, name: polled.name))
            } else {
                let own = module.isEmpty ? [] : try DeviceModule.load(files: module, over: [])
                let text = PollText(report: report, explain: explain, refused: refused, own: own)
                for line in text.lines { print(line) }
            }
            if !report.outcome.isUp || report.outcome.reason != nil { throw ExitCode(1) }
        } catch let errors as ConfigurationErrors {
            for problem in errors.problems { printToStandardError("haidang: \(problem)") }
            throw ExitCode(1)
        }
    }

    private typealias Polled = (name: String, report: PollReport?)

    private func modules() throws -> [DeviceModule] {
        try DeviceModule.load(files: module, over: config.map { try Configuration.load(directory: $0).modules })
    }

    private static func play(_ file: String, modules: [DeviceModule], only: [String]) async throws -> Polled {
        let recording = try RecordingFile.read(file)
        let name = RecordingFile.name(of: file)
        let agent = try LoopbackAgent(recording.objects)
        defer { agent.stop() }
        let address = [127, 0, 0, 1].map { UInt8($0) }
        let peer = SNMPPeer(
            endpoint: SNMPEndpoint(address: address, port: agent.port),
            credential: .v2c(community: LoopbackAgent.community), timeout: .seconds(5))
        let target = PollTarget(
            id: PollTarget.ID(job: "snmp", instance: name), device: name, site: "recording",
            access: .snmp(peer, modules: only), interval: .seconds(60))
        let plan = PollPlan(targets: [target], inventory: CityInventory(), modules: modules)
        return (name, try await pollOnce(target, plan))
    }

    private static func poll(
        _ device: String, configuration directory: String, modules: [DeviceModule], only: [String]
    ) async throws -> Polled {
        let configuration = try Configuration.load(directory: directory)
        var plan = try pollPlan(
            configuration, secrets: EnvironmentSecrets())
        plan.modules = modules
        guard configuration.inventory.devices.contains(where: { $0.id == device }) else {
            try endWithProblem("no device has the id \"\(device)\" in \(directory)")
        }
        guard var target = plan.targets.first(where: { $0.device == device && $0.id.job == "snmp" }) else {
            try endWithProblem("device \(device) has no SNMP access in \(directory)")
        }
        if !only.isEmpty, case .snmp(let peer, _) = target.access { target.access = .snmp(peer, modules: only) }
        return (device, try await pollOnce(target, plan))
    }

    private static func pollOnce(_ target: PollTarget, _ plan: PollPlan) async throws -> PollReport? {
        let client = try SNMPClient()
        let http = HTTPClient()
        defer {
            client.close()
            http.close()
        }
        return await Poller.pollOnce(target, in: plan, agents: client, http: http, clock: SystemClock())
    }
}

/// Recordings of devices on disk.
enum RecordingFile {
    /// Larger ones are not recordings: the largest known has 2 MB.
    private static let longest = 256 << 20

    /// Lines without an object that are told one by one.
    private static let mostTold = 5

    /// What names of recordings end in; gzipped ones in two of them.
    static let endings = ["gz", "snmprec", "snmpwalk", "walk"]

    static func read(_ file: String) throws -> SNMPRecording {
        guard let content = FileManager.default.contents(atPath: file) else {
            try endWithProblem("\(file): expected a recording that can be read, found none")
        }
        var bytes = [UInt8](content)
        do {
            if Gzip.isGzip(bytes) { bytes = try Gzip.decompress(bytes, limit: longest) }
        } catch {
            try endWithProblem("\(file): \(error)")
        }
        let recording = SNMPRecording(parsing: bytes)
        let told = recording.refusals.prefix(mostTold)
        for refusal in told { printToStandardError("haidang: \(file):\(refusal)") }
        if recording.skippedLines > told.count {
            printToStandardError("haidang: \(file): \(recording.skippedLines - told.count) more lines like these")
        }
        guard !recording.objects.oids.isEmpty else {
            try endWithProblem(
                "\(file): expected what snmpwalk -On -Oe -OU -Ot prints, or lines OID|TYPE|VALUE of an .snmprec file, found none"
            )
        }
        return recording
    }

    /// The file's name without what says how it is written.
    static func name(of file: String) -> String {
        var name = URL(fileURLWithPath: file).lastPathComponent
        for ending in endings where name.hasSuffix("." + ending) { name.removeLast(ending.count + 1) }
        return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    }
}
