import ArgumentParser
import HaidangService
import MonitoringModel

struct DatabaseBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies metrics.db and state.db into a directory, and verifies the copies.",
        discussion: """
            The copy is of one moment and holds everything that was durable when it began; polling goes on meanwhile. The \
            directory must be new or empty, on the machine of the service. Exit status 1 when the copy is damaged, as the \
            original then is.
            """)

    @OptionGroup
    var directory: DataOptions

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "New or empty directory for the copies.")
    var target: String

    func run() async throws {
        try await runReporting {
            let report = try await showingProgress {
                try await directory.administration.backUp(to: absolutePath(target), progress: $0)
            }
            try show(report, json: json, "backed up to")
        }
    }
}

struct DatabaseRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Puts a backup in place; no service may run on the data directory.",
        discussion: """
            The backup is verified first, and the files in place afterwards. With --replace, database files that are there move \
            into DIR/replaced-TIME; nothing is deleted.
            """)

    @OptionGroup
    var directory: DataOptions

    @Flag(help: "Move present files aside.")
    var replace = false

    @Flag(help: "Take a backup of which something is damaged too: what is whole of it is served.")
    var damaged = false

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "Directory that backup filled.")
    var backup: String

    func run() async throws {
        try await runReporting {
            let (report, replaced) = try await showingProgress {
                try await directory.administration.restore(
                    from: absolutePath(backup), replaces: replace, acceptsDamage: damaged, progress: $0)
            }
            if let replaced { printToStandardError("what was there is in \(replaced)") }
            try show(report, json: json, "restored to")
        }
    }
}

private func show(_ report: BackupReport, json: Bool, _ what: String) throws {
    if json {
        try printJSON(report)
    } else {
        let files = report.files.map { "\($0.name) \(ReportText.bytes($0.bytes))" }.joined(separator: ", ")
        print("\(what) \(report.directory): \(files), in \(ReportText.seconds(report.seconds))")
        print("newest sample: \(report.newestSample?.timestamp.utcText ?? "none")")
        for line in ReportText.findings(report.findings) { print(line) }
        print(report.findings.isEmpty ? "verified: everything is sound" : "verified: \(report.findings.count) damaged")
    }
    if !report.findings.isEmpty { throw ExitCode(1) }
}
