import Forecasting
import Inventory
package import MonitoringModel

/// Forecasts all resources: keeps their daily figures, forecasts from them as past forecasts have taught, keeps the
/// forecasts and scores those whose date has come.
package struct CapacityPlanner: Sendable {
    package struct Options: Sendable {
        /// Days that a forecast looks back on, today's among them.
        package var historyDays = 731
        /// From an order to the day it helps.
        package var orderLeadTime = Duration.seconds(45 * 86_400)
        /// Forecasts that run at the same time.
        package var workers: Int
        /// Days for which forecasts are kept.
        package var keptDays = 730

        package init(workers: Int) {
            self.workers = max(1, workers)
        }
    }

    private let recorder: FigureRecorder
    private let ledger: any ForecastLedger
    private let forecaster: any ResourceForecasting
    private let options: Options

    package init(
        recorder: FigureRecorder, ledger: any ForecastLedger, forecaster: any ResourceForecasting, options: Options
    ) {
        self.recorder = recorder
        self.ledger = ledger
        self.forecaster = forecaster
        self.options = options
    }

    /// One run over everything.
    ///
    /// - Parameters:
    ///   - fullAt: the share of the size at which a resource counts as full; 1 where none is given.
    ///   - progress: called from any task, often.
    /// - Throws: `QueryError`, errors of the ledger and of the store, `CancellationError`. Days kept by then stay kept;
    ///   the ledger has all forecasts of the run or none.
    package func run(
        at now: Timestamp, days: TimeGrid, fullAt: [ResourceKey: Double],
        progress: @escaping @Sendable (PlanningProgress) -> Void = { _ in }
    ) async throws -> CapacityOutlook {
        let histories = try await readHistories(at: now, days: days, progress: progress)
        let today = days.index(of: now)
        let past = try await ForecastSettling(ledger: ledger).record(histories, through: today - 1)
        let fleet = past.fitted(FleetCalibration(), forecastsPerFill: ForecastSettling.forecastsPerFill)
        let calibration = ForecastCalibration(fleet, record: past)
        let made = try await forecasts(
            of: histories.filter { !$0.isGone }, fullAt: fullAt, calibration: fleet, progress: progress)
        progress(PlanningProgress(step: .keeping, done: 0, total: 1))
        try await ledger.keep(
            ForecastNight(
                madeAt: now, madeOn: today, calibration: calibration, entries: made.map { $0.entry.withoutDetails }))
        try await score(histories, through: today - 1)
        try await ledger.removeForecasts(before: today - options.keptDays)
        let records = try await Records(ledger.tallies())
        progress(PlanningProgress(step: .keeping, done: 1, total: 1))
        return CapacityOutlook(
            madeAt: now, madeOn: today, days: days,
            resources: made.map { outlook($0.entry, history: $0.past, records) }, record: records.all,
            calibration: calibration)
    }

    /// The outlook of the run before this process began; nil when there was none. It has no charts and explains
    /// nothing.
    package func restored(days: TimeGrid) async throws -> CapacityOutlook? {
        guard let night = try await ledger.newestNight() else { return nil }
        let records = try await Records(ledger.tallies())
        return CapacityOutlook(
            madeAt: night.madeAt, madeOn: night.madeOn, days: days,
            resources: night.entries.map { outlook($0, history: PastUse(), records) },
            record: records.all, calibration: night.calibration)
    }

    private func outlook(
        _ entry: LedgerEntry, history: PastUse, _ records: Records
    ) -> ResourceOutlook {
        ResourceOutlook(
            entry, history: history,
            orderLeadTime: options.orderLeadTime.inSeconds / 86_400,
            record: records.byResource[entry.key] ?? ForecastRecord())
    }

    // MARK: Reading

    private func readHistories(
        at now: Timestamp, days: TimeGrid, progress: @Sendable (PlanningProgress) -> Void
    ) async throws -> [ResourceHistory] {
        var histories: [ResourceHistory] = []
        var done = 0
        let total = 2 * ResourceUnit.allCases.count
        func table(_ amount: DailyFigure.Amount, _ unit: ResourceUnit) async throws -> FigureTable<ResourceKey> {
            let table = try await recorder.table(
                of: DailyFigure(amount, unit), at: now, grid: days, count: options.historyDays)
            done += 1
            progress(PlanningProgress(step: .reading, done: done, total: total))
            return table
        }
        for unit in ResourceUnit.allCases {
            let used = try await table(.used, unit)
            histories += ResourceHistory.all(used: used, size: try await table(.size, unit))
        }
        return histories
    }

    // MARK: Forecasting

    private struct Made: Sendable {
        var entry: LedgerEntry
        var past: PastUse
    }

    private func forecasts(
        of histories: [ResourceHistory], fullAt: [ResourceKey: Double], calibration: FleetCalibration,
        progress: @escaping @Sendable (PlanningProgress) -> Void
    ) async throws -> [Made] {
        try await histories.mapped(
            workers: options.workers,
            progress: { progress(PlanningProgress(step: .forecasting, done: $0, total: $1)) },
            { forecast($0, fullAt: fullAt, calibration: calibration) })
    }

    private func forecast(
        _ history: ResourceHistory, fullAt: [ResourceKey: Double], calibration: FleetCalibration
    ) -> Made {
        let share = fullAt[history.key] ?? 1
        let limit = history.size.map { $0 * share }
        let forecast =
            history.size.isEmpty
            ? ResourceForecast(abstention: .sizeUnknown)
            : forecaster.forecast(history, limit: limit, calibration: calibration)
        let entry = LedgerEntry(
            key: history.key, labels: history.labels, used: history.newestUse, size: history.size.last,
            limit: limit.last, forecast: forecast)
        return Made(entry: entry, past: PastUse(history, limit: limit))
    }

    // MARK: Scoring

    private func score(_ histories: [ResourceHistory], through day: Int) async throws {
        let unscored = try await ledger.unscored(through: day)
        guard !unscored.isEmpty else { return }
        let byKey = Dictionary(histories.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for due in unscored {
            try Task.checkCancellation()
            let checkpoints = try await ledger.checkpoints(of: due)
            let scores = due.scores(checkpoints) { key in
                guard let history = byKey[key] else { return nil }
                let index = due.dueDay - history.firstDay
                return history.used.indices.contains(index) ? history.used[index] : nil
            }
            // A day without any reading was no day of the service: its clock was wrong, or it did not run and samples may still come.
            guard checkpoints.isEmpty || !scores.isEmpty else { continue }
            try await ledger.record(scores, of: due)
        }
    }
}

/// Tallies as they are shown.
private struct Records {
    var byResource: [ResourceKey: ForecastRecord]
    var all: ForecastRecord

    init(_ tallies: [ResourceKey: [Int: ForecastTally]]) {
        var sum: [Int: ForecastTally] = [:]
        for (_, lines) in tallies {
            for (horizon, tally) in lines { sum[horizon, default: ForecastTally()] += tally }
        }
        byResource = tallies.mapValues { ForecastRecord($0) }
        all = ForecastRecord(sum)
    }
}

extension LedgerEntry {
    fileprivate var withoutDetails: LedgerEntry {
        var entry = self
        entry.forecast.details = nil
        return entry
    }
}
