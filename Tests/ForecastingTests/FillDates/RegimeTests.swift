import Forecasting
import Testing

/// One kind of pool with bounds for its forecast.
struct Regime: CustomTestStringConvertible {
    let name: String
    let script: PoolScript
    /// The largest error of the median, as a share of the true day.
    var error = 0.25
    /// The largest width of the 80 % range in days.
    var width = 120.0
    var change: @Sendable (inout [Double]) -> Void = { _ in }

    var testDescription: String { name }

    static let all: [Regime] = [
        Regime(name: "steady growth", script: PoolScript(), width: 40),
        Regime(name: "growth on working days", script: PoolScript(week: [1.4, 1.4, 1.4, 1.4, 1.4, 0, 0])),
        Regime(name: "growth at the end of months", script: PoolScript(fillDay: 92, rate: 0.03, monthEnd: 4)),
        Regime(
            name: "compound growth",
            script: PoolScript(days: 500, fillDay: 80, start: 20, rate: 0, compound: 0.003, seed: 2)),
        Regime(
            name: "growth that slows", script: PoolScript(days: 400, fillDay: 90, rate: 0.8, slowsToward: 130, seed: 3),
            error: 0.4, width: 250),
        Regime(name: "a weekly full backup", script: PoolScript(fillDay: 90, rate: 0.06, tooth: 4, toothDays: 7)),
        Regime(
            name: "snapshots that expire after 30 days",
            script: PoolScript(days: 360, fillDay: 110, rate: 0.1, tooth: 6, toothDays: 30, seed: 2), error: 0.35),
        Regime(name: "a migration", script: PoolScript(step: (20, 40)), width: 80),
        Regime(name: "a clean-up", script: PoolScript(fillDay: 160, step: (-11, 30)), width: 80),
        Regime(name: "a migration yesterday", script: PoolScript(step: (20, 1)), width: 80),
        Regime(name: "growth thrice as fast", script: PoolScript(rateChange: (3, 40)), width: 60),
        Regime(
            name: "growth a third as fast", script: PoolScript(fillDay: 90, rateChange: (0.33, 60), seed: 2),
            error: 0.35),
        Regime(
            name: "growth in batches", script: PoolScript(days: 500, fillDay: 80, rate: 0.03, burst: 1.5), error: 0.5,
            width: 150),
        Regime(name: "a yearly cycle", script: PoolScript(days: 700, fillDay: 100, yearly: 0.8), error: 0.3),
        Regime(name: "ten days of history", script: PoolScript(days: 10, fillDay: 30, noise: 0.03), error: 0.5),
        Regime(name: "gaps", script: PoolScript()) { used in
            for day in used.indices where day % 5 == 2 || (200..<220).contains(day) { used[day] = .nan }
        },
        Regime(name: "false zeros and double counts", script: PoolScript()) { used in
            for day in [40, 90, 91, 150, 222, 280] { used[day] = 0 }
            for day in [60, 170, 260] { used[day] *= 1.8 }
        },
        Regime(name: "a reading that got stuck", script: PoolScript()) { used in
            for day in 270..<285 { used[day] = used[269] }
        },
    ]
}

@Suite("Fill dates of pools whose future is known")
struct RegimeTests {
    @Test("the 80 % range holds the true day and the median is near it", arguments: Regime.all)
    func rangeHoldsTrueDay(_ regime: Regime) throws {
        let history = regime.script.history(change: regime.change)
        let forecast = FillForecaster().forecast(history, horizon: 365)
        let truth = Double(regime.script.trueDay)
        let low = try #require(forecast.distribution.quantile(0.1))
        let median = try #require(forecast.distribution.quantile(0.5))
        let high = forecast.distribution.quantile(0.9) ?? 366
        #expect(low <= truth && truth <= high, "\(low)…\(high) does not hold \(truth)")
        #expect((median - truth).magnitude <= max(7, regime.error * truth), "median \(median), truth \(truth)")
        #expect(high - low <= regime.width, "\(low)…\(high)")
        guard case .forecast = forecast.outcome else {
            Issue.record("abstained: \(forecast.outcome)")
            return
        }
    }

    @Test("a capacity that was enlarged lately is the one that counts")
    func enlargedCapacity() throws {
        let script = PoolScript()
        var history = script.history()
        let capacity = history.capacity[0]
        let before = try #require(history.used.max()) * 1.01
        history.capacity = [Double](repeating: before, count: script.days - 5) + [Double](repeating: capacity, count: 5)
        let median = try #require(FillForecaster().forecast(history, horizon: 365).distribution.quantile(0.5))
        #expect((median - Double(script.trueDay)).magnitude < 15)
    }

    @Test("a job that purges near full keeps the pool from filling")
    func retentionPurges() {
        var used: [Double] = []
        var level = 40.0
        var random = TestRandom(state: 5)
        for _ in 0..<400 {
            level += 0.4 + 0.1 * random.normal()
            if level >= 85 { level *= 0.6 }
            used.append(level)
        }
        let history = CapacityHistory(used: used, capacity: [100], firstDay: PoolScript.firstDay)
        let forecast = FillForecaster().forecast(history, horizon: 365)
        #expect(forecast.distribution.probability(within: 365) < 0.1)
    }

    @Test("a nightly backup peak does not move the median by more than a few days")
    func nightlyPeak() throws {
        let script = PoolScript()
        let plain = try #require(
            FillForecaster().forecast(script.history(), horizon: 365).distribution.quantile(0.5))
        let peaked = script.history { used in
            for day in [100, 160, 230, 290] { used[day] += 15 }
        }
        let median = try #require(FillForecaster().forecast(peaked, horizon: 365).distribution.quantile(0.5))
        #expect((median - plain).magnitude < 4)
    }

    @Test("more room, later; a smaller unit, the same days")
    func scales() throws {
        var history = PoolScript().history()
        let forecaster = FillForecaster()
        let median = try #require(forecaster.forecast(history, horizon: 365).distribution.quantile(0.5))
        let bytes = CapacityHistory(
            used: history.used.map { $0 * 1e12 }, capacity: history.capacity.map { $0 * 1e12 },
            firstDay: history.firstDay)
        let inBytes = try #require(forecaster.forecast(bytes, horizon: 365).distribution.quantile(0.5))
        #expect((median - inBytes).magnitude < 3)
        history.capacity[0] *= 1.1
        let later = try #require(forecaster.forecast(history, horizon: 365).distribution.quantile(0.5))
        #expect(later > median + 20)
    }
}
