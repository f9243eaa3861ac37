import GRDB
import Glibc
import MonitoringModel
import TimeSeriesStore

/// Opens the store of a data directory as a start of the service would, and checks that it holds what `StoreWriter` wrote there:
/// each of the ten series exactly the numbers 1…m at their times, for one m that is at least the last number acknowledged;
/// no damage counted; `PRAGMA integrity_check` content.
///
/// The harnesses in `Tests/Safety` start it. It closes the store, so the directory is not as before.
@main
struct StoreVerifier {
    static let usage = """
        usage: StoreVerifier DIRECTORY ACKNOWLEDGED
               StoreVerifier --many
          Prints m and exits with 0, or says what is wrong and exits with 1.
          --many reads lines "DIRECTORY ACKNOWLEDGED" and answers each with a line:
            whole M            as it has to be
            lost REASON        in order, but acknowledged numbers are missing at the end
            corrupt REASON     anything else

        """

    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        if words == ["--many"] {
            while let line = readLine() {
                guard let question = Question(line.split(separator: " ").map(String.init)[...]) else {
                    put("expected a line DIRECTORY ACKNOWLEDGED, found \(line)\n", on: 2)
                    exit(2)
                }
                put("\(await verdict(question))\n", on: 1)
            }
        } else if let question = Question(words) {
            let verdict = await verdict(question)
            guard case .whole(let newest) = verdict else {
                put("\(verdict)\n", on: 2)
                exit(1)
            }
            put("\(newest)\n", on: 1)
        } else {
            put(usage, on: 2)
            exit(2)
        }
    }

    private static func verdict(_ question: Question) async -> Verdict {
        do {
            let store = try SampleStore(
                directory: question.directory,
                clock: FixedClock(now: Timestamp(milliseconds: question.acknowledged * 1000)))
            let held = try await verdict(on: store, question)
            try await store.close()
            guard case .whole = held else { return held }
            return try integrity(question.directory) ?? held
        } catch {
            return .corrupt("\(error)")
        }
    }

    private static func verdict(on store: SampleStore, _ question: Question) async throws -> Verdict {
        let written = [LabelMatcher(Label.metricName, .equal, "written")]
        let all = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)
        let found = try await store.select(written, from: all.lowerBound, through: all.upperBound)
        let damaged = store.statistics.damagedRows
        guard damaged == 0 else { return .corrupt("\(damaged) damaged rows") }
        guard !found.isEmpty || question.acknowledged > 0 else { return .whole(0) }
        guard !found.isEmpty else { return .lost("expected \(question.acknowledged) or more, found no samples") }

        let expected = Set((0..<10).map { LabelSet(metric: "written", [Label("part", "\($0)")]) })
        guard found.count == 10, Set(found.map(\.labels)) == expected else {
            return .corrupt("expected ten series, found \(found.map { "\($0.labels)" }.sorted())")
        }
        let newest = Int64(found[0].samples.count)
        for series in found {
            for (index, sample) in series.samples.enumerated() {
                let number = Int64(index + 1)
                if sample.timestamp.milliseconds != number * 1000 || sample.value != Double(number) {
                    return .corrupt("\(series.labels): expected number \(number), found \(sample)")
                }
            }
            guard series.samples.count == Int(newest) else {
                return .corrupt("\(series.labels) ends at \(series.samples.count), \(found[0].labels) at \(newest)")
            }
        }
        // What the store keeps as the newest values has a way of its own through a restart.
        let latest = try await store.latest(
            written, at: Timestamp(milliseconds: 1 << 50), lookback: .milliseconds(1 << 51))
        guard latest.count == 10, latest.allSatisfy({ $0.sample.value == Double(newest) }) else {
            return .corrupt("expected \(newest) as the newest value of ten series, found \(latest.map(\.sample.value))")
        }
        guard newest >= question.acknowledged else {
            return .lost("expected \(question.acknowledged) or more, found \(newest)")
        }
        return .whole(newest)
    }

    /// Nil when SQLite finds its file in order.
    private static func integrity(_ directory: String) throws -> Verdict? {
        let file = try DatabaseQueue(path: directory + "/metrics.db")
        defer { try? file.close() }
        let report = try file.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        return report == ["ok"] ? nil : .corrupt("integrity_check: \(report.joined(separator: "; "))")
    }

    private static func put(_ text: String, on descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}

private struct Question {
    var directory: String
    /// The last number that was acknowledged; 0 when none was.
    var acknowledged: Int64

    /// Nil when the words are not a directory and a number.
    init?(_ words: ArraySlice<String>) {
        guard words.count == 2, let first = words.first, let acknowledged = words.last.flatMap({ Int64($0) }) else {
            return nil
        }
        directory = first
        self.acknowledged = acknowledged
    }
}

private enum Verdict: CustomStringConvertible {
    case whole(Int64)
    case lost(String)
    case corrupt(String)

    /// One line.
    var description: String {
        switch self {
        case .whole(let newest): "whole \(newest)"
        case .lost(let reason): "lost \(reason)"
        case .corrupt(let reason): "corrupt \(reason.split(separator: "\n").joined(separator: " "))"
        }
    }
}

private struct FixedClock: WallClock {
    let now: Timestamp
}
