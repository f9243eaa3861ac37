import CapacityPlanning
import Foundation
import MonitoringModel
import Synchronization

/// Forecasts loads, and holds the last outlook of them. One run at a time is its owner's affair.
final class LoadDesk: Sendable {
    private struct State {
        var outlook: LoadOutlook?
        var samples: LoadSamples?
    }

    private let planner: LoadPlanner
    private let appender: any SampleAppender
    private let state = Mutex(State())

    init(evaluator: any QueryEvaluator, appender: any SampleAppender) {
        self.appender = appender
        planner = LoadPlanner(
            recorder: FigureRecorder(evaluator: evaluator, appender: appender),
            workers: ProcessInfo.processInfo.activeProcessorCount)
    }

    var outlook: LoadOutlook? { state.withLock { $0.outlook } }

    func run(
        at now: Timestamp, linkSpeeds: [String: Double],
        progress: @escaping @Sendable (PlanningProgress) -> Void
    ) async throws -> LoadOutlook {
        let made = try await planner.run(at: now, linkSpeeds: linkSpeeds, progress: progress)
        appender.describe(
            LoadSamples.metadata + LoadFigure.allCases.flatMap { [$0.metadata, HeldFigure($0).metadata] })
        let samples = LoadSamples(made, in: appender)
        state.withLock { $0 = State(outlook: made, samples: samples) }
        return made
    }

    /// Writes the outlook's series at a time; nothing before the first outlook.
    func append(at time: Timestamp) {
        guard let samples = state.withLock({ $0.samples }) else { return }
        appender.append(samples.batch(at: time))
    }
}
