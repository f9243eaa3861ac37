import Access
import ArgumentParser
import HaidangService

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Makes, lists and removes API tokens.",
        subcommands: [Create.self, List.self, Remove.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a token and prints it, for the only time.")

        @Option(help: "Data directory of the service, running or not.")
        var data: String

        @Option(help: "viewer, planner, operator or admin.")
        var role: Role

        @Option(help: "Confine the token to the sites under this area.")
        var area: String?

        @Argument(help: "A name for the token: 1 to 64 letters, digits or . _ - @")
        var name: String

        func run() async throws {
            try await runReporting {
                print(try await TokenAdministration(dataDirectory: data).create(name: name, role: role, area: area))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Names, roles and areas of the tokens.")

        @Option(help: "Data directory of the service, running or not.")
        var data: String

        func run() async throws {
            try await runReporting {
                for token in try await TokenAdministration(dataDirectory: data).list() {
                    print("\(token.name)\t\(token.role)\(token.area.map { "\tarea \($0)" } ?? "")")
                }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Ends a token at once.")

        @Option(help: "Data directory of the service, running or not.")
        var data: String

        @Argument(help: "Name of the token.")
        var name: String

        func run() async throws {
            try await runReporting {
                guard try await TokenAdministration(dataDirectory: data).remove(name: name) else {
                    try endWithProblem("there is no token named \"\(name)\"")
                }
            }
        }
    }
}

extension Role: ExpressibleByArgument {}
