import ArgumentParser
import Foundation
import HaidangConfiguration

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Takes over a snmp.yml of snmp_exporter: its modules and auths.",
        discussion: """
            Writes modules/NAME.yml for each module, which is used where a device of the inventory names it, and credentials.yml \
            with the secrets in files of their own (mode 0600). Existing files are left alone unless --force is given. Prints \
            what cannot be taken over. Exit status 1 when something was left out.
            """)

    @Argument(help: "The snmp.yml.")
    var file: String

    @Argument(help: "Configuration directory to write to.")
    var directory: String

    @Option(help: "Only this module; may be repeated.")
    var module: [String] = []

    @Flag(help: "Write over existing files.")
    var force = false

    func run() throws {
        guard let content = FileManager.default.contents(atPath: file) else {
            try endWithProblem("\(file): expected a file that can be read, found none")
        }
        let found: ExporterImport
        do {
            found = try ExporterImport([UInt8](content), file: file)
        } catch let errors as ConfigurationErrors {
            for problem in errors.problems { printToStandardError("\(problem)") }
            throw ExitCode(1)
        }
        let missing = module.filter { name in !found.modules.contains { $0.name == name } }
        guard missing.isEmpty else {
            try endWithProblem("\(file): expected a module \(missing.joined(separator: ", ")), found none of that name")
        }
        var files: [(path: String, text: String, isSecret: Bool)] = []
        for (name, text) in found.modules where module.isEmpty || module.contains(name) {
            files.append(("modules/\(name).yml", text, false))
        }
        if module.isEmpty, let credentials = found.credentials {
            files.append(("credentials.yml", credentials, false))
            files += found.secrets.map { ($0.path, $0.content, true) }
        }
        let existing = files.map(\.path).filter { FileManager.default.fileExists(atPath: "\(directory)/\($0)") }
        guard force || existing.isEmpty else {
            try endWithProblem(
                "\(directory): \(existing.joined(separator: ", ")) exist already; --force writes over them")
        }
        for file in files { try write(file.path, file.text, isSecret: file.isSecret) }
        print("wrote \(files.count) files to \(directory)")
        let notices =
            module.isEmpty
            ? found.notices
            : found.notices.filter { notice in
                module.contains { notice.contains("module \($0): ") }
            }
        for notice in notices { printToStandardError("left out: \(notice)") }
        if !notices.isEmpty { throw ExitCode(1) }
    }

    private func write(_ path: String, _ text: String, isSecret: Bool) throws {
        let url = URL(fileURLWithPath: "\(directory)/\(path)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        // Made with its mode: a secret must not be readable for a moment.
        guard
            FileManager.default.createFile(
                atPath: url.path, contents: Data(text.utf8), attributes: [.posixPermissions: isSecret ? 0o600 : 0o644])
        else { try endWithProblem("\(url.path): it cannot be written") }
    }
}
