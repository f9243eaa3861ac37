import ArgumentParser
import Foundation
import MonitoringModel
import Synchronization
import TimeSeriesStore

/// Measures the store on a data set of `tsgen --format bin`, and prints one JSON line.
///
/// Times are CPU time (user and system) of the whole process. The clock follows the samples, and the service's own background
/// work runs once in each round, which is a minute; nothing is settled by hand.
@main
struct StoreBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads a set of tsgen --format bin on standard input, stores it, reads it back, and prints the cost.")

    @Option(help: "Directory for the data; a temporary one by default, removed at the end.")
    var directory: String?

    @Flag(help: "Commit once in each second of the samples' time, as the service does, and not once a round.")
    var everySecond = false

    @Flag(help: "Read nothing back.")
    var noReads = false

    @Flag(help: "Also print how long a year's chart takes and what merging, rollups and retention cost.")
    var chart = false

    @Flag(help: "After storing, end without closing: with --directory, --restart measures the start.")
    var kill = false

    @Flag(help: "Store nothing: open --directory and print how long it takes to be ready.")
    var restart = false

    @Option(help: "Days that raw samples are kept.")
    var rawDays = 400

    func run() async throws {
        SampleStore.keepFreedMemory()
        let path = directory ?? NSTemporaryDirectory() + "store-benchmark-\(ProcessInfo.processInfo.processIdentifier)"
        defer { if directory == nil { try? FileManager.default.removeItem(atPath: path) } }
        var report = Report()
        if restart {
            try await measureRestart(path, &report)
        } else {
            let clock = SettableClock()
            var options = SampleStore.Options()
            options.rawRetention = .seconds(rawDays * 86_400)
            try await measureIngest(path, options, clock, &report)
            if !noReads, !kill { try await measureReads(path, options, clock, &report) }
        }
        print(report.json)
        if kill {
            fflush(nil)
            _exit(0)
        }
    }

    // MARK: Ingest

    private func measureIngest(
        _ path: String, _ options: SampleStore.Options, _ clock: SettableClock, _ report: inout Report
    ) async throws {
        var input = try SampleSetReader()
        let store = try SampleStore(directory: path, options: options, clock: clock)
        let before = residentBytes()
        let series = store.seriesIDs(for: input.takeSeries())
        report.add("index_bytes_per_series", Double(store.indexBytes) / Double(max(series.count, 1)), digits: 1)
        report.add("rss_per_new_series", Double(residentBytes() - before) / Double(max(series.count, 1)), digits: 1)
        let began = cpuSeconds()
        let writtenBefore = writtenBytes()
        var maintenance = 0.0
        var commits = 0
        while let round = input.nextRound(series: series, byTime: everySecond) {
            var second = Int64.min
            for batch in round {
                let own = batch.timestamp.milliseconds / 1000
                if everySecond, own != second, second != .min {
                    try await store.flush()
                    commits += 1
                }
                second = own
                clock.advance(to: batch.timestamp)
                store.append(batch)
            }
            try await store.flush()
            commits += 1
            let start = cpuSeconds()
            await store.maintain()
            maintenance += cpuSeconds() - start
        }
        await store.maintain()
        let cpu = cpuSeconds() - began
        let statistics = store.statistics
        if let error = statistics.lastMaintenanceError { throw ValidationError("maintenance failed: \(error)") }
        report.add("samples", statistics.samplesCommitted)
        report.add("ingest_cpu_s", cpu, digits: 3)
        report.add("samples_per_cpu_s", Int(Double(statistics.samplesCommitted) / cpu))
        report.add("commits", commits)
        report.add("seal_and_maintenance_cpu_s", maintenance, digits: 3)
        report.add("merge_cpu_s", statistics.mergeTime.inSeconds, digits: 3)
        report.add("blocks", statistics.blocks)
        report.add("ingest_rss_bytes", residentBytes())
        if kill {
            report.add("peak_rss_bytes", peakResidentBytes())
            return
        }
        // Closing checkpoints.
        try await store.close()
        report.add("written_bytes", writtenBytes() - writtenBefore)
        report.add("file_bytes", try directoryBytes(path))
        report.add("free_bytes", try await freeBytes(path, options, clock))
        report.add("peak_rss_bytes", peakResidentBytes())
        let used = report.number("file_bytes") - report.number("free_bytes")
        report.add("bytes_per_sample", used / report.number("samples"), digits: 4)
        report.add("written_per_sample", report.number("written_bytes") / report.number("samples"), digits: 2)
    }

    private func freeBytes(_ path: String, _ options: SampleStore.Options, _ clock: SettableClock) async throws -> Int {
        let store = try SampleStore(directory: path, options: options, clock: clock)
        let free = try await store.freeBytes()
        try await store.close()
        return free
    }

    // MARK: Reads

    private func measureReads(
        _ path: String, _ options: SampleStore.Options, _ clock: SettableClock, _ report: inout Report
    ) async throws {
        let store = try SampleStore(directory: path, options: options, clock: clock)
        let now = clock.now
        let all = try await store.select([], from: now - .milliseconds(60_000), through: now)
        guard let first = all.first?.labels else { return }
        let one = first.labels.map { LabelMatcher($0.name, .equal, $0.value) }
        let octets = [LabelMatcher(Label.metricName, .equal, "ifHCInOctets")]
        let beginning = Timestamp(milliseconds: 0)
        var points = 0
        report.add(
            "read_one_ms",
            try await cpuMilliseconds {
                points = try await store.select(one, from: beginning, through: now)[0].samples.count
            })
        report.add("read_one_points", points)
        report.add(
            "read_1000_ms",
            try await cpuMilliseconds {
                points = try await store.select(octets, from: now - .seconds(86_400), through: now)
                    .reduce(0) { $0 + $1.samples.count }
            })
        report.add("read_1000_points", points)
        report.add(
            "last_all_ms",
            try await cpuMilliseconds {
                points = try await store.latest([], at: now, lookback: .seconds(300)).count
            })
        report.add("last_all_points", points)
        if chart {
            let year = Duration.seconds(365 * 86_400)
            let step = Duration.milliseconds(year.wholeMilliseconds / 1000)
            report.add(
                "chart_year_one_ms",
                try await cpuMilliseconds {
                    points = try await store.aggregates(one, from: now - year, through: now, step: step)
                        .reduce(0) { $0 + $1.aggregates.count }
                })
            report.add("chart_year_one_points", points)
            report.add(
                "chart_year_all_ms",
                try await cpuMilliseconds(repeats: 1) {
                    points = try await store.aggregates([], from: now - year, through: now, step: step)
                        .reduce(0) { $0 + $1.aggregates.count }
                })
            report.add("chart_year_all_points", points)
        }
        try await store.close()
    }

    /// The median CPU time of some runs after a first one that warms the caches.
    private func cpuMilliseconds(repeats: Int = 5, _ body: () async throws -> Void) async throws -> Double {
        try await body()
        var times: [Double] = []
        for _ in 0..<repeats {
            let began = cpuSeconds()
            try await body()
            times.append((cpuSeconds() - began) * 1000)
        }
        return times.sorted()[times.count / 2]
    }

    // MARK: Restart

    private func measureRestart(_ path: String, _ report: inout Report) async throws {
        let began = ContinuousClock.now
        let cpu = cpuSeconds()
        let store = try SampleStore(directory: path, clock: SettableClock())
        report.add("ready_wall_s", (ContinuousClock.now - began).inSeconds, digits: 3)
        report.add("ready_cpu_s", cpuSeconds() - cpu, digits: 3)
        report.add("series", store.statistics.series)
        report.add("rss_bytes", residentBytes())
        let found = try await store.select(
            [LabelMatcher("device", .equal, "sw00000")], from: Timestamp(milliseconds: 0),
            through: Timestamp(milliseconds: 1 << 50))
        report.add("samples_of_first_device", found.reduce(0) { $0 + $1.samples.count })
        report.add("damaged_rows", store.statistics.damagedRows)
        try await store.close()
        report.add("peak_rss_bytes", peakResidentBytes())
    }
}

/// Tells the time of the newest sample.
private final class SettableClock: WallClock {
    private let milliseconds = Atomic<Int64>(0)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.load(ordering: .relaxed)) }

    func advance(to time: Timestamp) {
        if time > now { milliseconds.store(time.milliseconds, ordering: .relaxed) }
    }
}
