import CapacityPlanning
import Foundation
import HTTPAPI
import HaidangConfiguration
import Inventory
import Logging
import MonitoringModel
import ServiceLifecycle
import Synchronization

/// Makes forecasts, one run at a time, and holds the last outlook.
final class CapacityDesk: CapacityView, Sendable {
    /// What of the configuration forecasts depend on.
    struct Settings: Sendable {
        var timeZone: TimeZone
        var orderLeadTime: Duration
        /// The share of the size at which declared pools count as full.
        var fullAt: [ResourceKey: Double]
        /// Bytes a second in each direction by the id of the link.
        var linkSpeeds: [String: Double]

        init(_ configuration: Configuration) {
            timeZone = TimeZone(identifier: configuration.service.timeZone) ?? TimeZone(secondsFromGMT: 0) ?? .current
            orderLeadTime = configuration.service.orderLeadTime
            let keys = ResourceKey.ofPools(in: configuration.inventory)
            fullAt = Dictionary(
                configuration.inventory.pools.compactMap { pool in keys[pool.id].map { ($0, pool.fullAt) } },
                uniquingKeysWith: { first, _ in first })
            linkSpeeds = Dictionary(
                configuration.inventory.links.map { ($0.id, $0.bitsPerSecond / 8) },
                uniquingKeysWith: { first, _ in first })
        }

        /// The days of the place as they are at a time.
        func days(at time: Timestamp) -> TimeGrid {
            TimeGrid.days(secondsEast: timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: time.seconds)))
        }
    }

    /// For metrics.
    struct Figures: Sendable {
        var resources = 0
        var abstained = 0
        var loads = 0
        var runs = 0
        var failures = 0
        var loadFailures = 0
        /// Of the last run that succeeded.
        var duration = Duration.zero
        /// Nil before the first.
        var lastSuccess: Timestamp?
    }

    private struct State {
        var settings: Settings
        var outlook: CapacityOutlook?
        var samples: ForecastSamples?
        var isRunning = false
        var figures = Figures()
    }

    private let evaluator: any QueryEvaluator
    private let appender: any SampleAppender
    private let loadDesk: LoadDesk
    private let ledger: any ForecastLedger
    private let clock: any WallClock
    private let logger: Logger
    private let state: Mutex<State>

    init(
        _ configuration: Configuration, evaluator: any QueryEvaluator, appender: any SampleAppender,
        ledger: any ForecastLedger, clock: any WallClock, logger: Logger
    ) {
        self.evaluator = evaluator
        self.appender = appender
        loadDesk = LoadDesk(evaluator: evaluator, appender: appender)
        self.ledger = ledger
        self.clock = clock
        self.logger = logger
        state = Mutex(State(settings: Settings(configuration)))
    }

    /// Holds from the next run on.
    func update(_ configuration: Configuration) {
        state.withLock { $0.settings = Settings(configuration) }
    }

    var settings: Settings { state.withLock { $0.settings } }
    var figures: Figures { state.withLock { $0.figures } }
    var isRunning: Bool { state.withLock { $0.isRunning } }
    var outlook: CapacityOutlook? { state.withLock { $0.outlook } }
    var loads: LoadOutlook? { loadDesk.outlook }

    // MARK: Runs

    /// A service that shuts down waits for no forecast.
    func run(progress: @escaping CareProgress.Handler) async throws -> CapacityRunReport {
        try await cancelWhenGracefulShutdown { try await self.forecast(progress: progress) }
    }

    private func forecast(progress: @escaping CareProgress.Handler) async throws -> CapacityRunReport {
        let began = ContinuousClock.now
        let settings = try state.withLock { state in
            guard !state.isRunning else {
                throw StoreCareError("a forecast is being made already; ask again when it is done")
            }
            state.isRunning = true
            return state.settings
        }
        defer { state.withLock { $0.isRunning = false } }
        do {
            let now = clock.now
            let outlook = try await planner(settings).run(
                at: now, days: settings.days(at: now), fullAt: settings.fullAt
            ) { progress(CareProgress($0, of: "resources")) }
            appender.describe(ForecastSeries.metadata + DailyFigure.all.map(\.metadata))
            hold(outlook)
            let (loads, problem) = try await forecastLoads(settings, progress: progress)
            append(at: clock.now)
            let duration = ContinuousClock.now - began
            state.withLock { state in
                state.figures.runs += 1
                state.figures.loads = loads
                state.figures.loadFailures += problem == nil ? 0 : 1
                state.figures.duration = duration
                state.figures.lastSuccess = now
            }
            return CapacityRunReport(
                resources: outlook.resources.count,
                abstained: outlook.resources.count { $0.forecast.abstention != nil }, loads: loads,
                loadProblem: problem, seconds: duration.inSeconds)
        } catch {
            let isCancelled = error is CancellationError || (error as? QueryError)?.code == .canceled
            if !isCancelled { state.withLock { $0.figures.failures += 1 } }
            throw isCancelled ? CancellationError() : error
        }
    }

    /// What is said of loads holds for a week, so that their failure waits for the next night and fails no fill dates.
    ///
    /// - Returns: how many were forecast, and why they were not.
    private func forecastLoads(
        _ settings: Settings, progress: @escaping CareProgress.Handler
    ) async throws(CancellationError) -> (count: Int, problem: String?) {
        do {
            let outlook = try await loadDesk.run(at: clock.now, linkSpeeds: settings.linkSpeeds) {
                progress(CareProgress($0, of: "loads"))
            }
            return (outlook.loads.count, nil)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            return (0, "\(error)")
        }
    }

    /// Takes up the outlook of the run before this process began, unless there is a newer one.
    func restore() async {
        let settings = settings
        do {
            let days = settings.days(at: clock.now)
            guard let restored = try await planner(settings).restored(days: days), outlook == nil else { return }
            hold(restored)
            append(at: clock.now)
        } catch {
            logger.error("the forecasts made before the start could not be read: \(error)")
        }
    }

    private func hold(_ outlook: CapacityOutlook) {
        let samples = ForecastSamples(outlook, in: appender)
        state.withLock { state in
            state.outlook = outlook
            state.samples = samples
            state.figures.resources = outlook.resources.count
            state.figures.abstained = outlook.resources.count { $0.forecast.abstention != nil }
        }
    }

    private func planner(_ settings: Settings) -> CapacityPlanner {
        var options = CapacityPlanner.Options(workers: ProcessInfo.processInfo.activeProcessorCount)
        options.orderLeadTime = settings.orderLeadTime
        return CapacityPlanner(
            recorder: FigureRecorder(evaluator: evaluator, appender: appender), ledger: ledger,
            forecaster: FillDateForecasting(), options: options)
    }

    // MARK: Series

    /// Writes the outlooks' series at a time; nothing before the first.
    func append(at time: Timestamp) {
        loadDesk.append(at: time)
        guard let samples = state.withLock({ $0.samples }) else { return }
        appender.append(samples.batch(at: time))
    }
}

extension CareProgress {
    fileprivate init(_ progress: PlanningProgress, of what: String) {
        let words =
            switch progress.step {
            case .reading: "reading figures of \(what)"
            case .forecasting: "forecasting \(progress.done) of \(progress.total) \(what)"
            case .keeping: "keeping forecasts"
            }
        self.init(words, share: progress.total > 0 ? Double(progress.done) / Double(progress.total) : 1)
    }
}
