import Forecasting
import Glibc
import Testing

@Suite("Input that a forecast of rates has to stand")
struct RateForecasterInputTests {
    private let forecaster = RateForecaster()

    @Test("too few readings are told, with how many it takes", arguments: [0, 1, 11])
    func tooFewReadings(count: Int) {
        let forecast = forecaster.hourly(Array(repeating: 1, count: count) + Array(repeating: .nan, count: 50))
        #expect(forecast.abstention == .tooFewReadings(found: count, needed: 12))
        #expect(forecast.mean.isEmpty && forecast.intervals.isEmpty && forecast.components.isEmpty)
    }

    @Test("steps that lack at the end are forecast, too, and intervals keep their width", arguments: [1, 30, 100])
    func lackingEnd(count: Int) throws {
        // The same hours, read on or not.
        let hours = (0..<300).map { 10 + 5 * sin(Double($0) / 24 * 2 * .pi) + Double($0 * 7_919 % 13) / 10 }
        let forecast = forecaster.hourly(
            Array(hours.dropLast(count)) + Array(repeating: .nan, count: count), horizon: 24)
        #expect(forecast.mean.count == 24)
        for step in 0..<24 {
            let expected = 10.6 + 5 * sin(Double(300 + step) / 24 * 2 * .pi)
            #expect(abs(forecast.mean[step] - expected) < 1.5, "\(step)")
        }
        let interval = try #require(forecast.intervals.first)
        #expect(zip(interval.lower, interval.upper).allSatisfy { $1 - $0 > 0.01 })
    }

    @Test("no step asked for is no forecast", arguments: [0, -1])
    func noHorizon(horizon: Int) {
        #expect(forecaster.hourly(Array(repeating: 1, count: 100), horizon: horizon).abstention == .noHorizon)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let values: [Double]
        var step = 3600.0
        var season = 24
        var horizon = 48

        init(
            _ description: String, _ values: [Double] = line(700), step: Double = 3600, season: Int = 24,
            horizon: Int = 48
        ) {
            testDescription = description
            self.values = values
            self.step = step
            self.season = season
            self.horizon = horizon
        }

        static let all: [Case] = [
            Case("as few readings as may be", line(12)),
            Case("a season longer than the history", line(100), season: 1000),
            Case("a season of no steps", season: 0),
            Case("a season of less than none", season: .min),
            Case("a season beyond all", season: .max),
            Case("no step", step: 0),
            Case("a step that is not a number", step: .nan),
            Case("a step without end", step: .infinity),
            Case("a step of hardly any time", step: .leastNonzeroMagnitude),
            Case("a season of two steps", made(700) { Double($0 % 2) }, season: 2),
            Case("a season of three steps", made(700) { Double($0 % 3) }, season: 3),
            Case("a horizon beyond the history", line(60), horizon: 500),
            Case("zeros but for one", made(700) { $0 < 699 ? 0 : 5 }),
            Case("the greatest numbers", made(700) { $0 % 24 < 12 ? 1e300 : -1e300 }),
            Case("numbers whose sums are none", made(700) { $0 % 24 < 12 ? 1.7e308 : -1.7e308 }),
            Case("numbers beyond one another", made(700) { $0 % 7 == 0 ? 1e300 : 1e-300 }),
            Case("growth without end", made(700) { pow(1.5, Double($0)) }),
            Case(
                "mostly zeros, and a season that no longer one is a multiple of", made(700) { $0 % 9 == 0 ? 2 : 0 },
                season: 50),
            Case("mostly the greatest number", made(700) { $0 % 9 == 0 ? -1.7e308 : 1.7e308 }),
            Case("mostly one number, with gaps", made(700) { $0 % 7 == 0 ? .nan : $0 % 9 == 0 ? 2 : 1 }),
            Case("mostly one number, without a season", made(40) { $0 % 5 == 0 ? 2 : 1 }, step: 1, season: 1),
            Case("more gaps than readings", made(700) { $0 % 50 == 0 ? 3 : .nan }),
            Case("nothing read of late", made(700) { $0 < 300 ? Double($0 % 24) : .nan }),
            Case("infinities among the readings", made(700) { $0 % 9 == 0 ? .infinity : -Double($0) }),
            Case("weeks", line(120), step: 604_800, season: 52, horizon: 13),
            Case(
                "a week of five minutes", RateSeries.traffic(count: 2016, daily: 9), step: 300, season: 288,
                horizon: 288),
        ]

        private static func made(_ count: Int, _ value: (Int) -> Double) -> [Double] { (0..<count).map(value) }
        static func line(_ count: Int) -> [Double] { made(count) { Double($0) } }
    }

    @Test("there is a finite forecast, and its intervals hold it", arguments: Case.all)
    func defined(given: Case) {
        let forecast = forecaster.forecast(
            given.values, step: given.step, season: given.season, horizon: given.horizon,
            levels: [0, 0.8, 1, -1, 2, .nan])
        #expect(forecast.abstention == nil)
        #expect(forecast.mean.count == given.horizon)
        #expect(forecast.mean.allSatisfy { $0.isFinite })
        #expect(forecast.components.allSatisfy { $0.error.isFinite })
        #expect(forecast.intervals.count == 6)
        for interval in forecast.intervals {
            for step in 0..<given.horizon {
                #expect(interval.lower[step].isFinite && interval.upper[step].isFinite)
                #expect(interval.lower[step] <= forecast.mean[step] && forecast.mean[step] <= interval.upper[step])
            }
        }
    }
}
