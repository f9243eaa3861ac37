import ArgumentParser
import Foundation
import HTTPAPI
import HaidangService

struct ForecastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Tells when pools are full, by when to order, and the loads of the coming week.",
        discussion: """
            Lists resources by fewest days: the range holds the day they fill eight times out of ten. Forecasts are a running \
            service's: http://127.0.0.1:8470 is asked unless --server or --data says where. The token of a server that wants one \
            is taken from HAIDANG_TOKEN.

            --load tells the loads of the coming week by the hour instead: processors, traffic of links, rooms in calls, those that \
            come nearest to what they can bear first. Their names are kind:device, as processor:core-1 or receive:wan-3:a.

            --jsonl asks nobody: it answers the questions of forecast benchmarks. Exit status: 0 fine, 1 a problem was found, 64 \
            wrong usage.
            """)

    @Argument(help: "Ids of resources, or names of loads; default: all.")
    var pools: [String] = []

    @Flag(help: "Tell loads of the coming week instead of the days until resources are full.")
    var load = false

    @Option(help: "Show one resource, or one load, with its chart, and why the forecast is as it is.")
    var explain: String?

    @Flag(name: .customLong("run"), help: "Forecast now, instead of waiting for the night.")
    var forecastsNow = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Answer questions on standard input, a JSON object a line.")
    var jsonl = false

    @Option(help: "URL of the server.")
    var server: String?

    @Option(help: "Data directory of a running service.")
    var data: String?

    private static let usualServer = "http://127.0.0.1:8470"

    func validate() throws {
        guard server == nil || data == nil else {
            throw ValidationError("name either a --server or a --data directory")
        }
        guard
            !jsonl
                || (!json && !forecastsNow && !load && explain == nil && pools.isEmpty && server == nil && data == nil)
        else {
            throw ValidationError("--jsonl stands alone: it answers what comes on standard input")
        }
        guard explain == nil || pools.isEmpty else {
            throw ValidationError("--explain shows one: name no others")
        }
    }

    func run() async throws {
        if jsonl {
            guard ForecastLineRun().run() == 0 else { throw ExitCode(1) }
            return
        }
        try await runReporting {
            let client = ForecastClient(place)
            if forecastsNow {
                let done = try await showingProgress { try await client.run(progress: $0) }
                printToStandardError(
                    "\(ReportText.count(done.resources)) resources, \(ReportText.count(done.abstained)) without a date, "
                        + "\(ReportText.count(done.loads)) loads, \(ReportText.seconds(done.seconds))")
                if let problem = done.loadProblem { try endWithProblem("loads could not be forecast: \(problem)") }
            }
            if load { return try await tellLoads(client) }
            let report = try await client.report(of: explain.map { [$0] } ?? pools)
            if json { return try printJSON(report) }
            if explain != nil, let resource = report.resources.first {
                for line in ForecastText.explanation(of: resource, madeAt: report.madeAt) { print(line) }
            } else {
                for line in ForecastText.list(report) { print(line) }
            }
        }
    }

    private func tellLoads(_ client: ForecastClient) async throws {
        let report = try await client.loads(of: explain.map { [$0] } ?? pools)
        if json { return try printJSON(report) }
        if explain != nil, let one = report.loads.first {
            for line in LoadText.explanation(of: one, in: report) { print(line) }
        } else {
            for line in LoadText.list(report) { print(line) }
        }
    }

    private var place: QueryClient.Place {
        if let data { return .dataDirectory(absolutePath(data)) }
        let token = ProcessInfo.processInfo.environment[QueryClient.tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
        return .server(url: server ?? Self.usualServer, token: token)
    }
}
