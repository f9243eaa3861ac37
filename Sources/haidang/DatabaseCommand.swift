import AnswerDisplay
import ArgumentParser
import Foundation
import HTTPAPI
import HaidangService
import MonitoringModel

/// `haidang db …`: care of the data directory.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Takes care of a data directory.",
        discussion: """
            All commands but restore work beside a running service, through its control socket, and without one. Exit status: \
            0 fine, 1 a problem was found, 64 wrong usage.
            """,
        subcommands: [
            DatabaseInfoCommand.self, DatabaseVerifyCommand.self, DatabaseBackupCommand.self,
            DatabaseRestoreCommand.self,
            DatabaseExportCommand.self, DatabaseImportCommand.self, DatabaseCompactCommand.self,
        ])
}

/// Where the data is.
struct DataOptions: ParsableArguments {
    @Option(help: "Data directory of the service, running or not.")
    var data: String

    var administration: DatabaseAdministration { DatabaseAdministration(dataDirectory: absolutePath(data)) }
}

/// A path that means the same to the service, whose working directory is another.
func absolutePath(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
}

/// Shows how far long work has come, on one line of standard error, when that is a terminal.
final class ProgressLine: Sendable {
    private let isShown = standardErrorIsTerminal

    func show(_ progress: CareProgress) {
        guard isShown else { return }
        let share = progress.share.map { " \(Int($0 * 100)) %" } ?? ""
        printToStandardError("\r\u{1b}[K\(progress.step)\(share)\u{1b}[1A")
    }

    /// Clears the line.
    func end() {
        if isShown { printToStandardError("\r\u{1b}[K\u{1b}[1A") }
    }
}

/// Runs long work with its progress shown.
func showingProgress<Value>(_ body: (@escaping @Sendable (CareProgress) -> Void) async throws -> Value) async throws
    -> Value
{
    let line = ProgressLine()
    defer { line.end() }
    return try await body { line.show($0) }
}

func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Texts of reports for people.
enum ReportText {
    /// Lines of a table whose columns are as wide as they need; numbers stand at the right.
    static func table(_ rows: [[String]]) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return cell.first?.isNumber == true ? padding + cell : cell + padding
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }

    /// A name in a table of many: one without end would push the others off the screen.
    static func name(_ name: String) -> String {
        name.count > 60 ? TerminalText.safe(String(name.prefix(59))) + "…" : TerminalText.safe(name)
    }

    static func bytes(_ bytes: Int) -> String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : String(format: value < 10 ? "%.1f %@" : "%.0f %@", value, units[unit])
    }

    static func count(_ count: Int) -> String {
        var digits = String(count)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return ([digits] + groups).joined(separator: ",")
    }

    static func seconds(_ seconds: Double) -> String { String(format: "%.1f s", seconds) }

    static func span(_ span: TimeSpan?) -> String {
        span.map { "\($0.first.timestamp.utcText) to \($0.last.timestamp.utcText)" } ?? ""
    }

    /// What is damaged and what it held, one thing a paragraph.
    static func findings(_ findings: [StoreFinding]) -> [String] {
        findings.flatMap { finding -> [String] in
            let place = finding.table == "file" ? "file" : "\(finding.table) \(finding.row)"
            var lines = ["\(place): \(finding.reason)"]
            if let time = finding.foundAt { lines.append("    found first at \(time.timestamp.utcText)") }
            if finding.span != nil { lines.append("    times: \(span(finding.span))") }
            for series in finding.series.prefix(10) { lines.append("    \(selector(series))") }
            if finding.series.count > 10 {
                lines.append("    and \(finding.series.count - 10) more series (--json lists all)")
            }
            return lines
        }
    }

    private static func selector(_ labels: [String: String]) -> String {
        let name = labels["__name__"] ?? ""
        let pairs = labels.filter { $0.key != "__name__" }.sorted { $0.key < $1.key }
        guard !pairs.isEmpty else { return name }
        return name + "{" + pairs.map { "\($0.key)=\($0.value.debugDescription)" }.joined(separator: ",") + "}"
    }
}
