import ArgumentParser
import HaidangService
import MonitoringModel

struct DatabaseInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "What the store holds and how its file stands.",
        discussion: "Exit status 1 when something in it is known to be damaged.")

    @OptionGroup
    var directory: DataOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await runReporting {
            let report = try await directory.administration.report()
            if json {
                try printJSON(report)
            } else {
                for line in lines(of: report) { print(line) }
            }
            if !report.damage.isEmpty { throw ExitCode(1) }
        }
    }

    private func lines(of report: StoreReport) -> [String] {
        let raw = report.blocks.filter { $0.resolution == 0 }
        let newest = report.newestAcknowledged?.timestamp.utcText ?? "none"
        var lines = ReportText.table([
            ["series", ReportText.count(report.series)],
            ["samples in blocks", ReportText.count(raw.reduce(0) { $0 + $1.samples })],
            ["newest durable sample", newest],
            ["file with its log", ReportText.bytes(report.fileBytes)],
            ["free in the file", ReportText.bytes(report.freeBytes)],
            ["label index in memory", ReportText.bytes(report.indexBytes)],
            ["schema version", "\(report.schemaVersion)"],
        ])
        let batches = report.batches
        var rows = [["", "level", "count", "samples", "bytes", "times"]]
        for blocks in report.blocks {
            let kind = blocks.resolution == 0 ? "blocks" : "rollups of \(blocks.resolution) s"
            rows.append([
                kind, "\(blocks.level)", ReportText.count(blocks.count), ReportText.count(blocks.samples),
                ReportText.bytes(blocks.bytes), ReportText.span(blocks.span),
            ])
        }
        rows.append([
            "batches", "", ReportText.count(batches.count), ReportText.count(batches.samples),
            ReportText.bytes(batches.bytes),
            ReportText.span(batches.span),
        ])
        lines += [""] + ReportText.table(rows)
        if !report.damage.isEmpty { lines += ["", "Damaged:"] + ReportText.findings(report.damage) }
        return lines
    }
}

struct DatabaseVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads and decodes everything in the store, and names what is damaged.",
        discussion: """
            Damage is named with the series and the times it held. It is left out of every answer from then on, and stays in the \
            file: nothing is deleted. Exit status 1 with findings.
            """)

    @OptionGroup
    var directory: DataOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await runReporting {
            let report = try await showingProgress { try await directory.administration.verify(progress: $0) }
            if json {
                try printJSON(report)
            } else {
                print(
                    "read \(ReportText.count(report.series)) series, \(ReportText.count(report.blocks)) blocks, "
                        + "\(ReportText.count(report.batches)) batches: \(ReportText.count(report.samples)) samples, "
                        + "\(ReportText.bytes(report.bytes)) in \(ReportText.seconds(report.seconds))")
                for line in ReportText.findings(report.findings) { print(line) }
                print(report.findings.isEmpty ? "everything is sound" : "\(report.findings.count) damaged")
            }
            if !report.findings.isEmpty { throw ExitCode(1) }
        }
    }
}

struct DatabaseCompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Merges blocks and gives free space back to the file system.",
        discussion: "The service does as much by itself in time; this is for after an import or a shorter retention.")

    @OptionGroup
    var directory: DataOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await runReporting {
            let report = try await showingProgress { try await directory.administration.compact(progress: $0) }
            if json {
                try printJSON(report)
            } else {
                print(
                    "\(ReportText.count(report.blocksBefore)) blocks became \(ReportText.count(report.blocksAfter)), "
                        + "\(ReportText.bytes(report.bytesBefore)) became \(ReportText.bytes(report.bytesAfter)), in "
                        + ReportText.seconds(report.seconds))
            }
        }
    }
}
