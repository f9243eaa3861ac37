import Forecasting
import Testing

@Suite("Forecasts of rates that are mostly one number")
struct PastValuesTests {
    private let forecaster = RateForecaster()

    /// Shares of hours in calls, 0 or 1, of a room on working days.
    ///
    /// - Parameter chances: of a call by the hour of the day, the same on each of the days.
    private static func room(weeks: Int, seed: Int = 0, chances: [Int: Double]) -> [Double] {
        var series = RateSeries()
        for _ in 0..<seed { _ = series.noise() }
        return hours(weeks * 168) { hour in
            let chance: Double = hour / 24 % 7 < 5 ? chances[hour % 24] ?? 0 : 0
            return series.share() < chance ? 1 : 0
        }
    }

    private static func hours(_ count: Int, _ value: (Int) -> Double) -> [Double] { (0..<count).map(value) }

    @Test(
        "a range reaches up to a call where one is likely, and is certain of one only where it is")
    func chances() throws {
        let values = Self.room(weeks: 8, chances: [9: 1, 14: 0.4])
        let forecast = forecaster.hourly(values, horizon: 168)
        let interval = try #require(forecast.intervals.first)
        #expect(forecast.components.map(\.name) == [.pastValues])
        for hour in 0..<120 {
            switch hour % 24 {
            case 9:
                #expect(forecast.mean[hour] == 1 && interval.upper[hour] == 1, "\(hour)")
            case 14:
                #expect(interval.lower[hour] == 0 && interval.upper[hour] == 1, "\(hour)")
            case 0..<8, 16...:
                #expect(interval.lower[hour] == 0 && interval.upper[hour] == 0, "\(hour)")
            default: break
            }
        }
    }

    @Test("hours in calls lie within ranges, and what is said for certain is true")
    func honesty() throws {
        var (busy, held, sure, right) = (0, 0, 0, 0)
        for seed in 0..<12 {
            let values = Self.room(weeks: 9, seed: seed, chances: [8: 0.3, 9: 0.35, 13: 0.3, 14: 0.25])
            let forecast = forecaster.hourly(Array(values.dropLast(168)), horizon: 168)
            let interval = try #require(forecast.intervals.first)
            for (hour, value) in values.suffix(168).enumerated() {
                if value == 1 {
                    busy += 1
                    if interval.lower[hour] <= value, value <= interval.upper[hour] { held += 1 }
                }
                if interval.lower[hour] > 0.5 {
                    sure += 1
                    if value == 1 { right += 1 }
                }
            }
        }
        #expect(Double(held) > 0.9 * Double(busy), "\(held) of \(busy)")
        #expect(Double(right) >= 0.8 * Double(sure), "\(right) of \(sure)")
    }

    @Test("values between are told as they came")
    func between() throws {
        let shares = [0.25, 0.5, 0.75]
        let values = Self.hours(28 * 24) { hour in
            guard hour % 24 == 10 else { return 0 }
            return shares[hour / 24 % 3]
        }
        let forecast = forecaster.hourly(values, horizon: 24)
        let interval = try #require(forecast.intervals.first)
        #expect(forecast.mean[10] == 0.5)
        #expect(interval.upper[10] == 0.75)
        #expect(forecast.mean[11] == 0 && interval.upper[11] == 0)
    }

    @Test("a job that began of late is told by the models that saw it")
    func beginning() {
        var series = RateSeries()
        let values = Self.hours(57 * 24) { hour in
            guard hour / 24 > 45, hour % 24 < 2 else { return 0 }
            return 100 + series.noise()
        }
        let forecast = forecaster.hourly(Array(values.dropLast(24)), horizon: 24)
        #expect(forecast.components.contains { $0.name == .pastValues } == false)
        #expect(forecast.meanAbsoluteError(values.suffix(24)) < 3)
    }

    @Test("a job that has ended is not foreseen for weeks to come")
    func end() {
        let values = Self.hours(56 * 24) { hour in hour < 40 * 24 && hour % 24 < 2 ? 100 : 0 }
        let forecast = forecaster.hourly(values)
        #expect(forecast.mean.allSatisfy { $0 < 1 })
    }

    @Test("a rate that has left its usual number is told by what it is now")
    func changed() {
        let values = Self.hours(42 * 24) { hour in
            guard hour >= 28 * 24 else { return 0 }
            return 50 + Double(hour * 7_919 % 11)
        }
        let forecast = forecaster.hourly(values)
        #expect(forecast.mean.allSatisfy { (45...65).contains($0) })
    }

    @Test("bursts that come again and again are within the widest range")
    func bursts() throws {
        var series = RateSeries()
        let values = Self.hours(57 * 24) { _ in
            let burst = series.share() < 0.06 ? 90.0 : 0
            return 10 + 0.1 * series.noise() + burst
        }
        let forecast = forecaster.hourly(Array(values.dropLast(24)), horizon: 24)
        let interval = try #require(forecast.intervals.last)
        #expect(interval.upper.contains { $0 > 20 })
    }
}
