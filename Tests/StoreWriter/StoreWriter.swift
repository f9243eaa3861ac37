import Glibc
import MonitoringModel
import Synchronization
import TimeSeriesStore

/// Writes into the data directory it is given and prints a number when its samples are acknowledged, until it is killed. The
/// durability tests and the harnesses in `Tests/Safety` start it.
///
/// Number n is the value of ten series, `written{part="0"…"9"}`, at n seconds after the epoch. A second start goes on from what
/// the store holds. A commit that fails is told on standard error and tried again. Exit status 1: the store cannot be opened,
/// read or closed, and standard error says why.
@main
struct StoreWriter {
    static let usage = """
        usage: StoreWriter DIRECTORY [--numbers N] [--synchronous normal] [--early]
          --numbers N            ends after N numbers and closes the store; without it, writes without end
          --synchronous normal   commits may be lost by a power cut (a fault the harnesses have to find)
          --early                prints numbers before their commit (another such fault)

        """

    static func main() async {
        guard let arguments = Arguments(CommandLine.arguments.dropFirst()) else {
            put(usage, on: 2)
            exit(2)
        }
        do {
            try await write(arguments)
        } catch {
            put("StoreWriter: \(error)\n", on: 2)
            exit(1)
        }
    }

    private static func write(_ arguments: Arguments) async throws {
        let clock = SteppedClock()
        var options = SampleStore.Options()
        // A short wait, so that a few hundred numbers go through every stage: batches, blocks, merged blocks.
        options.longestWait = .seconds(60)
        let store = try SampleStore(directory: arguments.directory, options: options, clock: clock)
        if arguments.isRelaxed { try await store.relaxDurabilityForTesting() }
        let series = store.seriesIDs(
            for: (0..<10).map { LabelSet(metric: "written", [Label("part", "\($0)")]) })
        let newest = try await store.latest(
            [LabelMatcher(Label.metricName, .equal, "written")], at: Timestamp(milliseconds: 1 << 50),
            lookback: .milliseconds(1 << 51))
        var number = Int64(newest.map(\.sample.value).max() ?? 0)
        let end = arguments.numbers.map { number + $0 } ?? .max
        while number < end {
            // Several batches a commit, of several times.
            for _ in 0...Int(number % 3) {
                number += 1
                clock.seconds.store(number, ordering: .relaxed)
                store.append(
                    SampleBatch(
                        timestamp: Timestamp(milliseconds: number * 1000), values: series.map { ($0, Double(number)) }))
            }
            if arguments.isEarly { put("\(number)\n", on: 1) }
            do {
                try await store.flush()
                if !arguments.isEarly { put("\(number)\n", on: 1) }
            } catch {
                // The store keeps the samples; the next commit has them.
                put("commit failed: \(error)\n", on: 2)
                try await Task.sleep(for: .milliseconds(1))
            }
            if number % 20 == 0 { await store.maintain() }
        }
        try await store.close()
    }

    /// One write, no buffer: whatever was printed is with the reader when the signal comes.
    private static func put(_ text: String, on descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}

private struct Arguments {
    var directory = ""
    /// How many numbers to write; nil: without end.
    var numbers: Int64?
    var isRelaxed = false
    var isEarly = false

    /// Nil when they are not as in the usage.
    init?(_ words: ArraySlice<String>) {
        var words = words
        while let word = words.popFirst() {
            switch word {
            case "--numbers":
                guard let count = words.popFirst().flatMap({ Int64($0) }), count > 0 else { return nil }
                numbers = count
            case "--synchronous":
                guard let mode = words.popFirst(), mode == "full" || mode == "normal" else { return nil }
                isRelaxed = mode == "normal"
            case "--early":
                isEarly = true
            default:
                guard directory.isEmpty, !word.isEmpty, !word.hasPrefix("-") else { return nil }
                directory = word
            }
        }
        if directory.isEmpty { return nil }
    }
}

/// Tells the time the writer has reached.
private final class SteppedClock: WallClock {
    let seconds = Atomic<Int64>(0)

    var now: Timestamp { Timestamp(milliseconds: seconds.load(ordering: .relaxed) * 1000) }
}
