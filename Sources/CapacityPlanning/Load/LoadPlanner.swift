import Forecasting
package import MonitoringModel

/// Forecasts the loads of the coming week: keeps their hourly figures, forecasts from them, and scores the forecasts
/// made before.
package struct LoadPlanner: Sendable {
    /// Hours that a forecast looks back on: eight weeks.
    private static let historyHours = 1344
    /// With fewer readings nothing is said: no day can be told from the next.
    private static let leastReadings = 48
    /// Hours without a reading after which a load is taken for gone.
    private static let goneAfter = 48
    /// The forecast's 80 % range.
    private static let level = 0.8

    private let recorder: FigureRecorder
    private let evaluator: any QueryEvaluator
    private let workers: Int

    /// - Parameter workers: forecasts that run at the same time.
    package init(recorder: FigureRecorder, evaluator: any QueryEvaluator, workers: Int) {
        self.recorder = recorder
        self.evaluator = evaluator
        self.workers = max(1, workers)
    }

    /// One run over everything.
    ///
    /// - Parameters:
    ///   - before: the outlook of the last run, whose hours that have passed are scored; its record goes on.
    ///   - progress: called from any task, often.
    /// - Throws: `QueryError`, errors of the store, `CancellationError`. Hours kept by then stay kept.
    package func run(
        at now: Timestamp, before: LoadOutlook?, progress: @escaping @Sendable (PlanningProgress) -> Void = { _ in }
    ) async throws -> LoadOutlook {
        let firstHour = TimeGrid.hours.index(of: now)
        var loads: [Load] = []
        var histories: [[Double]] = []
        let earlier = Dictionary(
            (before?.loads ?? []).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for (done, figure) in LoadFigure.allCases.enumerated() {
            progress(PlanningProgress(step: .reading, done: done, total: LoadFigure.allCases.count))
            let capacities = try await capacities(of: figure, at: now)
            let table = try await recorder.table(
                of: figure, at: now, grid: .hours, count: Self.historyHours)
            for (key, row) in table.rows where row.newest > table.last - Self.goneAfter {
                var record = LoadRecord()
                if let before, let load = earlier[key] {
                    record = load.record
                    record += load.forecast.score(row.values, first: table.first, madeFor: before.firstHour)
                }
                histories.append(row.values)
                loads.append(
                    Load(
                        key: key, labels: row.labels, history: row.values.suffix(Load.historyHours),
                        capacity: figure.unit == .ratio ? 1 : capacities[key], forecast: LoadForecast(),
                        record: record))
            }
        }
        let forecasts = try await zip(histories, loads.map(\.capacity)).map { ($0, $1) }.mapped(
            workers: workers,
            progress: { progress(PlanningProgress(step: .forecasting, done: $0, total: $1)) },
            { Self.forecast($0.0, capacity: $0.1) })
        for (place, forecast) in forecasts.enumerated() { loads[place].forecast = forecast }
        return LoadOutlook(madeAt: now, firstHour: firstHour, loads: loads)
    }

    /// The newest speeds of links: what their ends can bear in each direction.
    private func capacities(of figure: LoadFigure, at now: Timestamp) async throws -> [LoadKey: Double] {
        guard figure.unit == .bytesPerSecond else { return [:] }
        let answer = try await evaluator.instant(
            "last_over_time(link_speed_bytes_per_second[1d]) > 0", at: now, scope: .everything)
        guard case .vector(let elements) = answer.value else { return [:] }
        return Dictionary(
            elements.compactMap { element in figure.subject(of: element.labels).map { ($0, element.sample.value) } },
            uniquingKeysWith: { max($0, $1) })
    }

    private static func forecast(_ history: [Double], capacity: Double?) -> LoadForecast {
        let readings = history.drop { $0.isNaN }
        guard readings.count(where: { !$0.isNaN }) >= leastReadings else { return LoadForecast() }
        let forecast = RateForecaster().forecast(
            Array(readings), step: 3_600, season: 24, horizon: LoadOutlook.horizon, levels: [level])
        guard let range = forecast.intervals.first else { return LoadForecast() }
        func borne(_ values: [Double]) -> [Double] { values.map { min($0, capacity ?? $0) } }
        return LoadForecast(
            p10: borne(range.lower), p50: borne(forecast.mean), p90: borne(range.upper), models: forecast.components)
    }
}

extension LoadForecast {
    /// How many of the hours that have come fell into their range.
    /// - Parameters:
    ///   - values: one an hour; NaN: no reading.
    ///   - first: the hour of the first of them.
    ///   - madeFor: the first hour of this forecast.
    func score(_ values: [Double], first: Int, madeFor: Int) -> LoadRecord {
        var record = LoadRecord()
        for (step, range) in zip(p10, p90).enumerated() {
            let place = madeFor + step - first
            guard values.indices.contains(place) else {
                if place >= values.endIndex { break }
                continue
            }
            guard !values[place].isNaN else { continue }
            record.hours += 1
            if range.0 <= values[place], values[place] <= range.1 { record.held += 1 }
        }
        return record
    }
}
