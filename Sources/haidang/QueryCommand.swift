import AnswerDisplay
import AnswerFormat
import ArgumentParser
import Foundation
import Glibc
import HaidangService
import MonitoringModel
import PromQLSyntax

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Asks a PromQL question, of a server or of a data directory.",
        discussion: """
            For one time, now unless --time says another, or for each step of a range, when --last, --start or --end is given: \
            then at about 100 round times unless --step says how far they are apart. Times are RFC 3339, Unix seconds, now, or now-1h.

            Asks http://127.0.0.1:8470 unless --server or --data says where; any server with the Prometheus HTTP API can be \
            asked. The token of a server that wants one is taken from HAIDANG_TOKEN.

            On a terminal one time is a table and a range a chart; elsewhere a table and CSV. NO_COLOR turns colours off. Warnings go \
            to standard error. An expression that begins with - stands behind --. Exit status: 0 with an answer, even one without \
            series, 1 an error, 64 wrong usage.
            """)

    @Argument(help: "A PromQL expression.")
    var expression: String

    @Option(help: "The time to evaluate at; default: now.")
    var time: String?

    @Option(help: "First time of a range; default: an hour before the end.")
    var start: String?

    @Option(help: "Last time of a range; default: now.")
    var end: String?

    @Option(help: "How long a range is, such as 6h, instead of --start.")
    var last: String?

    @Option(help: "Between two times of a range, such as 5m; they are counted from its start then.")
    var step: String?

    @Option(help: "URL of the server.")
    var server: String?

    @Option(help: "Data directory of the service, running or not.")
    var data: String?

    @Option(help: "table, csv, json (as the HTTP API has it) or chart.")
    var format: Format?

    @Flag(help: "Print JSON.")
    var json = false

    @Option(
        help: "How long the answer may take.",
        transform: { text in
            guard let span = SpanText.span(text) else {
                throw ValidationError("expected seconds or a duration such as 30s, found \"\(text)\"")
            }
            return span
        })
    var timeout = Duration.seconds(120)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, csv, json, chart
    }

    private static let usualServer = "http://127.0.0.1:8470"

    private var moment: MomentOptions { MomentOptions(time: time, start: start, end: end, last: last, step: step) }

    func validate() throws {
        guard server == nil || data == nil else {
            throw ValidationError("name either a --server or a --data directory")
        }
        guard !json || format == nil || format == .json else {
            throw ValidationError("--json and --format \(format?.rawValue ?? "") exclude each other")
        }
        guard format != .chart || moment.isRange else {
            throw ValidationError("--format chart draws a range: give --last, --start or --end")
        }
        do {
            _ = try moment.moment(now: SystemClock().now)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        try await runReporting {
            let moment = try moment.moment(now: SystemClock().now)
            let reply: QueryClient.Reply
            do {
                reply = try await QueryClient(place).ask(QueryQuestion(expression, times(of: moment), timeout: timeout))
            } catch let error as QueryError {
                tell("haidang: \(error.message)")
                throw ExitCode(1)
            }
            for note in reply.answer.warnings + reply.answer.infos { tell(note) }
            if reply.leftOut > 0 {
                printToStandardError("haidang: \(reply.leftOut) series of native histograms are left out")
            }
            if reply.answer.isEmpty { printToStandardError("haidang: no series") }
            try await show(reply, moment)
        }
    }

    private var place: QueryClient.Place {
        if let data { return .dataDirectory(absolutePath(data)) }
        let token = ProcessInfo.processInfo.environment[QueryClient.tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
        return .server(url: server ?? Self.usualServer, token: token)
    }

    private func times(of moment: QueryMoment) -> QueryQuestion.Times {
        switch moment {
        case .instant(let time): .instant(time)
        case .range(let window): .range(from: window.start, through: window.end, step: window.step)
        }
    }

    /// Prints a message about the expression, with the place it names.
    private func tell(_ message: String) {
        printToStandardError(TerminalText.safe(message))
        let width = Terminal.size(of: STDERR_FILENO)?.columns ?? 100
        for line in ExpressionMark.lines(for: message, in: expression, width: width) { printToStandardError(line) }
    }

    // MARK: Printing

    private func show(_ reply: QueryClient.Reply, _ moment: QueryMoment) async throws {
        let output = try OutputFile(nil)
        let terminal = Terminal.size(of: STDOUT_FILENO)
        switch json ? .json : format ?? usualFormat(moment, onTerminal: terminal != nil) {
        case .json:
            if let body = reply.body {
                try await output.write(terminal == nil ? body : TerminalText.safeLines(body))
            } else {
                try await write(JSONAnswerWriter(reply.answer), to: output, onTerminal: terminal != nil)
            }
            try await output.write([UInt8(ascii: "\n")])
        case .csv:
            try await write(CSVAnswerWriter(reply.answer), to: output, onTerminal: terminal != nil)
        case .table:
            let table = AnswerTable(reply.answer.value, unit: unit, zone: .here, width: terminal?.columns)
            try await write(table.lines, to: output)
        case .chart:
            guard case .range(let window) = moment, case .matrix(let series) = reply.answer.value else {
                return try await write(AnswerTable(reply.answer.value, unit: unit, zone: .here).lines, to: output)
            }
            let chart = AnswerChart(series, unit: unit, window: window, style: Self.style(on: terminal))
            try await write(chart.lines, to: output)
        }
    }

    private func usualFormat(_ moment: QueryMoment, onTerminal: Bool) -> Format {
        switch moment {
        case .instant: .table
        case .range: onTerminal ? .chart : .csv
        }
    }

    /// What the expression counts, where it is one that is understood here.
    private var unit: ValueUnit { (try? PromQLParser.parse(expression)).map { ValueUnit(of: $0) } ?? .number }

    private static func style(on terminal: Terminal.Size?) -> AnswerChart.Style {
        var style = AnswerChart.Style()
        style.zone = .here
        if let terminal {
            style.width = terminal.columns
            // Axis, title and legend take about ten rows.
            style.rows = min(max(terminal.rows - 10, 6), style.rows)
            style.hasColours = Terminal.takesColours
        }
        return style
    }

    private func write(_ lines: [String], to output: OutputFile) async throws {
        try await output.write(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// - Parameter onTerminal: what a terminal would take for commands is escaped then.
    private func write(_ answer: some AnswerWriter, to output: OutputFile, onTerminal: Bool) async throws {
        var writer = answer
        if onTerminal { return try await output.write(TerminalText.safeLines(writer.remainingBytes())) }
        var chunk: [UInt8] = []
        while writer.next(into: &chunk) { try await output.write(chunk) }
    }
}

extension QueryAnswer {
    /// Whether it is about series and there are none.
    fileprivate var isEmpty: Bool {
        switch value {
        case .scalar, .string: false
        case .vector(let elements): elements.isEmpty
        case .matrix(let series): series.allSatisfy(\.samples.isEmpty)
        }
    }
}

extension ClockZone {
    /// As clocks of this machine, or TZ, have it.
    static var here: ClockZone {
        let zone = TimeZone.current
        return ClockZone { zone.secondsFromGMT(for: Date(timeIntervalSince1970: $0.seconds)) }
    }
}

/// The terminal that the command may stand on.
enum Terminal {
    struct Size {
        var columns: Int
        var rows: Int
    }

    /// - Returns: nil when the descriptor is no terminal; 80 × 24 when the terminal does not tell.
    static func size(of descriptor: Int32) -> Size? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return Size(columns: 80, rows: 24)
        }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Unless NO_COLOR (https://no-color.org) or the terminal's kind speaks against it.
    static var takesColours: Bool {
        let environment = ProcessInfo.processInfo.environment
        return (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
