import ArgumentParser
import Foundation
import HaidangConfiguration
import Inventory
import Polling

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validates a configuration directory, or one module file.",
        discussion:
            "Prints every problem as file:line:column with what was expected and found. Exit status 1 on problems.")

    @Argument(help: "Configuration directory, or the file of a module.")
    var directory: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        do {
            if directory.hasSuffix(".yml") {
                let modules = try DeviceModule.load(files: [directory], over: [])
                if json { return try printJSON(Summary(modules: modules.count, problems: [])) }
                return print("\(directory): ok: module \(modules.map(\.name).joined())")
            }
            let configuration = try Configuration.load(directory: directory)
            let inventory = configuration.inventory
            let summary = Summary(
                areas: inventory.areas.count, sites: inventory.sites.count, devices: inventory.devices.count,
                links: inventory.links.count, rooms: inventory.rooms.count, pools: inventory.pools.count,
                modules: configuration.modules.count, problems: [])
            if json {
                try printJSON(summary)
            } else {
                print(
                    "\(directory): ok: \(summary.areas) areas, \(summary.sites) sites, \(summary.devices) devices, "
                        + "\(summary.links) links, \(summary.rooms) rooms, \(summary.pools) pools, "
                        + "\(summary.modules) modules")
            }
        } catch let errors as ConfigurationErrors {
            if json {
                try printJSON(Summary(problems: errors.problems))
            } else {
                for problem in errors.problems {
                    printToStandardError(directory.hasSuffix(".yml") ? "\(problem)" : "\(directory)/\(problem)")
                }
                let count = errors.problems.count
                printToStandardError("haidang: \(count) problem\(count == 1 ? "" : "s") in \(directory)")
            }
            throw ExitCode(1)
        }
    }

    private func printJSON(_ summary: Summary) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(summary), as: UTF8.self))
    }

    private struct Summary: Encodable {
        var areas = 0
        var sites = 0
        var devices = 0
        var links = 0
        var rooms = 0
        var pools = 0
        var modules = 0
        var problems: [Problem]

        struct Problem: Encodable {
            var file: String
            var line: Int
            var column: Int
            var message: String
        }

        init(
            areas: Int = 0, sites: Int = 0, devices: Int = 0, links: Int = 0, rooms: Int = 0, pools: Int = 0,
            modules: Int = 0, problems: [ConfigurationProblem]
        ) {
            self.areas = areas
            self.sites = sites
            self.devices = devices
            self.links = links
            self.rooms = rooms
            self.pools = pools
            self.modules = modules
            self.problems = problems.map {
                Problem(file: $0.file, line: $0.line, column: $0.column, message: $0.message)
            }
        }
    }
}
