import CapacityPlanning
import Foundation
import HTTPAPI
import HaidangConfiguration
import Inventory
import Logging
import MonitoringModel
import Synchronization

/// Makes forecasts, one run at a time, and holds the last outlook.
final class CapacityDesk: CapacityView, Sendable {
    /// What of the configuration forecasts depend on.
    struct Settings: Sendable {
        var timeZone: TimeZone
        var orderLeadTime: Duration
        /// By the id of the resource.
        var fullAt: [String: Double]

        init(_ configuration: Configuration) {
            timeZone = TimeZone(identifier: configuration.service.timeZone) ?? TimeZone(secondsFromGMT: 0) ?? .current
            orderLeadTime = configuration.service.orderLeadTime
            fullAt = Dictionary(
                configuration.inventory.pools.map { ($0.id, $0.fullAt) }, uniquingKeysWith: { first, _ in first })
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
        var runs = 0
        var failures = 0
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
    var outlook: CapacityOutlook? { state.withLock { $0.outlook } }

    // MARK: Runs

    func run(progress: @escaping CareProgress.Handler) async throws -> CapacityRunReport {
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
            ) { step in
                let share = step.total > 0 ? Double(step.done) / Double(step.total) : 1
                progress(CareProgress(Self.words(for: step), share: share))
            }
            appender.describe(ForecastSeries.metadata + DailyFigure.all.map(\.metadata))
            let duration = ContinuousClock.now - began
            let abstained = outlook.resources.count { $0.forecast.abstention != nil }
            hold(outlook)
            state.withLock { state in
                state.figures.runs += 1
                state.figures.duration = duration
                state.figures.lastSuccess = now
            }
            append(at: clock.now)
            return CapacityRunReport(
                resources: outlook.resources.count, abstained: abstained, seconds: duration.inSeconds)
        } catch {
            let isCancelled = error is CancellationError || (error as? QueryError)?.code == .canceled
            if !isCancelled { state.withLock { $0.figures.failures += 1 } }
            throw isCancelled ? CancellationError() : error
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

    private static func words(for step: PlanningProgress) -> String {
        switch step.step {
        case .reading: "reading daily figures"
        case .forecasting: "forecasting \(step.done) of \(step.total)"
        case .keeping: "keeping forecasts"
        }
    }

    // MARK: Series

    /// Writes the outlook's series at a time; nothing before the first outlook.
    func append(at time: Timestamp) {
        guard let samples = state.withLock({ $0.samples }) else { return }
        appender.append(samples.batch(at: time))
    }
}
