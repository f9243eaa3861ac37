import ArgumentParser

@main
struct Haidang: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "haidang")
    func run() async throws {}
}
