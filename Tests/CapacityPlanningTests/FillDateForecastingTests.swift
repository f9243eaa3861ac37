import CapacityPlanning
import Forecasting
import Inventory
import MonitoringModel
import Testing

@Suite("Forecasts of resources")
struct FillDateForecastingTests {
    private func history(days: Int, growth: Double, size: Double = 1_000) -> ResourceHistory {
        let labels = [Label("resource", "san"), Label("kind", "storage"), Label("site", "dc")]
        var used = FigureTable<ResourceKey>(last: 20_000, count: 731)
        var sizes = FigureTable<ResourceKey>(last: 20_000, count: 731)
        let key = ResourceKey(resource: "san", kind: "storage", unit: .bytes, site: "dc")
        let samples = (0..<days).map { day in
            Sample(Timestamp(milliseconds: Int64(20_001 - days + day)), 500 + growth * Double(day))
        }
        used.add(SeriesSamples(labels: LabelSet(labels), samples: samples), as: key) { Int($0.milliseconds) }
        sizes.add(
            SeriesSamples(labels: LabelSet(labels), samples: [Sample(Timestamp(milliseconds: 19_999), size)]), as: key
        ) { Int($0.milliseconds) }
        return ResourceHistory.all(used: used, size: sizes)[0]
    }

    private func forecast(_ history: ResourceHistory) -> ResourceForecast {
        FillDateForecasting().forecast(history, limit: history.size, calibration: FleetCalibration())
    }

    @Test("steady growth has a date near the straight line's, a band and a reason")
    func growth() throws {
        let history = history(days: 300, growth: 1)
        let forecast = forecast(history)
        #expect(forecast.abstention == nil)
        let median = try #require(forecast.fill.p50)
        #expect((170...230).contains(median))
        #expect(try #require(forecast.fill.p10) <= median)
        #expect(abs(try #require(forecast.growthPerDay) - 1) < 0.2)
        #expect(forecast.checkpoints.map(\.day) == ForecastRecord.horizons)
        for use in forecast.checkpoints {
            #expect(abs(use.p50 - (799 + Double(use.day))) < 20)
            #expect(use.p10 <= use.p50 && use.p50 <= use.p90)
        }
        let details = try #require(forecast.details)
        #expect(!details.band.isEmpty)
        #expect(!details.explanation.components.isEmpty)
    }

    @Test("what the running day has seen so far bends no date", arguments: [1.0, 5, 0.1])
    func runningDay(growth: Double) throws {
        let whole = history(days: 200, growth: growth, size: 500 + growth * 250)
        var partial = whole
        // An hour after midnight.
        partial.used[199] = whole.used[198] + growth * 0.04
        let (expected, found) = (forecast(whole), forecast(partial))
        #expect(abs(try #require(found.fill.p50) - 51) <= 2)
        #expect(found.fill == expected.fill)
        #expect(found.details?.explanation.cleaning.gaps == 0)
        // Full is full, whatever the hour.
        partial.used[199] = 500 + growth * 250
        #expect(forecast(partial).fill.p90 == 0)
    }

    @Test("a size of nothing is no size", arguments: [0.0, -500, .nan])
    func noSize(size: Double) {
        #expect(history(days: 200, growth: 1, size: size).size.isEmpty)
    }

    @Test("readings that fit no size are told so, and old ones")
    func unfit() {
        #expect(forecast(history(days: 200, growth: 1, size: 0.4)).abstention == .implausible)
        var silent = history(days: 200, growth: 1)
        for day in 192..<200 { silent.used[day] = .nan }
        silent.newestDay -= 8
        #expect(forecast(silent).abstention == .outdated)
        silent.used[192] = 692
        #expect(forecast(silent).abstention == nil)
    }

    @Test("the record's days follow the week and the teeth, not the weekday of today", arguments: [0, 2, 4])
    func phase(shift: Int) throws {
        // Falls back by 60 each week, and grows by a tenth a day.
        func use(_ day: Int) -> Double { 500 + 0.1 * Double(day) + 10 * Double((day + shift) % 7) }
        var history = history(days: 364, growth: 0)
        for day in history.used.indices { history.used[day] = use(day) }
        for checkpoint in forecast(history).checkpoints {
            let truth = use(363 + checkpoint.day)
            #expect(abs(checkpoint.p50 - truth) < 8, "day \(checkpoint.day)")
        }
        // A week with a profile.
        let week = [0.0, 10, 20, 20, 10, -20, -40]
        func weekly(_ day: Int) -> Double { 500 + 0.5 * Double(day) + week[(day + shift) % 7] }
        for day in history.used.indices { history.used[day] = weekly(day) }
        for checkpoint in forecast(history).checkpoints {
            #expect(abs(checkpoint.p50 - weekly(363 + checkpoint.day)) < 8, "day \(checkpoint.day)")
        }
    }

    @Test("a few days are too little")
    func short() {
        let history = history(days: 3, growth: 1)
        #expect(forecast(history).abstention == .tooLittleHistory)
    }

    @Test("a calibration that stretches widens the dates")
    func calibrated() throws {
        let history = history(days: 300, growth: 1)
        var calibration = FleetCalibration()
        calibration.stretch = 2
        let wide = FillDateForecasting().forecast(history, limit: history.size, calibration: calibration).fill
        let usual = forecast(history).fill
        #expect(try #require(wide.p10) < #require(usual.p10))
        #expect(wide.p50 == usual.p50)
    }

    @Test("use that falls fills nothing")
    func shrinking() {
        let history = history(days: 300, growth: -1)
        #expect(forecast(history).abstention == .shrinking)
    }
}
