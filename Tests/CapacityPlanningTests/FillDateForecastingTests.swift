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

    @Test("between two days of a band lies a straight line")
    func band() {
        let band = [UseAhead(day: 2, p10: 8, p50: 12, p90: 14), UseAhead(day: 10, p10: 8, p50: 20, p90: 30)]
        #expect(UseAhead(onDay: 1, of: band, today: 10) == UseAhead(day: 1, p10: 9, p50: 11, p90: 12))
        #expect(UseAhead(onDay: 6, of: band, today: 10) == UseAhead(day: 6, p10: 8, p50: 16, p90: 22))
        #expect(UseAhead(onDay: 10, of: band, today: 10) == band[1])
        #expect(UseAhead(onDay: 11, of: band, today: 10) == nil)
    }
}
