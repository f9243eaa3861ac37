import ArgumentParser
import Foundation
import HTTPAPI
import HaidangService

struct ForecastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast", abstract: "Tells when pools are full, how sure that is, and by when to order.",
        discussion: """
            Lists resources by fewest days: the range holds the day they fill eight times out of ten. Forecasts are a running \
            service's: http://127.0.0.1:8470 is asked unless --server or --data says where. The token of a server that wants one \
            is taken from HAIDANG_TOKEN.

            --jsonl asks nobody: it answers the questions of forecast benchmarks. Exit status: 0 fine, 1 a problem was found, 64 \
            wrong usage.
            """)

    @Argument(help: "Ids of resources; default: all.")
    var pools: [String] = []

    @Option(help: "Show one resource with its chart, and why the forecast is as it is.")
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
        guard !jsonl || (!json && !forecastsNow && explain == nil && pools.isEmpty && server == nil && data == nil)
        else {
            throw ValidationError("--jsonl stands alone: it answers what comes on standard input")
        }
        guard explain == nil || pools.isEmpty else {
            throw ValidationError("--explain shows one resource: name no others")
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
                        + ReportText.seconds(done.seconds))
            }
            let report = try await client.report(of: explain.map { [$0] } ?? pools)
            if json { return try printJSON(report) }
            if explain != nil, let resource = report.resources.first {
                for line in ForecastText.explanation(of: resource, madeAt: report.madeAt) { print(line) }
            } else {
                for line in ForecastText.list(report) { print(line) }
            }
        }
    }

    private var place: QueryClient.Place {
        if let data { return .dataDirectory(absolutePath(data)) }
        let token = ProcessInfo.processInfo.environment[QueryClient.tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
        return .server(url: server ?? Self.usualServer, token: token)
    }
}
