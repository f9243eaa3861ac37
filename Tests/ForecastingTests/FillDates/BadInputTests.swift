import Forecasting
import Testing

/// Input no pool has, or only on a bad day.
struct BadInput: CustomTestStringConvertible {
    let name: String
    let history: CapacityHistory

    var testDescription: String { name }

    init(_ name: String, _ used: [Double], capacity: [Double] = [10], firstDay: Int = 19_723) {
        self.name = name
        history = CapacityHistory(used: used, capacity: capacity, firstDay: firstDay)
    }

    static let all: [BadInput] = [
        BadInput("empty", []),
        BadInput("empty, capacity too", [], capacity: []),
        BadInput("one value", [5]),
        BadInput("two values", [5, 6]),
        BadInput("all zero", [Double](repeating: 0, count: 100)),
        BadInput("all the same", [Double](repeating: 5, count: 400)),
        BadInput("not a number", [Double](repeating: .nan, count: 50)),
        BadInput("infinite", [.infinity, -.infinity, 5, 6, .infinity]),
        BadInput("negative", [-1, -2, -3, -4]),
        BadInput("negative at the end", [1, 2, 3, -4]),
        BadInput("last one missing", (0..<60).map { Double($0) / 10 } + [.nan, .nan]),
        BadInput("capacity not a number", [1, 2, 3], capacity: [.nan, .nan, .nan]),
        BadInput("capacity zero", [1, 2, 3], capacity: [0, 0, 0]),
        BadInput("capacity infinite", [1, 2, 3], capacity: [.infinity]),
        BadInput("capacity longer than the history", [1, 2, 3], capacity: [1, 2, 3, 4, 5]),
        BadInput("capacity tiny", [1, 2, 3], capacity: [Double.leastNonzeroMagnitude]),
        BadInput("huge", (0..<200).map { 1e18 + 1e15 * Double($0) }, capacity: [2e18]),
        BadInput("largest numbers", [1e308, 1.5e308, 1.7e308, 1e300], capacity: [1.79e308]),
        BadInput(
            "smallest numbers", (0..<50).map { Double($0) * .leastNonzeroMagnitude },
            capacity: [Double.leastNormalMagnitude / 4_096]),
        BadInput("first day at the end of time", (0..<60).map(Double.init), capacity: [100], firstDay: .max),
        BadInput("first day at the start of time", (0..<60).map(Double.init), capacity: [100], firstDay: .min),
        BadInput("alternating", (0..<300).map { $0.isMultiple(of: 2) ? 1 : 9 }),
        BadInput("a wild reading", [1e300, 1, 2, 3, 1e17, 4, 5, 6]),
        BadInput("one jump", [Double](repeating: 1, count: 100) + [Double](repeating: 9, count: 100)),
        BadInput("only the first and the last", [1] + [Double](repeating: .nan, count: 300) + [5]),
        BadInput("a long history", (0..<5_000).map { Double($0) / 1_000 }),
    ]
}

@Suite("Bad input gives a defined result")
struct BadInputTests {
    @Test(arguments: BadInput.all, [0, 1, 6, 365])
    func isDefined(_ input: BadInput, horizon: Int) {
        let forecast = FillForecaster().forecast(input.history, horizon: horizon)
        var before = 0.0
        for share in [0, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 1] {
            let day = forecast.distribution.quantile(share) ?? .infinity
            #expect(day >= before, "\(share)")
            #expect(day == .infinity || day <= Double(max(0, horizon)))
            before = day
        }
        for day in [-1, 0, 30, 365, Double.infinity] {
            #expect((0...1).contains(forecast.distribution.probability(within: day)))
        }
        for range in forecast.usedBand {
            #expect(range.low.isFinite && range.low <= range.median && range.median <= range.high)
        }
        #expect(forecast.explanation.components.allSatisfy { $0.weight.isFinite && $0.growthPerDay.isFinite })
    }

    @Test("horizons beyond reason are confined", arguments: [Int.min, -1, Int.max])
    func horizons(_ horizon: Int) {
        let history = PoolScript().history()
        let distribution = FillForecaster(paths: 50).forecast(history, horizon: horizon).distribution
        #expect((0...3_650).contains(distribution.horizon))
        #expect(distribution.quantile(.nan) == nil)
        #expect(distribution.probability(within: .nan) == 0)
    }

    @Test("a calibration beyond reason still gives an ordered answer", arguments: [0, -1, 1e9, .infinity, .nan])
    func calibration(_ value: Double) {
        var calibration = FleetCalibration()
        let fields: [WritableKeyPath<FleetCalibration, Double>] = [
            \.rateWander, \.wanderSpread, \.jumpRecurrence, \.fleetJumps, \.fleetJumpDays, \.windowShare,
            \.restWindows, \.restDrift, \.restScale, \.windowSpread, \.activity, \.backtestTrust, \.singlePurge,
            \.shift, \.stretch, \.growth.changepointsPerDay, \.growth.changeScale, \.growth.onLevelScale,
            \.growth.levelDependentOdds, \.growth.yearlyOdds, \.growth.yearlyScale, \.growth.tempering,
            \.growth.temperingAtRest, \.growth.wanderPrior, \.growth.fleetRate, \.growth.fleetRateDeviation,
        ]
        let history = PoolScript(days: 500, burst: 1).history()
        for field in fields {
            calibration = FleetCalibration()
            calibration[keyPath: field] = value
            let distribution = FillForecaster(calibration: calibration, paths: 50)
                .forecast(history, horizon: 365).distribution
            #expect((distribution.quantile(0.1) ?? .infinity) <= (distribution.quantile(0.9) ?? .infinity))
            #expect((0...1).contains(distribution.probability(within: 90)))
        }
    }

    @Test("numbers of paths and steps of the band beyond reason are confined")
    func confined() {
        let history = PoolScript(days: 60).history()
        for (paths, step) in [(Int.min, Int.min), (0, 0), (-5, 1)] {
            let forecast = FillForecaster(paths: paths, bandStep: step).forecast(history, horizon: 100)
            #expect(forecast.distribution.quantile(0.5) != nil)
        }
        #expect(FillForecaster(paths: .max, bandStep: .max).forecast(history, horizon: 30).usedBand.isEmpty)
    }
}
