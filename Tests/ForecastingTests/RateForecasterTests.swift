import Forecasting
import Testing

@Suite("Forecasts of rates")
struct RateForecasterTests {
    private let forecaster = RateForecaster()

    @Test("days and weeks are found and carried on")
    func dailyAndWeeklyPattern() {
        let values = RateSeries.traffic(count: 24 * 7 * 5 + 72, daily: 40, weekend: 0.5, noise: 1)
        let known = Array(values.dropLast(72))
        let forecast = forecaster.hourly(known, horizon: 72)
        // The noise alone has a mean absolute error of 0.8.
        #expect(forecast.meanAbsoluteError(values.suffix(72)) < 1.6)
        #expect(forecast.abstention == nil)
        #expect(abs(forecast.components.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
        #expect(forecast.components.first { $0.name == .seasonalNaive }.map { $0.weight < 0.1 } == true)
        // In the unit of the readings.
        #expect(forecast.components.first.map { (0.7...1.6).contains($0.error) } == true)
    }

    @Test("five days are enough to find the day")
    func fiveDays() {
        let values = RateSeries.traffic(count: 24 * 6, daily: 40, noise: 1)
        let forecast = forecaster.hourly(Array(values.dropLast(24)), horizon: 24)
        #expect(forecast.meanAbsoluteError(values.suffix(24)) < 2)
    }

    @Test("a week of five minutes is forecast a day ahead")
    func fiveMinutes() {
        let values = RateSeries.traffic(count: 24 * 12 * 8, daily: 0, noise: 1).enumerated().map {
            $1 + 40 * ($0 % 288 < 96 ? 0 : 1)
        }
        let forecast = forecaster.forecast(
            Array(values.dropLast(288)), step: 300, season: 288, horizon: 288, levels: [0.95])
        #expect(forecast.meanAbsoluteError(values.suffix(288)) < 1.5)
    }

    @Test("one reading far off hardly moves the forecast", arguments: [0, 1e5, 1e300])
    func outlier(value: Double) {
        var values = RateSeries.traffic(count: 24 * 7 * 5, daily: 40, noise: 1)
        let forecast = forecaster.hourly(values)
        values[700] = value
        let other = forecaster.hourly(values)
        #expect(forecast.meanAbsoluteError(other.mean) < 2)
    }

    @Test("an outage that is over is no part of the forecast")
    func outage() {
        var values = RateSeries.traffic(count: 24 * 7 * 5 + 48, daily: 40, weekend: 0.5, noise: 2)
        for hour in (values.count - 148)..<(values.count - 124) { values[hour] = 0 }
        let forecast = forecaster.hourly(Array(values.dropLast(48)))
        #expect(forecast.meanAbsoluteError(values.suffix(48)) < 4)
    }

    @Test("a trend goes on for the horizon")
    func trend() {
        let values = RateSeries.traffic(count: 600 + 24, level: 200, daily: 20, trend: 0.5, noise: 0.5)
        let forecast = forecaster.hourly(Array(values.dropLast(24)), horizon: 24)
        #expect(forecast.meanAbsoluteError(values.suffix(24)) < 5)
    }

    @Test("after a shift of level the forecast stays on the new one")
    func levelShift() {
        var values = RateSeries.traffic(count: 24 * 35, daily: 20, noise: 1)
        for hour in (24 * 28)..<values.count { values[hour] += 150 }
        let forecast = forecaster.hourly(values, horizon: 24)
        let mean = forecast.mean.reduce(0, +) / 24
        #expect((225...275).contains(mean), "\(mean)")
    }

    @Test("gaps change little")
    func gaps() {
        let values = RateSeries.traffic(count: 24 * 7 * 5 + 48, daily: 40, weekend: 0.5, noise: 1)
        var known = Array(values.dropLast(48))
        for hour in 0..<10 { known[hour] = .nan }
        for hour in 300..<340 { known[hour] = .nan }
        for hour in stride(from: 400, to: 700, by: 9) { known[hour] = .nan }
        for hour in (known.count - 3)..<known.count { known[hour] = .infinity }
        let forecast = forecaster.hourly(known)
        #expect(forecast.meanAbsoluteError(values.suffix(48)) < 3)
    }

    @Test("a constant is forecast as such, without doubt", arguments: [0, 1, -7.5, 1e300, -1.7e308, 1e-300])
    func constant(value: Double) {
        let forecast = forecaster.hourly(Array(repeating: value, count: 500))
        for mean in forecast.mean { #expect(abs(mean - value) <= abs(value) * 1e-6) }
        for interval in forecast.intervals {
            for (low, high) in zip(interval.lower, interval.upper) {
                #expect(high - low <= abs(value) * 1e-6)
            }
        }
    }

    @Test("what was never negative is not forecast as negative")
    func nonNegative() {
        let values = RateSeries.traffic(count: 24 * 30, level: 5, daily: 10, noise: 4).map { max(0, $0) }
        let forecast = forecaster.hourly(values, horizon: 96)
        #expect(forecast.mean.allSatisfy { $0 >= 0 })
        #expect(forecast.intervals.allSatisfy { $0.lower.allSatisfy { $0 >= 0 } })
    }

    @Test("an interval of more certainty holds that of less, and both hold the mean")
    func nested() {
        let values = RateSeries.traffic(count: 700, daily: 30, weekend: 0.7, noise: 8)
        let forecast = forecaster.hourly(values)
        #expect(forecast.intervals.map(\.level) == [0.80, 0.95])
        let (inner, outer) = (forecast.intervals[0], forecast.intervals[1])
        for step in 0..<48 {
            #expect(outer.lower[step] < inner.lower[step] && inner.lower[step] < forecast.mean[step])
            #expect(outer.upper[step] > inner.upper[step] && inner.upper[step] > forecast.mean[step])
        }
    }

    @Test("intervals of a wandering rate widen with the steps ahead")
    func widening() {
        var series = RateSeries()
        var level = 1000.0
        let values = (0..<300).map { _ in
            level += 5 * series.noise()
            return level
        }
        let forecast = forecaster.forecast(values, step: 604_800, season: 1, horizon: 13, levels: [0.95])
        let interval = forecast.intervals[0]
        let widths = zip(interval.upper, interval.lower).map { $0 - $1 }
        #expect(widths[12] > 1.5 * widths[0], "\(widths)")
    }

    @Test("weeks are told by the same week of the years before")
    func yearlySeason() {
        var series = RateSeries()
        let values = (0..<(52 * 6 + 13)).map { week in
            1000 + 300 * (week % 52 > 45 ? 1 : 0) + 10 * series.noise() + Double(week)
        }
        let forecast = forecaster.forecast(
            Array(values.dropLast(13)), step: 604_800, season: 1, horizon: 13, levels: [0.95])
        #expect(forecast.meanAbsoluteError(values.suffix(13)) < 60)
    }

    @Test("noise falls inside its intervals about as often as they say")
    func coverage() {
        var (inside, total) = (0, 0)
        for offset in stride(from: 0, to: 480, by: 24) {
            let values = Array(RateSeries.traffic(count: 1200, daily: 30, noise: 5)[offset..<(offset + 700)])
            let interval = forecaster.hourly(Array(values.dropLast(48))).intervals[1]
            for (step, value) in values.suffix(48).enumerated() {
                total += 1
                if interval.lower[step] <= value, value <= interval.upper[step] { inside += 1 }
            }
        }
        #expect((0.90...0.995).contains(Double(inside) / Double(total)), "\(inside) of \(total)")
    }

    @Test("the same readings give the same forecast")
    func determinism() {
        let values = RateSeries.traffic(count: 700, daily: 30, weekend: 0.7, noise: 8)
        #expect(forecaster.hourly(values) == forecaster.hourly(values))
    }

    @Test("a forecast keeps its shape in any unit", arguments: [1e-200, 1e-3, 1e6, 1e290])
    func unit(factor: Double) {
        let values = RateSeries.traffic(count: 700, daily: 30, weekend: 0.7, noise: 8)
        let forecast = forecaster.hourly(values)
        let scaled = forecaster.hourly(values.map { $0 * factor })
        for (one, other) in zip(forecast.mean, scaled.mean) { #expect(abs(one - other / factor) < 1e-3 * one) }
    }
}
