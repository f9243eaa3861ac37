import CapacityPlanning
import HTTPAPI
import Logging
import MonitoringModel
import ServiceLifecycle

/// Forecasts when the service starts and each night, and keeps the forecasts' series going between.
struct CapacityService: Service {
    let desk: CapacityDesk
    let running: RunningService

    /// After midnight by local clocks, so that the last polls of the day are there and other nightly work has gone
    /// ahead.
    private static let nightlyDelay = Duration.seconds(20 * 60)
    private static let pauseAfterFailure = Duration.seconds(600)
    private static let sampleInterval = Duration.seconds(60)
    /// How often the clock is looked at while nothing is due.
    private static let look = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled, running.readiness().contains(where: { $0.name == "history" && !$0.isReady }) {
                try? await Task.sleep(for: .milliseconds(200))
            }
            await desk.restore()
            await withDiscardingTaskGroup { group in
                group.addTask { await appendSamples() }
                group.addTask(priority: .utility) { await forecast() }
            }
        }
    }

    private func appendSamples() async {
        var next = running.clock.now
        while !Task.isCancelled {
            let now = running.clock.now
            // The clock was put back.
            next = min(next, now + Self.sampleInterval)
            if now >= next {
                desk.append(at: now)
                next = now + Self.sampleInterval
            }
            try? await Task.sleep(for: Self.look)
        }
    }

    private func forecast() async {
        var due = running.clock.now
        while !Task.isCancelled {
            let now = running.clock.now
            // The clock was put back.
            due = min(due, now + .seconds(86_400 + 3_600))
            // A run that was asked for is waited for.
            guard now >= due, !desk.isRunning else {
                try? await Task.sleep(for: Self.look)
                continue
            }
            do {
                let report = try await desk.run(progress: { _ in })
                running.logger.info(
                    "forecasts: \(report.resources) resources, \(report.abstained) without a date, \(report.loads) loads, \(report.seconds) s"
                )
                if let problem = report.loadProblem {
                    running.logger.error("loads could not be forecast, trying again next night: \(problem)")
                }
                let now = running.clock.now
                due = desk.settings.days(at: now).next(after: now, delay: Self.nightlyDelay)
            } catch is CancellationError {
                return
            } catch {
                running.logger.error("no forecast could be made, trying again in ten minutes: \(error)")
                due = running.clock.now + Self.pauseAfterFailure
            }
        }
    }
}

/// The forecasts' figures as metric families.
enum ForecastMetrics {
    static func add(_ figures: CapacityDesk.Figures, to list: inout FamilyList) {
        list.gauge("haidang_forecast_resources", "Resources of the last forecast.", Double(figures.resources))
        list.gauge(
            "haidang_forecast_resources_abstained", "Resources of the last forecast without a date.",
            Double(figures.abstained))
        list.gauge("haidang_forecast_loads", "Loads of the last forecast.", Double(figures.loads))
        list.gauge(
            "haidang_forecast_duration_seconds", "Time the last run took, reading and writing included.",
            figures.duration.inSeconds)
        list.gauge(
            "haidang_forecast_last_success_timestamp_seconds",
            "When the last run of this process that succeeded began, Unix time; 0: none did.",
            figures.lastSuccess?.seconds ?? 0)
        list.counter("haidang_forecast_runs_total", "Runs that succeeded.", Double(figures.runs))
        list.counter("haidang_forecast_failures_total", "Runs that failed.", Double(figures.failures))
        list.counter(
            "haidang_forecast_load_failures_total", "Runs that forecast resources and no loads.",
            Double(figures.loadFailures))
    }
}
