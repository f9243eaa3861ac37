import Access
import AlertDispatch
import CitySimulator
import Foundation
package import HaidangConfiguration
import Inventory
package import Logging
import MonitoringModel
import SNMP
import ServiceLifecycle

/// What `haidang demo` is asked for.
package struct DemoOptions: Sendable {
    package var configurationDirectory: String
    package var dataDirectory: String
    package var listen: ListenAddress
    package var trapListen: ListenAddress
    package var agentPort: UInt16
    package var httpPort: UInt16
    package var controlPort: UInt16
    /// How far back an empty data directory is filled.
    package var history: Duration
    package var speed: Double
    package var faults: [String]
    /// Told of alerts beside the receivers of the configuration; loopback is allowed.
    package var webhook: String?
    package var sendsTraps: Bool

    package init(
        configurationDirectory: String, dataDirectory: String, listen: ListenAddress, trapListen: ListenAddress,
        agentPort: UInt16, httpPort: UInt16, controlPort: UInt16, history: Duration, speed: Double, faults: [String],
        webhook: String?, sendsTraps: Bool
    ) {
        self.configurationDirectory = configurationDirectory
        self.dataDirectory = dataDirectory
        self.listen = listen
        self.trapListen = trapListen
        self.agentPort = agentPort
        self.httpPort = httpPort
        self.controlPort = controlPort
        self.history = history
        self.speed = speed
        self.faults = faults
        self.webhook = webhook
        self.sendsTraps = sendsTraps
    }
}

/// What a person at the demo wants to know.
package struct ReadyDemo: Sendable {
    package var url: String
    package var controlURL: String
    /// File that holds the administrator's token.
    package var tokenFile: String
    package var deviceCount: Int
    /// Id and name of a commune's access link to cut.
    package var accessLink: (id: String, name: String)?
}

/// Simulated devices and the service in one process.
package func runDemo(
    _ demo: DemoOptions, logger: Logger, progress: @escaping @Sendable (HistoryProgress) -> Void,
    onReady: @escaping @Sendable (ReadyDemo) -> Void
) async throws {
    let secrets = SimulatedSecrets()
    let configuration = try Configuration.load(directory: demo.configurationDirectory)
    let token = try DemoToken(dataDirectory: demo.dataDirectory)
    var simulation = CitySimulation.Options()
    simulation.agentPort = demo.agentPort
    simulation.httpPort = demo.httpPort
    simulation.controlPort = demo.controlPort
    simulation.controlToken = token.text
    simulation.speed = demo.speed
    simulation.faults = demo.faults + (demo.sendsTraps ? [] : ["traps-off"])
    simulation.trapDestination = SNMPEndpoint(
        address: demo.trapListen.address.bytes, port: demo.trapListen.port)
    let simulator = try CitySimulation(
        inventory: configuration.inventory, credentials: try snmpCredentials(configuration.inventory, secrets: secrets),
        options: simulation)
    try await simulator.start()

    var options = ServiceOptions(configurationDirectory: demo.configurationDirectory, secrets: secrets)
    options.dataDirectory = demo.dataDirectory
    options.listen = demo.listen
    options.trapListen = demo.trapListen
    options.isDemo = true
    options.provisionedToken = token.token
    let simulatedInventory = simulator.simulatedInventory
    let original = configuration.inventory
    options.transform = { new in
        guard new.inventory == original else {
            throw ServiceError(
                "the simulated devices are those of the start: to change the inventory, restart the demo")
        }
        var new = new
        new.inventory = simulatedInventory
        new.service.anonymousViewer = true
        new.service.trapSources = []
        // The kernel would answer for every simulated device, dead or alive.
        new.service.reachability = .none
        if let webhook = demo.webhook {
            new.service.receivers.append(Receiver(name: "demo", webhook: webhook, allowsLocalAddresses: true))
        }
        return new
    }
    if demo.history > .zero {
        let history = DemoHistory(inventory: simulatedInventory, world: simulator.world, span: demo.history)
        let mark = demo.dataDirectory + "/history-complete"
        // A history that was interrupted goes on where it ended: what is stored already is not stored again.
        if !FileManager.default.fileExists(atPath: mark) {
            options.history = {
                try await history.fill($0, until: SystemClock().now, progress: progress)
                _ = FileManager.default.createFile(atPath: mark, contents: nil)
            }
        }
    }
    let accessLink = leafLink(of: original)
    options.onReady = { ready in
        onReady(
            ReadyDemo(
                url: ready.url, controlURL: "http://\(simulator.controlEndpoint)/", tokenFile: token.path,
                deviceCount: original.devices.count,
                accessLink: accessLink.map { ($0.id, $0.name.vietnamese) }))
    }
    try await runService(options, companions: [SimulatorService(simulator: simulator)], logger: logger)
}

/// A link whose far site hangs on nothing else: cutting it loses exactly that site.
private func leafLink(of inventory: CityInventory) -> Link? {
    let siteOfDevice = Dictionary(
        inventory.devices.map { ($0.id, $0.site) }, uniquingKeysWith: { first, _ in first })
    let between = inventory.links.compactMap { link -> (link: Link, near: String, far: String)? in
        guard let near = siteOfDevice[link.a.device], let far = siteOfDevice[link.b.device], near != far else {
            return nil
        }
        return (link, near, far)
    }
    var count: [String: Int] = [:]
    for (_, near, far) in between {
        count[near, default: 0] += 1
        count[far, default: 0] += 1
    }
    return between.first { count[$0.far] == 1 && $0.near != inventory.monitorSite }?.link
}

/// Answers until shutdown.
private struct SimulatorService: Service {
    let simulator: CitySimulation

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await simulator.run() }
    }
}

/// The administrator's token of a demo, kept in the data directory in a file that only its owner reads.
struct DemoToken {
    let token: Token
    let path: String
    var text: String { token.text }

    init(dataDirectory: String) throws {
        path = dataDirectory + "/demo-token"
        do {
            try FileManager.default.createDirectory(
                atPath: dataDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ServiceError("data directory \(dataDirectory): expected a directory that can be written")
        }
        if let stored = try? String(contentsOfFile: path, encoding: .utf8),
            let token = Token(stored.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            self.token = token
            return
        }
        token = Token.generate()
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data((token.text + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw ServiceError("\(path): expected a file that can be written") }
    }
}
