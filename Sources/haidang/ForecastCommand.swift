import ArgumentParser

struct ForecastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast", abstract: "Tells when pools are full, and how sure that is.")

    @Flag(help: "Answer questions of forecast benchmarks: a JSON object a line on standard input.")
    var jsonl = false

    func run() async throws {
        if jsonl {
            guard ForecastLineRun().run() == 0 else { throw ExitCode(1) }
        }
    }
}
