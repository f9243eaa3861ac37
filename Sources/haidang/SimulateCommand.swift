import Access
import ArgumentParser
import CitySimulator
import Foundation
import HaidangConfiguration
import HaidangService
import Inventory
import SNMP

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Runs only the simulated devices, for tests, training and drills.",
        discussion: """
            Each device of the configuration answers SNMP at 127.x.y.z, where its address is 10.x.y.z, with the secrets \
            that are printed at the start. Faults are injected on the control page.
            """)

    @Option(help: "Configuration directory; default: the example city Cần Thơ.")
    var config: String?

    @Option(help: "UDP port of the agents; 0 picks a free one.")
    var agentPort: UInt16 = 16261

    @Option(help: "TCP port of servers, rooms and portals; 0 picks a free one.")
    var httpPort: UInt16 = 16280

    @Option(help: "TCP port of the control page on 127.0.0.1; 0 picks a free one.")
    var controlPort: UInt16 = 8471

    @Option(help: "Address and UDP port that traps are sent to; default: none are sent.")
    var traps: ListenAddress?

    @Option(help: "Seed of everything that looks random.")
    var seed: UInt64 = 2016

    @Option(help: "How many times as fast as the clock loads and growth move.")
    var speed = 1.0

    @Option(help: "Faults from the start, as VERB:ID, separated by commas.")
    var fault: String?

    @Option(help: "Play a recording (.snmprec or the text of snmpwalk) as a device: DEVICE=FILE. May be repeated.")
    var recording: [String] = []

    func run() async throws {
        try await runReporting {
            let configuration = try Configuration.load(directory: config ?? ExampleCity.directory())
            let secrets = SimulatedSecrets()
            let token = Token.generate()
            let options = try simulationOptions(controlToken: token.text)
            let simulator = try CitySimulation(
                inventory: configuration.inventory,
                credentials: try snmpCredentials(configuration.inventory, secrets: secrets), options: options)
            try await simulator.start()
            print("agents: UDP port \(simulator.agentPort), \(configuration.inventory.devices.count) devices")
            for credential in configuration.inventory.credentials {
                print("  credential \(credential.id): \(Self.commandLine(credential, secrets))")
            }
            print("control page: http://\(simulator.controlEndpoint)/  token: \(token.text)")
            flushStandardOutput()
            try await simulator.run()
        }
    }

    /// The options that Net-SNMP's tools want for a credential.
    private static func commandLine(_ credential: Credential, _ secrets: SimulatedSecrets) -> String {
        switch credential.scheme {
        case .v1(let community): "-v1 -c \(secrets.secret(community))"
        case .v2c(let community): "-v2c -c \(secrets.secret(community))"
        case .v3(let user, .noAuthNoPriv): "-v3 -l noAuthNoPriv -u \(user)"
        case .v3(let user, .authNoPriv(let first)):
            "-v3 -l authNoPriv -u \(user) -a \(first.algorithm.rawValue) -A \(secrets.secret(first.reference))"
        case .v3(let user, .authPriv(let first, let second)):
            "-v3 -l authPriv -u \(user) -a \(first.algorithm.rawValue) -A \(secrets.secret(first.reference)) "
                + "-x \(second.algorithm.rawValue) -X \(secrets.secret(second.reference))"
        }
    }

    private static func recording(_ path: String) throws -> SNMPRecording {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("--recording: expected a file that can be read, found none at \(path)")
        }
        return SNMPRecording(parsing: Array(data))
    }

    private func simulationOptions(controlToken: String) throws -> CitySimulation.Options {
        guard (0.01...100_000).contains(speed) else {
            throw ValidationError("--speed: expected a number of 0.01 to 100000, found \(speed)")
        }
        var options = CitySimulation.Options()
        options.agentPort = agentPort
        options.httpPort = httpPort
        options.controlPort = controlPort
        options.controlToken = controlToken
        options.trapDestination = traps.map { SNMPEndpoint(address: $0.address.bytes, port: $0.port) }
        options.seed = seed
        options.speed = speed
        options.faults = (fault ?? "").split(separator: ",").map(String.init)
        for pair in recording {
            let halves = pair.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else {
                throw ValidationError("--recording: expected DEVICE=FILE, found \"\(pair)\"")
            }
            options.recordings[String(halves[0])] = try Self.recording(String(halves[1]))
        }
        return options
    }
}
