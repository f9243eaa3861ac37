import Forecasting
import Testing

@Suite("When no date is promised")
struct AbstentionTests {
    private func reason(_ history: CapacityHistory) -> FillForecast.AbstentionReason? {
        let forecast = FillForecaster().forecast(history, horizon: 365)
        guard case .abstained(let reason) = forecast.outcome else { return nil }
        return reason
    }

    @Test("a shrinking pool abstains, and a fill date is improbable")
    func shrinking() {
        var script = PoolScript(fillDay: 10, rate: -0.05)
        script.start = 80
        var history = script.history()
        history.capacity = [100]
        #expect(reason(history) == .shrinking)
        #expect(FillForecaster().forecast(history, horizon: 365).distribution.probability(within: 365) < 0.1)
    }

    @Test("a pool that neither grows nor shrinks is forecast not to fill")
    func flat() {
        var history = PoolScript(fillDay: 10, rate: 0, noise: 0, wobble: 0.2).history()
        history.capacity = [60]
        let forecast = FillForecaster().forecast(history, horizon: 365)
        #expect(forecast.distribution.quantile(0.5) == nil)
        #expect(forecast.distribution.probability(within: 365) < 0.1)
        #expect(reason(history) != .unstable)
    }

    @Test("fewer readings than a week's are too little, and still give a distribution")
    func tooLittle() {
        let history = CapacityHistory(used: [10, .nan, 11, 12], capacity: [20], firstDay: 0)
        #expect(reason(history) == .tooLittleHistory(readings: 3))
        #expect(FillForecaster().forecast(history, horizon: 365).distribution.probability(within: 365) > 0.5)
    }

    @Test("readings that ended long ago are outdated")
    func outdated() {
        let history = PoolScript().history { used in
            for day in 250..<300 { used[day] = .nan }
        }
        #expect(reason(history) == .outdated(days: 50))
    }

    @Test("no readings, no capacity")
    func nothing() {
        #expect(reason(CapacityHistory(used: [], capacity: [10], firstDay: 0)) == .noReadings)
        #expect(reason(CapacityHistory(used: [.nan, .infinity], capacity: [10], firstDay: 0)) == .noReadings)
        #expect(reason(CapacityHistory(used: [1, 2], capacity: [], firstDay: 0)) == .unknownCapacity)
        #expect(reason(CapacityHistory(used: [1, 2], capacity: [0, .nan], firstDay: 0)) == .unknownCapacity)
    }

    @Test("a pool thrown about by jumps both ways is unstable")
    func unstable() {
        var random = TestRandom(state: 9)
        var level = 60.0
        let used = (0..<300).map { _ in
            if random.uniform() < 0.04 { level = max(20, min(90, level + 25 * random.normal())) }
            return level
        }
        let history = CapacityHistory(used: used, capacity: [used[299] + 10], firstDay: 0)
        #expect(reason(history) == .unstable)
    }
}
