import Forecasting
import Glibc

/// Made-up rates with known parts. The noise is the same on every run.
struct RateSeries {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// A day, a week, a level and a trend, each 0 or 1 when left out.
    static func traffic(
        count: Int, level: Double = 100, daily: Double = 0, weekend: Double = 1, trend: Double = 0, noise: Double = 0
    ) -> [Double] {
        var series = RateSeries()
        return (0..<count).map { hour in
            var value = level + trend * Double(hour) + daily * sin(2 * .pi * Double(hour % 24) / 24)
            if hour / 24 % 7 >= 5 { value *= weekend }
            return value + noise * series.noise()
        }
    }

    /// About normal, of unit variance: the sum of twelve evenly distributed numbers.
    mutating func noise() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + share() }
    }

    /// Evenly distributed, at least 0 and below 1.
    mutating func share() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53)
    }
}

extension RateForecast {
    /// The mean of the absolute differences to what came.
    func meanAbsoluteError(_ actual: some Collection<Double>) -> Double {
        zip(mean, actual).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(max(1, mean.count))
    }
}

extension RateForecaster {
    /// Hourly readings, a day's season, the usual levels.
    func hourly(_ values: [Double], horizon: Int = 48, season: Int = 24) -> RateForecast {
        forecast(values, step: 3600, season: season, horizon: horizon, levels: [0.80, 0.95])
    }
}
