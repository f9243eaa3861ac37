import Forecasting
import Testing

@Suite("Distribution of fill dates")
struct FillDistributionTests {
    @Test("quantiles do not decrease and agree with probabilities", arguments: Regime.all)
    func monotone(_ regime: Regime) {
        let history = regime.script.history(change: regime.change)
        let distribution = FillForecaster().forecast(history, horizon: 200).distribution
        var before = 0.0
        for step in 1..<200 {
            let share = Double(step) / 200
            let day = distribution.quantile(share)
            #expect((day ?? .infinity) >= before)
            before = day ?? .infinity
            if let day, day < 200 {
                #expect(distribution.probability(within: day + 2) >= share - 0.02)
            }
        }
        var probability = 0.0
        for day in 0...200 {
            let next = distribution.probability(within: Double(day))
            #expect(next >= probability && next <= 1)
            probability = next
        }
    }

    @Test("the same history gives the same forecast, another seed nearly the same")
    func deterministic() throws {
        let history = PoolScript(fillDay: 120, rate: 0.03, burst: 1).history()
        let once = FillForecaster().forecast(history, horizon: 365)
        let again = FillForecaster().forecast(history, horizon: 365)
        #expect(once.usedBand == again.usedBand)
        #expect(once.explanation == again.explanation)
        for share in [0.025, 0.1, 0.5, 0.9, 0.975] {
            #expect(once.distribution.quantile(share) == again.distribution.quantile(share))
        }
        let other = FillForecaster(seed: 77).forecast(history, horizon: 365)
        let medians = try [once, other].map { try #require($0.distribution.quantile(0.5)) }
        #expect((medians[0] - medians[1]).magnitude < 12)
    }

    @Test("a pool that is full is full today")
    func alreadyFull() {
        let history = CapacityHistory(used: [8, 9, 10], capacity: [10], firstDay: 0)
        let forecast = FillForecaster().forecast(history, horizon: 90)
        #expect(forecast.distribution.quantile(0.025) == 0)
        #expect(forecast.distribution.quantile(0.975) == 0)
        #expect(forecast.distribution.probability(within: 0) == 1)
    }

    @Test("the band is ordered, within the capacity, and full when the date says so")
    func band() throws {
        let history = PoolScript().history()
        let capacity = history.capacity[0]
        let forecast = FillForecaster(bandStep: 7).forecast(history, horizon: 365)
        let days = Array(stride(from: 7, through: 91, by: 7)) + Array(stride(from: 112, through: 364, by: 28))
        #expect(forecast.usedBand.map(\.day) == days)
        for range in forecast.usedBand {
            #expect(range.low <= range.median && range.median <= range.high)
            #expect(range.low >= 0 && range.high <= capacity * 1.0001)
        }
        let last = try #require(forecast.usedBand.last)
        #expect(last.median > capacity * 0.999)
    }

    @Test("a fleet's own calibration narrows or widens the range")
    func calibration() throws {
        let history = PoolScript().history()
        var calibration = FleetCalibration()
        calibration.stretch = 0.4
        let narrow = FillForecaster(calibration: calibration).forecast(history, horizon: 365).distribution
        let usual = FillForecaster().forecast(history, horizon: 365).distribution
        let narrowLow = try #require(narrow.quantile(0.1))
        let usualLow = try #require(usual.quantile(0.1))
        #expect(narrowLow > usualLow)
    }
}
