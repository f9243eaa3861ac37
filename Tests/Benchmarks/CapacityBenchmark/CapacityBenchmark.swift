import CapacityPlanning
import Foundation
import Glibc
import Inventory
import MonitoringModel
import PromQLEngine
import StateStore
import Synchronization
import TestSupport
import TimeSeriesStore

/// Forecasts many resources from two years of kept days in a real store, keeps the forecasts in a real ledger, and
/// tells what that took: `CapacityBenchmark [resources] [days] [seconds between polls of the last day]`. The same of loads
/// with eight weeks of kept hours: `CapacityBenchmark loads [loads] [seconds between polls of the last day]`.
@main
struct CapacityBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        if CommandLine.arguments.dropFirst().first == "loads" {
            try await forecastLoads(arguments.first ?? 1_000, interval: arguments.dropFirst().first ?? 60)
            return
        }
        let resources = arguments.first ?? 10_000
        let days = arguments.dropFirst().first ?? 730
        let interval = arguments.dropFirst(2).first ?? 900
        let directory = try TemporaryDirectory()
        let local = TimeGrid.days(secondsEast: 7 * 3600)
        let today = 20_500
        let clock = ManualClock(local.start(of: today) + .seconds(1200))
        var options = SampleStore.Options()
        options.rawRetention = .seconds(3_000 * 86_400)
        let store = try SampleStore(directory: directory.path, options: options, clock: clock)
        let state = try StateDatabase(directory: directory.path)
        let filling = Usage.now
        try await fill(store, resources: resources, days: days, interval: interval, today: today, local: local)
        tell("filled", since: filling)

        let evaluator = PromQLEvaluator(source: store)
        let planner = CapacityPlanner(
            recorder: FigureRecorder(evaluator: evaluator, appender: store), ledger: state,
            forecaster: FillDateForecasting(),
            options: CapacityPlanner.Options(workers: ProcessInfo.processInfo.activeProcessorCount))
        for run in ["nightly run", "second run of the day"] {
            let began = Usage.now
            let steps = StepTimes(began)
            let outlook = try await planner.run(at: clock.now, days: local, fullAt: [:]) { steps.note($0) }
            tell("\(run): \(outlook.resources.count) resources", since: began)
            for line in steps.lines { print(line) }
        }
        if let outlook = try await planner.restored(days: local) {
            let began = Usage.now
            store.append(ForecastSamples(outlook, in: store).batch(at: clock.now))
            tell("series of a minute", since: began)
        }
        try await store.close()
        try state.close()
    }

    private static func fill(
        _ store: SampleStore, resources: Int, days: Int, interval: Int, today: Int, local: TimeGrid
    ) async throws {
        var random = SeededGenerator(seed: 20_261)
        var used: [Double] = []
        var growth: [Double] = []
        for _ in 0..<resources {
            used.append(1e12 * Double.random(in: 1...20, using: &random))
            growth.append(1e9 * Double.random(in: -2...20, using: &random))
        }
        func series(_ name: String) -> [SeriesID] {
            store.seriesIDs(
                for: (0..<resources).map {
                    LabelSet(
                        metric: name,
                        [
                            Label("resource", "pool-\($0)"), Label("kind", "storage"), Label("job", "snmp"),
                            Label("instance", "array-\($0 / 20)"), Label("site", "site-\($0 % 100)"),
                        ])
                })
        }
        let kept = DailyFigure(.used, .bytes)
        let keptSize = DailyFigure(.size, .bytes)
        let ids = (
            series(kept.keptName), series(keptSize.keptName), series(kept.polledName), series(keptSize.polledName)
        )
        // The newest day is left to the run.
        for day in (today - days)..<(today - 1) {
            for index in 0..<resources { used[index] += growth[index] * Double.random(in: 0...2, using: &random) }
            let time = local.end(of: day)
            store.append(SampleBatch(timestamp: time, values: zip(ids.0, used).map { ($0, $1) }))
            store.append(SampleBatch(timestamp: time, values: ids.1.map { ($0, 4e13) }))
            if day % 50 == 0 { try await store.flush() }
        }
        var time = local.start(of: today - 1) + .seconds(interval)
        while time <= local.start(of: today) + .seconds(1200) {
            store.append(SampleBatch(timestamp: time, values: zip(ids.2, used).map { ($0, $1) }))
            store.append(SampleBatch(timestamp: time, values: ids.3.map { ($0, 4e13) }))
            time = time + .seconds(interval)
        }
        try await store.flush()
    }

    // MARK: Loads

    private static func forecastLoads(_ loads: Int, interval: Int) async throws {
        let directory = try TemporaryDirectory()
        let today = TimeGrid.hours.index(of: TimeGrid.days().start(of: 20_500))
        let clock = ManualClock(TimeGrid.hours.start(of: today) + .seconds(1200))
        let store = try SampleStore(directory: directory.path, clock: clock)
        let filling = Usage.now
        try await fillHours(store, loads: loads, interval: interval, until: today)
        tell("filled", since: filling)
        let planner = LoadPlanner(
            recorder: FigureRecorder(evaluator: PromQLEvaluator(source: store), appender: store),
            workers: ProcessInfo.processInfo.activeProcessorCount)
        let began = Usage.now
        let steps = StepTimes(began)
        let outlook = try await planner.run(at: clock.now, linkSpeeds: [:]) { steps.note($0) }
        tell("nightly run: \(outlook.loads.count) loads", since: began)
        for line in steps.lines { print(line) }
        let appending = Usage.now
        store.append(LoadSamples(outlook, in: store).batch(at: clock.now))
        tell("series of a minute", since: appending)
        try await store.close()
    }

    private static func fillHours(_ store: SampleStore, loads: Int, interval: Int, until now: Int) async throws {
        var random = SeededGenerator(seed: 20_261)
        func series(_ name: String) -> [SeriesID] {
            store.seriesIDs(
                for: (0..<loads).map {
                    LabelSet(
                        metric: name,
                        [Label("job", "snmp"), Label("instance", "host-\($0)"), Label("site", "site-\($0 % 100)")])
                })
        }
        func load(_ hour: Int, _ index: Int) -> Double {
            let isDay = (index % 8..<(index % 8 + 10)).contains(hour % 24) && hour / 24 % 7 < 5
            return (isDay ? 0.6 : 0.1) + Double.random(in: 0...0.2, using: &random)
        }
        let kept = series(LoadFigure.processor.keptName)
        let polled = series(LoadFigure.processor.polledName)
        for hour in (now - 1_344)..<(now - 24) {
            let time = TimeGrid.hours.end(of: hour)
            store.append(SampleBatch(timestamp: time, values: kept.enumerated().map { ($1, load(hour, $0)) }))
            if hour % 100 == 0 { try await store.flush() }
        }
        for hour in (now - 24)..<now {
            for second in stride(from: interval, through: 3_600, by: interval) {
                let time = TimeGrid.hours.start(of: hour) + .seconds(second)
                store.append(SampleBatch(timestamp: time, values: polled.enumerated().map { ($1, load(hour, $0)) }))
            }
            try await store.flush()
        }
    }

    private static func tell(_ what: String, since began: Usage) {
        let now = Usage.now
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        print(
            String(
                format: "%@: %.2f s CPU, %.2f s, peak %d MiB", what, now.cpu - began.cpu, now.wall - began.wall,
                usage.ru_maxrss / 1024))
    }
}

private struct Usage: Sendable {
    var cpu: Double
    var wall: Double

    static var now: Usage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        func seconds(_ value: timeval) -> Double { Double(value.tv_sec) + Double(value.tv_usec) * 1e-6 }
        return Usage(
            cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            wall: Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
    }
}

/// CPU time by step of a run.
private final class StepTimes: Sendable {
    private struct State {
        var last: Usage
        var spent: [(step: PlanningProgress.Step, cpu: Double)] = []
    }

    private let state: Mutex<State>

    init(_ began: Usage) { state = Mutex(State(last: began)) }

    func note(_ progress: PlanningProgress) {
        state.withLock { state in
            let now = Usage.now
            if state.spent.last?.step != progress.step { state.spent.append((progress.step, 0)) }
            state.spent[state.spent.count - 1].cpu += now.cpu - state.last.cpu
            state.last = now
        }
    }

    var lines: [String] {
        state.withLock { state in state.spent.map { String(format: "  %@: %.2f s CPU", $0.step.rawValue, $0.cpu) } }
    }
}
