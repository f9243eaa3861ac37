import CapacityPlanning
import Inventory
import Testing

private func key(_ name: String) -> ResourceKey {
    ResourceKey(resource: name, kind: "storage", unit: .bytes, site: "")
}

@Suite("Record of forecasts")
struct ForecastScoreTests {
    private let due = DueForecasts(madeOn: 20_000, horizon: 30)

    private func checkpoint(_ name: String, size: Double = 200) -> KeptCheckpoint {
        KeptCheckpoint(key: key(name), use: UseAhead(day: 30, p10: 90, p50: 100, p90: 110), size: size, limit: 110)
    }

    @Test(
        "the error is a share of the size, and a range holds its bounds",
        arguments: [
            (100.0, 0.0, true), (110, 0.05, true), (150, 0.05, true), (89.9, 0.0505, false), (90, 0.05, true),
            (80, 0.1, false),
        ])
    func scores(actual: Double, error: Double, isHeld: Bool) throws {
        let score = try #require(due.scores([checkpoint("a")]) { _ in actual }.first)
        #expect(abs(score.error - error) < 1e-9)
        #expect(score.isHeld == isHeld)
    }

    @Test("a day without a reading scores nothing")
    func noReading() {
        #expect(due.dueDay == 20_030)
        #expect(due.scores([checkpoint("a")]) { _ in nil }.isEmpty)
        #expect(due.scores([checkpoint("a")]) { _ in .nan }.isEmpty)
        #expect(due.scores([checkpoint("a", size: 0)]) { _ in 100 }.isEmpty)
    }

    @Test("the median of many errors is right within a tenth of itself")
    func median() throws {
        for truth in [0.001, 0.04, 0.3, 2] {
            var errors = ErrorDistribution()
            for step in 0...100 { errors.add(truth * Double(step) / 50) }
            #expect(errors.count == 101)
            #expect(abs(try #require(errors.median) / truth - 1) < 0.1)
        }
        var errors = ErrorDistribution()
        #expect(errors.median == nil)
        for error in [0, Double.nan, .infinity] { errors.add(error) }
        #expect(errors.count == 3)
    }

    @Test("a record counts what held, by horizon")
    func record() {
        var tally = ForecastTally()
        for index in 0..<10 { tally.add(ForecastScore(key: key("a"), error: 0.04, isHeld: index < 7)) }
        var other = tally
        other += tally
        let record = ForecastRecord([90: tally, 7: other, 30: ForecastTally()])
        #expect(record.lines.map(\.horizon) == [7, 90])
        #expect(record.lines.map(\.count) == [20, 10])
        #expect(record.lines.map(\.heldShare) == [0.7, 0.7])
        #expect(abs(record.lines[0].medianError - 0.04) < 0.004)
    }
}
