package import Forecasting

/// Forecasts with the forecaster of fill dates.
package struct FillDateForecasting: ResourceForecasting {
    package init() {}

    package func forecast(
        _ history: ResourceHistory, limit: [Double], calibration: FleetCalibration
    ) -> ResourceForecast {
        // A band with the days of the record in it, or next to them.
        let forecast = FillForecaster(calibration: calibration, bandStep: 7).forecast(
            CapacityHistory(used: history.used, capacity: limit, firstDay: history.firstDay),
            horizon: ResourceForecast.horizon)
        let distribution = forecast.distribution
        let band = forecast.usedBand.map { UseAhead(day: $0.day, p10: $0.low, p50: $0.median, p90: $0.high) }
        return ResourceForecast(
            abstention: Abstention(forecast.outcome),
            fill: FillDays(
                p10: distribution.quantile(0.1), p50: distribution.quantile(0.5), p90: distribution.quantile(0.9)),
            fullWithin: FullWithin(
                days30: distribution.probability(within: 30), days90: distribution.probability(within: 90),
                days180: distribution.probability(within: 180)),
            checkpoints: ForecastRecord.horizons.compactMap { UseAhead(onDay: $0, of: band, today: history.newestUse) },
            growthPerDay: forecast.explanation.growthPerDay,
            details: ResourceForecast.Details(band: band, explanation: forecast.explanation))
    }
}

extension Abstention {
    fileprivate init?(_ outcome: FillForecast.Outcome) {
        switch outcome {
        case .forecast: return nil
        case .abstained(.noReadings), .abstained(.tooLittleHistory): self = .tooLittleHistory
        case .abstained(.unknownCapacity): self = .sizeUnknown
        case .abstained(.outdated): self = .outdated
        case .abstained(.shrinking): self = .shrinking
        case .abstained(.unstable): self = .unstable
        }
    }
}

extension UseAhead {
    /// The use on a day of a band, between two of its days on a straight line.
    /// - Parameters:
    ///   - band: nearest day first.
    ///   - today: the use where the band begins.
    /// - Returns: nil when the band ends before the day.
    package init?(onDay day: Int, of band: [UseAhead], today: Double) {
        guard let after = band.firstIndex(where: { $0.day >= day }) else { return nil }
        let end = band[after]
        let start = after > 0 ? band[after - 1] : UseAhead(day: 0, p10: today, p50: today, p90: today)
        guard end.day > day else {
            self = end
            return
        }
        let share = Double(day - start.day) / Double(end.day - start.day)
        func between(_ figure: (UseAhead) -> Double) -> Double {
            figure(start) + (figure(end) - figure(start)) * share
        }
        self.init(day: day, p10: between(\.p10), p50: between(\.p50), p90: between(\.p90))
    }
}
