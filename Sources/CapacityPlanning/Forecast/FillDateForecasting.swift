package import Forecasting

/// Forecasts with the forecaster of fill dates.
package struct FillDateForecasting: ResourceForecasting {
    package init() {}

    package func forecast(
        _ history: ResourceHistory, limit: [Double], calibration: FleetCalibration
    ) -> ResourceForecast {
        let used = history.usedOfPassedDays(limit: limit)
        let forecast = FillForecaster(calibration: calibration, bandStep: 7).forecast(
            CapacityHistory(used: used, capacity: limit, firstDay: history.firstDay),
            horizon: ResourceForecast.horizon, asked: ForecastRecord.horizons)
        let distribution = forecast.distribution
        let band = forecast.usedBand.map { UseAhead($0) }
        var explanation = forecast.explanation
        // The running day is no gap.
        if used.last?.isNaN == true, history.used.last?.isNaN == false { explanation.cleaning.gaps -= 1 }
        return ResourceForecast(
            abstention: Abstention(forecast.outcome),
            fill: FillDays(
                p10: distribution.quantile(0.1), p50: distribution.quantile(0.5), p90: distribution.quantile(0.9)),
            fullWithin: FullWithin(
                days30: distribution.probability(within: 30), days90: distribution.probability(within: 90),
                days180: distribution.probability(within: 180)),
            checkpoints: forecast.usedOnAskedDays.map { UseAhead($0) },
            growthPerDay: explanation.growthPerDay,
            details: ResourceForecast.Details(band: band, explanation: explanation))
    }
}

extension Abstention {
    fileprivate init?(_ outcome: FillForecast.Outcome) {
        switch outcome {
        case .forecast: return nil
        case .abstained(.noReadings), .abstained(.tooLittleHistory): self = .tooLittleHistory
        case .abstained(.implausible): self = .implausible
        case .abstained(.unknownCapacity): self = .sizeUnknown
        case .abstained(.outdated): self = .outdated
        case .abstained(.shrinking): self = .shrinking
        case .abstained(.unstable): self = .unstable
        }
    }
}

extension UseAhead {
    fileprivate init(_ use: FillForecast.UseRange) {
        self.init(day: use.day, p10: use.low, p50: use.median, p90: use.high)
    }
}
