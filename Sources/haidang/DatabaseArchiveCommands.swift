import ArgumentParser
import ExpositionFormat
import HTTPAPI
import HaidangService
import MonitoringModel

extension ArchiveFormat: ExpressibleByArgument {}

struct DatabaseExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes series with their history as OpenMetrics, CSV or JSON lines.",
        discussion: """
            All of it is of one moment. openmetrics is what `promtool tsdb create-blocks-from openmetrics` takes; csv has the \
            columns time, metric, labels, value; jsonl is VictoriaMetrics' export format, brings back every label and value, and \
            alone has stale markers, as null: in openmetrics and csv they are left out. Exit status 1 when damage left \
            something out.
            """)

    @OptionGroup
    var directory: DataOptions

    @Option(help: "openmetrics, csv or jsonl; default: by the name of the output, else openmetrics.")
    var format: ArchiveFormat?

    @Option(help: "A series selector such as 'up{site=\"hq\"}'; may be repeated. Default: everything.")
    var match: [String] = []

    @Option(help: "First time: RFC 3339 or Unix seconds.", transform: time)
    var from: Timestamp?

    @Option(help: "Last time: RFC 3339 or Unix seconds.", transform: time)
    var to: Timestamp?

    @Option(help: "File to write; default: standard output.")
    var output: String?

    func run() async throws {
        let format = self.format ?? output.flatMap { ArchiveFormat(fileName: $0) } ?? .openMetrics
        var selection = ArchiveSelection(format: format)
        if let from { selection.from = from }
        if let to { selection.through = to }
        selection.selectors = try match.map { text in
            do {
                guard let matchers = try SeriesSelector.matchers(of: text) else {
                    throw ValidationError("--match '\(text)': expected a series selector without offset and @")
                }
                return matchers
            } catch let error as ValidationError {
                throw error
            } catch {
                throw ValidationError("--match '\(text)': \(error)")
            }
        }
        let chosen = selection
        try await runReporting {
            let file = try OutputFile(output)
            let report: ExportReport
            do {
                report = try await showingProgress { progress in
                    try await directory.administration.export(
                        chosen, selectors: match, progress: progress, to: { try await file.write($0) })
                }
                try await file.finish()
            } catch {
                file.abandon()
                throw error
            }
            if standardErrorIsTerminal || report.damagedRows > 0 {
                printToStandardError(
                    "\(ReportText.count(report.series)) series, \(ReportText.count(report.samples)) samples")
            }
            guard report.damagedRows == 0 else {
                try endWithProblem(
                    "\(report.damagedRows) damaged rows could not be read, what they hold is missing; haidang db verify names it"
                )
            }
        }
    }
}

struct DatabaseImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Takes in series with their history, of any age.",
        discussion: """
            Reads OpenMetrics with timestamps, or JSON lines as export and VictoriaMetrics write them. Samples of a time at which \
            their series has one already are left out, so a file may be taken in twice; samples more than 5 minutes ahead of the \
            clock are refused. A bad line ends the import: what stands before it is taken in, and a second run of the mended \
            file adds the rest.
            """)

    @OptionGroup
    var directory: DataOptions

    @Option(help: "openmetrics or jsonl; default: by the name of the file, else openmetrics.")
    var format: ArchiveFormat?

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "File, or - for standard input.")
    var file: String

    func run() async throws {
        let format = self.format ?? ArchiveFormat(fileName: file) ?? .openMetrics
        guard format != .csv else {
            throw ValidationError("expected openmetrics or jsonl, found csv, which is for export only")
        }
        try await runReporting {
            let input = try InputFile(file)
            let report = try await showingProgress { progress in
                try await directory.administration.load(format, progress: progress, from: { try await input.next() })
            }
            if json { try printJSON(report) } else { show(report) }
            if let failure = report.failure {
                try endWithProblem(
                    "\(file):\(failure); what stands before it was taken in: \(ReportText.count(report.taken)) new samples"
                )
            }
            if report.refusedSeries > 0 { throw ExitCode(1) }
        }
    }

    private func show(_ report: ImportReport) {
        print(
            "read \(ReportText.count(report.read)) samples in \(ReportText.seconds(report.seconds)): "
                + "\(ReportText.count(report.taken)) new, in \(ReportText.count(report.seriesCreated)) new and in known series; "
                + "\(ReportText.count(report.duplicates)) of times that were there already")
        if report.span != nil { print("times of what is new: \(ReportText.span(report.span))") }
        if report.inFuture > 0 {
            print("refused: \(ReportText.count(report.inFuture)) samples more than 5 minutes ahead of the clock")
        }
        if report.expired > 0 {
            print(
                "refused: \(ReportText.count(report.expired)) samples older than the service keeps them (retention in haidang.yml)"
            )
        }
        if report.refusedSeries > 0 {
            print(
                "refused: \(ReportText.count(report.refusedSeries)) samples, as the store holds as many series as it can"
            )
        }
    }
}

@Sendable private func time(_ text: String) throws -> Timestamp {
    guard let time = Timestamp(text: text) else {
        throw ValidationError("expected an RFC 3339 time or Unix seconds, found '\(text)'")
    }
    return time
}
