import Forecasting
import Glibc
import Testing

@Suite("A fleet's record of forecasts")
struct FleetRecordTests {
    /// Forecasts of steady pools that then fill early or late by much more, or less, than was thought.
    private func record(noise: Double, lateness: Double = 0, forecasts: Int = 120) -> FleetRecord {
        var record = FleetRecord()
        var random = TestRandom(state: 11)
        let distribution = FillForecaster().forecast(PoolScript(fillDay: 90).history(), horizon: 365).distribution
        let median = distribution.quantile(0.5) ?? 0
        let deviation = ((distribution.quantile(0.9) ?? 0) - (distribution.quantile(0.1) ?? 0)) / 2.56
        for _ in 0..<forecasts {
            let day = median + deviation * (lateness + noise * random.normal())
            record.add(distribution, fillDay: max(1, Int(day)))
        }
        return record
    }

    @Test("a record that is too short changes nothing")
    func tooShort() {
        let calibration = FleetCalibration()
        let fitted = record(noise: 3, forecasts: 10).fitted(calibration)
        #expect(fitted.stretch == calibration.stretch && fitted.shift == calibration.shift)
    }

    @Test("pools nearer to their dates than thought narrow the range, others widen it")
    func spread() {
        let near = record(noise: 0.5).fitted(FleetCalibration()).stretch
        let far = record(noise: 1.5).fitted(FleetCalibration()).stretch
        #expect(near < 0.7)
        #expect(far > near + 0.3)
    }

    /// Scores of deviation 2, as many early as late.
    private func wide(_ count: Int) -> FleetRecord {
        var record = FleetRecord()
        for twentieths in [-40, 40] {
            record.add(FleetRecord.Outcome(twentieths: twentieths, isFull: true), count: count / 2)
        }
        return record
    }

    @Test("the shortest record that counts goes a third of the way, a long one nearly all of it")
    func damped() {
        let stretch = FleetCalibration().stretch
        func way(_ count: Int, forecastsPerFill: Int = 1) -> Double {
            let fitted = wide(count).fitted(FleetCalibration(), forecastsPerFill: forecastsPerFill)
            return log(fitted.stretch / stretch) / log(2 / stretch)
        }
        #expect(way(28) == 0)
        #expect(abs(way(30) - 1.0 / 3) < 1e-6)
        #expect(abs(way(180, forecastsPerFill: 6) - 1.0 / 3) < 1e-6)
        #expect(way(178, forecastsPerFill: 6) == 0)
        #expect(abs(way(6_000) - 0.99) < 1e-3)
    }

    @Test("records add up")
    func sum() {
        var sum = wide(40)
        sum += wide(60)
        #expect(sum == wide(100))
        #expect(sum.count == 100 && sum.filled == 100)
    }

    @Test("pools that always fill late move the dates")
    func late() throws {
        let fitted = record(noise: 0.8, lateness: 1).fitted(FleetCalibration())
        #expect(fitted.shift > 0.3)
        let history = PoolScript(fillDay: 90).history()
        let before = try #require(FillForecaster().forecast(history, horizon: 365).distribution.quantile(0.5))
        let after = try #require(
            FillForecaster(calibration: fitted).forecast(history, horizon: 365).distribution.quantile(0.5))
        #expect(after > before)
    }

    @Test("a pool not yet full counts as later than its horizon")
    func censored() {
        var record = record(noise: 0.8)
        let distribution = FillForecaster().forecast(PoolScript(fillDay: 90).history(), horizon: 90).distribution
        let shift = record.fitted(FleetCalibration()).shift
        for _ in 0..<60 { record.add(distribution, fillDay: nil) }
        #expect(record.fitted(FleetCalibration()).shift > shift)
    }
}
