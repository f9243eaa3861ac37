import Forecasting
package import MonitoringModel

/// Forecasts the loads of the coming week: keeps their hourly figures, forecasts from them, and keeps which hours were
/// as forecast.
package struct LoadPlanner: Sendable {
    /// Hours that a forecast looks back on: eight weeks.
    private static let historyHours = 1344
    /// With fewer readings nothing is said: no day can be told from the next.
    private static let leastReadings = 48
    /// Hours without a reading after which a load is taken for gone.
    private static let goneAfter = 48
    /// Hours that the record looks back on: thirty days.
    private static let recordHours = 720
    /// The forecast's 80 % range.
    private static let level = 0.8

    private let recorder: FigureRecorder
    private let workers: Int

    /// - Parameter workers: forecasts that run at the same time.
    package init(recorder: FigureRecorder, workers: Int) {
        self.recorder = recorder
        self.workers = max(1, workers)
    }

    /// One run over everything.
    ///
    /// - Parameters:
    ///   - linkSpeeds: bytes a second in each direction as lines are sold, by the id of the link.
    ///   - progress: called from any task, often.
    /// - Throws: `QueryError`, errors of the store, `CancellationError`. Hours kept by then stay kept.
    package func run(
        at now: Timestamp, linkSpeeds: [String: Double],
        progress: @escaping @Sendable (PlanningProgress) -> Void = { _ in }
    ) async throws -> LoadOutlook {
        let firstHour = TimeGrid.hours.index(of: now)
        var loads: [Load] = []
        var histories: [[Double]] = []
        for (done, figure) in LoadFigure.allCases.enumerated() {
            progress(PlanningProgress(step: .reading, done: done, total: LoadFigure.allCases.count))
            let table = try await recorder.table(of: figure, at: now, grid: .hours, count: Self.historyHours)
            let held = try await recorder.table(of: HeldFigure(figure), at: now, grid: .hours, count: Self.recordHours)
            for (key, row) in table.rows where row.newest > table.last - Self.goneAfter {
                histories.append(row.values)
                loads.append(
                    Load(
                        key: key, labels: row.labels, history: row.values.suffix(Load.historyHours),
                        capacity: Self.capacity(of: key, linkSpeeds: linkSpeeds), forecast: LoadForecast(),
                        record: LoadRecord(held.rows[key]?.values ?? [])))
            }
        }
        let rooms = loads.count { $0.key.figure == .inCall }
        let bounds = loads.map { Self.bound(of: $0, rooms: rooms) }
        let forecasts = try await zip(histories, bounds).map { ($0, $1) }.mapped(
            workers: workers,
            progress: { progress(PlanningProgress(step: .forecasting, done: $0, total: $1)) },
            { Self.forecast($0.0, bound: $0.1) })
        for (place, forecast) in forecasts.enumerated() { loads[place].forecast = forecast }
        return LoadOutlook(madeAt: now, firstHour: firstHour, loads: loads)
    }

    private static func capacity(of key: LoadKey, linkSpeeds: [String: Double]) -> Double? {
        switch key.figure {
        case .processor: 1
        case .receive, .transmit: linkSpeeds[key.id]
        // A room that is always in calls is well used.
        case .inCall, .calls: nil
        }
    }

    /// The most that a load can be; nil where that is not known.
    ///
    /// - Parameter rooms: how many tell of their calls.
    private static func bound(of load: Load, rooms: Int) -> Double? {
        switch load.key.figure {
        case .processor, .inCall: 1
        case .receive, .transmit: load.capacity
        case .calls: rooms > 0 ? Double(rooms) : nil
        }
    }

    private static func forecast(_ history: [Double], bound: Double?) -> LoadForecast {
        let readings = history.drop { $0.isNaN }
        guard readings.count(where: { !$0.isNaN }) >= leastReadings else { return LoadForecast() }
        let forecast = RateForecaster().forecast(
            Array(readings), step: 3_600, season: 24, horizon: LoadOutlook.horizon, levels: [level])
        guard let range = forecast.intervals.first else { return LoadForecast() }
        // Lines that carried more than they are sold with may do so again, and rooms that are gone had calls, too.
        let most = bound.map { readings.reduce($0) { $1 > $0 ? $1 : $0 } } ?? .infinity
        func borne(_ values: [Double]) -> [Double] { values.map { min($0, most) } }
        return LoadForecast(
            p10: borne(range.lower), p50: borne(forecast.mean), p90: borne(range.upper), models: forecast.components)
    }
}
