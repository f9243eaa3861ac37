import ArgumentParser
import HaidangService

@main
struct Haidang: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "haidang", abstract: "Watches a data centre, its network and its video rooms.",
        version: ProductVersion.text,
        subcommands: [
            DemoCommand.self, ServeCommand.self, CheckCommand.self, PollCommand.self, ImportCommand.self,
            SimulateCommand.self, QueryCommand.self, ForecastCommand.self,
            DatabaseCommand.self,
            TokenCommand.self,
        ])
}
