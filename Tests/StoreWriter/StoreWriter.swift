import Glibc
import MonitoringModel
import Synchronization
import TimeSeriesStore

/// Writes without end into the data directory it is given, and prints a number when its samples are acknowledged, until it is
/// killed. The durability tests start it.
///
/// Number n is the value of ten series, `written{part="0"…"9"}`, at n seconds after the epoch. A second start goes on from what
/// the store holds.
@main
struct StoreWriter {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: StoreWriter DIRECTORY")
            exit(2)
        }
        let clock = SteppedClock()
        var options = SampleStore.Options()
        // A short head, so that a few hundred numbers go through every stage: queue, head, file.
        options.headWindow = .seconds(60)
        options.onCommit = { summary in
            guard summary.sampleCount > 0 else { return }
            // One write, no buffer: whatever was printed is with the reader when the signal comes.
            let line = Array("\(summary.lastTime.milliseconds / 1000)\n".utf8)
            _ = write(1, line, line.count)
        }
        let store = try SampleStore(directory: CommandLine.arguments[1], options: options, clock: clock)
        let series = store.seriesIDs(
            for: (0..<10).map { LabelSet(metric: "written", [Label("part", "\($0)")]) })
        let newest = try await store.latest(
            [LabelMatcher(Label.metricName, .equal, "written")], at: Timestamp(milliseconds: 1 << 50),
            lookback: .milliseconds(1 << 51))
        var number = Int64(newest.map(\.sample.value).max() ?? 0)
        while true {
            // Several batches a commit, of several times.
            for _ in 0...Int(number % 3) {
                number += 1
                store.append(
                    SampleBatch(
                        timestamp: Timestamp(milliseconds: number * 1000), values: series.map { ($0, Double(number)) }))
            }
            clock.seconds.store(number, ordering: .relaxed)
            try await store.flush()
            if number % 20 == 0 { await store.maintain() }
        }
    }
}

/// Tells the time the writer has reached.
private final class SteppedClock: WallClock {
    let seconds = Atomic<Int64>(0)

    var now: Timestamp { Timestamp(milliseconds: seconds.load(ordering: .relaxed) * 1000) }
}
