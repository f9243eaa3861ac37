import CapacityPlanning
import Forecasting
import Inventory
import MonitoringModel
import TestSupport
import Testing

private let firstDay = 20_010

private func key(_ name: String) -> ResourceKey {
    ResourceKey(resource: name, kind: "storage", unit: .bytes, site: "dc")
}

/// A history that begins on `firstDay`, of one size if no other sizes are given.
private func history(_ name: String, _ used: [Double], sizes: [Double]? = nil) -> ResourceHistory {
    let newest = used.lastIndex { !$0.isNaN } ?? 0
    return ResourceHistory(
        key: key(name), labels: LabelSet(), firstDay: firstDay, used: used,
        size: sizes ?? Array(repeating: 100, count: used.count), newestDay: firstDay + newest)
}

private func night(
    _ day: Int, _ names: [String], used: Double = 50, calibration: ForecastCalibration = ForecastCalibration(),
    abstention: Abstention? = nil
) -> ForecastNight {
    ForecastNight(
        madeAt: Timestamp(milliseconds: 0), madeOn: firstDay + day, calibration: calibration,
        entries: names.map { name in
            LedgerEntry(
                key: key(name), labels: LabelSet(), used: used, size: 100, limit: 90,
                forecast: ResourceForecast(
                    abstention: abstention, fill: FillDays(p10: 40, p50: 50, p90: 62),
                    fullWithin: FullWithin(days30: 0.01, days90: 1, days180: 1)))
        })
}

/// Use that grows by one a day from 40 on, so that it is 90 on day 50.
private func rising(_ days: Int) -> [Double] { (0..<days).map { 40 + Double($0) } }

@Suite("Settling of forecasts")
struct ForecastSettlingTests {
    private let ledger = MemoryLedger()
    private var settling: ForecastSettling { ForecastSettling(ledger: ledger) }

    private func outcomes(_ histories: [ResourceHistory], through day: Int) async throws -> [FleetRecord.Outcome: Int] {
        try await settling.record(histories, through: firstDay + day).counts
    }

    private func outcome(_ twentieths: Int, isFull: Bool) -> [FleetRecord.Outcome: Int] {
        [FleetRecord.Outcome(twentieths: twentieths, isFull: isFull): 1]
    }

    @Test("one night in thirty stands for all: the first there is")
    func standing() {
        #expect(
            ForecastSettling.standing([20_009, 20_011, 20_012, 20_040, 20_039, 20_100]) == [
                20_009, 20_011, 20_040, 20_100,
            ])
        #expect(ForecastSettling.forecastsPerFill == 6)
    }

    @Test("a forecast counts with the score of the day its resource was full, its calibration undone")
    func full() async throws {
        try await ledger.keep(night(0, ["san"]))
        // Full on its median day.
        #expect(try await outcomes([history("san", rising(60))], through: 59) == outcome(0, isFull: true))
        try await ledger.keep(
            night(0, ["san"], calibration: ForecastCalibration(shift: 0.5, stretch: 2, forecasts: 0, filled: 0)))
        #expect(try await outcomes([history("san", rising(60))], through: 59) == outcome(10, isFull: true))
        // Full on its 0.1 quantile.
        let early = rising(60).map { $0 + 10 }
        #expect(try await outcomes([history("san", early)], through: 59) == outcome(-41, isFull: true))
    }

    @Test("while a resource is not full, its forecast counts as later than the day that has come")
    func waiting() async throws {
        try await ledger.keep(night(0, ["san"]))
        #expect(try await outcomes([history("san", rising(3))], through: 1).isEmpty)
        let record = try await outcomes([history("san", rising(46))], through: 45)
        let only = try #require(record.first)
        #expect(!only.key.isFull && (-15 ... -5).contains(only.key.twentieths))
        #expect(try await ledger.unsettledNights().count == 1)
    }

    @Test("a night is settled once its half year is over, and what became of it stays")
    func settled() async throws {
        try await ledger.keep(night(0, ["san", "calm"]))
        try await ledger.keep(night(1, ["san", "calm"]))
        let calm = Array(repeating: 10.0, count: 400)
        let histories = [history("san", rising(400)), history("calm", calm)]
        let record = try await settling.record(histories, through: firstDay + 179)
        #expect(try await ledger.unsettledNights().map(\.madeOn) == [firstDay])
        #expect(try await settling.record(histories, through: firstDay + 180) == record)
        #expect(try await ledger.unsettledNights().isEmpty)
        #expect(record.count == 2 && record.filled == 1)
        #expect(record.counts[FleetRecord.Outcome(twentieths: 60, isFull: false)] == 1)
        #expect(try await settling.record([], through: firstDay + 300) == record)
    }

    @Test("a resource that is enlarged before it is full counts when it passes its old limit, a smaller one no more")
    func resized() async throws {
        try await ledger.keep(night(0, ["san"]))
        let days = 0..<100
        func record(_ growth: Double) async throws -> [FleetRecord.Outcome: Int] {
            try await outcomes([history("san", rising(100), sizes: days.map { $0 < 46 ? 100 : growth })], through: 99)
        }
        let before = try await outcomes([history("san", rising(46))], through: 45)
        #expect(try await record(150) == outcome(0, isFull: true))
        #expect(try await record(80) == before)
        // A file system's own tables: full at 91 of 101.
        #expect(try await record(101).keys.map(\.isFull) == [true])
    }

    @Test("a resource that is gone counts as later than its last reading")
    func gone() async throws {
        try await ledger.keep(night(0, ["san"]))
        let before = try await outcomes([history("san", rising(46))], through: 45)
        let gap = Array(repeating: Double.nan, count: 40)
        #expect(try await outcomes([history("san", rising(46) + gap)], through: 85) == before)
        #expect(try await outcomes([history("san", rising(46) + gap + [95])], through: 86) == before)
        let pause = Array(repeating: Double.nan, count: 3)
        #expect(
            try await outcomes([history("san", rising(46) + pause + [95])], through: 49).keys.map(\.isFull) == [true])
    }

    @Test("abstentions, full resources, and nights without any reading since count for nothing")
    func nothing() async throws {
        try await ledger.keep(night(0, ["san"], abstention: .unstable))
        #expect(try await outcomes([history("san", rising(60))], through: 59).isEmpty)
        try await ledger.keep(night(0, ["san"], used: 90))
        #expect(try await outcomes([history("san", rising(60))], through: 59).isEmpty)
        try await ledger.keep(night(0, ["san"]))
        #expect(try await outcomes([history("san", rising(1))], through: 200).isEmpty)
        #expect(try await outcomes([], through: 200).isEmpty)
        #expect(try await ledger.unsettledNights().count == 1)
        #expect(try await outcomes([history("san", rising(201))], through: 200) == outcome(0, isFull: true))
        #expect(try await ledger.unsettledNights().isEmpty)
    }
}
