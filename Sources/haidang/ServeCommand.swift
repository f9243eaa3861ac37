import ArgumentParser
import HaidangConfiguration
import HaidangService

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the service on a configuration directory.",
        discussion: """
            Reads the directory again on SIGHUP and on POST /-/reload; a bad one leaves the running one in force. \
            Ends on SIGTERM.
            """)

    @Option(help: "Configuration directory.")
    var config: String

    @Option(help: "Data directory; default: dataDirectory of haidang.yml.")
    var data: String?

    @Option(help: "Address and port of pages and API; default: listen of haidang.yml.")
    var listen: ListenAddress?

    @Option(help: "Address and UDP port of traps; default: trapListen of haidang.yml.")
    var trapListen: ListenAddress?

    @OptionGroup
    var log: LogOptions

    func run() async throws {
        var options = ServiceOptions(configurationDirectory: config, secrets: EnvironmentSecrets())
        options.dataDirectory = data
        options.listen = listen
        options.trapListen = trapListen
        options.onReady = { ready in
            printToStandardError("haidang serves \(ready.url)")
            if let token = ready.setUpToken {
                printToStandardError(
                    """
                    There is no administrator yet. This token works once, to make the first one:
                      curl -H 'Authorization: Bearer \(token)' -d name=NAME -d role=admin \(ready.url)api/v1/tokens
                    """)
            }
        }
        try await runReporting { try await runService(options, logger: log.logger()) }
    }
}

/// Turns what stops a service into a sentence and exit status 1.
func runReporting(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as ConfigurationErrors {
        for problem in error.problems { printToStandardError("\(problem)") }
        try endWithProblem("the configuration cannot be used")
    } catch let error as ExitCode {
        throw error
    } catch {
        try endWithProblem("\(error)")
    }
}
