import ArgumentParser
import Foundation
import HaidangConfiguration
import HaidangService

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Runs a whole simulated city and the service that watches it, on this machine.",
        discussion: """
            Every device of the configuration answers real SNMP and HTTP on a loopback address of its own. \
            An empty data directory is first filled with history.
            """)

    @Option(help: "Configuration directory; default: the example city Cần Thơ.")
    var config: String?

    @Option(help: "Data directory; default: haidang/demo below $XDG_STATE_HOME or ~/.local/state.")
    var data: String?

    @Option(help: "Address and port of pages and API.")
    var listen = ListenAddress("127.0.0.1:8470")!

    @Option(help: "Address and UDP port of traps.")
    var trapListen = ListenAddress("127.0.0.1:10162")!

    @Option(help: "UDP port of the simulated agents on 127.x.y.z; 0 picks a free one.")
    var agentPort: UInt16 = 16261

    @Option(help: "TCP port of the simulated servers, rooms and portals; 0 picks a free one.")
    var httpPort: UInt16 = 16280

    @Option(help: "TCP port of the simulator's control page on 127.0.0.1; 0 picks a free one.")
    var controlPort: UInt16 = 8471

    @Option(help: "How far back an empty data directory is filled: 90d, 12h, 0s.")
    var history = "90d"

    @Option(help: "How many times as fast as the clock loads and growth move.")
    var speed = 1.0

    @Option(help: "Faults from the start, as VERB:ID, separated by commas.")
    var fault: String?

    @Option(help: "URL that is told of alerts; loopback is allowed.")
    var webhook: String?

    @Flag(help: "The simulated devices send no traps, so that polls alone find faults.")
    var noTraps = false

    @OptionGroup
    var log: LogOptions

    func validate() throws {
        guard duration(history) != nil else {
            throw ValidationError("--history: expected a duration such as 90d, found \"\(history)\"")
        }
        guard (0.01...100_000).contains(speed) else {
            throw ValidationError("--speed: expected a number of 0.01 to 100000, found \(speed)")
        }
    }

    func run() async throws {
        let directory = try config ?? ExampleCity.directory()
        let options = DemoOptions(
            configurationDirectory: directory, dataDirectory: data ?? Self.defaultData, listen: listen,
            trapListen: trapListen, agentPort: agentPort, httpPort: httpPort, controlPort: controlPort,
            history: duration(history) ?? .zero, speed: speed,
            faults: (fault ?? "").split(separator: ",").map(String.init), webhook: webhook, sendsTraps: !noTraps)
        try await runReporting {
            try await runDemo(
                options, logger: log.logger(),
                progress: { progress in
                    guard standardErrorIsTerminal || progress.done == progress.total else { return }
                    let line =
                        "history: \(progress.done * 100 / max(1, progress.total)) % of \(progress.samples) samples"
                    printToStandardError(progress.done == progress.total ? "\r\(line)" : "\r\(line)\u{1b}[1A")
                },
                onReady: { ready in
                    print(Self.welcome(ready))
                    flushStandardOutput()
                })
        }
    }

    private static var defaultData: String {
        let environment = ProcessInfo.processInfo.environment
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory() + "/.local/state"
        return state + "/haidang/demo"
    }

    private static func welcome(_ ready: ReadyDemo) -> String {
        var lines = [
            "",
            "  Hải Đăng watches \(ready.deviceCount) simulated devices:  \(ready.url)",
            "  English page:  \(ready.url)?lang=en     Faults by mouse:  \(ready.controlURL) (password: the token)",
        ]
        if let link = ready.accessLink {
            lines += [
                "",
                "  Try: cut \(link.name), and watch the page:",
                "    curl -H \"Authorization: Bearer $(cat \(ready.tokenFile))\" -d link-down:\(link.id) "
                    + "\(ready.controlURL)api/faults",
                "  Repair it: the same with link-up:\(link.id)",
            ]
        }
        lines += ["  Stop with Ctrl-C.", ""]
        return lines.joined(separator: "\n")
    }
}

/// Where the example configuration of Cần Thơ lies.
enum ExampleCity {
    /// Beside the sources when run from a checkout, else where a package puts it.
    static func directory() throws -> String {
        let executable = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var candidates = ["Config/cantho"]
        var folder = executable.deletingLastPathComponent()
        for _ in 0..<5 {
            candidates.append(folder.appendingPathComponent("Config/cantho").path)
            folder = folder.deletingLastPathComponent()
        }
        candidates.append("/usr/share/haidang/cantho")
        for candidate in candidates where FileManager.default.fileExists(atPath: candidate + "/haidang.yml") {
            return candidate
        }
        try endWithProblem("the example city was not found; name a configuration directory with --config")
    }
}

/// A duration such as 90d, 12h, 30m, 45s; nil for anything else.
func duration(_ text: String) -> Duration? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0,
        number <= 36_500 * 86_400 / unit
    else { return nil }
    return .seconds(number * unit)
}
