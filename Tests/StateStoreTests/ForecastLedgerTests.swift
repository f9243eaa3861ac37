import CapacityPlanning
import Forecasting
import GRDB
import Inventory
import MonitoringModel
import StateStore
import TestSupport
import Testing

private let madeAt = Timestamp(milliseconds: 1_790_000_000_000)

private func key(_ name: String) -> ResourceKey {
    ResourceKey(resource: name, kind: "storage", unit: .bytes, site: "dc")
}

private func entry(_ name: String, expected: Double = 100, abstention: Abstention? = nil) -> LedgerEntry {
    LedgerEntry(
        key: key(name),
        labels: LabelSet([Label("resource", name), Label("site", "dc"), Label("kind", "storage"), Label("job", "s\"q")]
        ),
        used: 90, size: 200, limit: 160,
        forecast: ResourceForecast(
            abstention: abstention, fill: FillDays(p10: 33.5, p50: 41, p90: nil),
            fullWithin: FullWithin(days30: 0.1, days90: 0.9, days180: 1),
            checkpoints: ForecastRecord.horizons.map {
                UseAhead(day: $0, p10: expected - 10, p50: expected, p90: expected + 10)
            }, growthPerDay: 1.5))
}

private func night(_ day: Int, _ entries: [LedgerEntry]) -> ForecastNight {
    ForecastNight(madeAt: madeAt, madeOn: day, entries: entries)
}

@Suite("Forecast ledger")
struct ForecastLedgerTests {
    private let directory: TemporaryDirectory
    private let store: StateDatabase

    init() throws {
        directory = try TemporaryDirectory()
        store = try StateDatabase(directory: directory.path)
    }

    @Test("the forecasts made last are there after a restart")
    func newest() async throws {
        #expect(try await store.newestNight() == nil)
        try await store.keep(night(20_000, [entry("old")]))
        let unsized = LedgerEntry(
            key: key("unsized"), labels: LabelSet([Label("resource", "unsized")]), used: 1, size: nil, limit: nil,
            forecast: ResourceForecast(abstention: .sizeUnknown))
        let last = night(20_001, [entry("san"), entry("young", abstention: .tooLittleHistory), unsized])
        try await store.keep(last)
        try store.close()
        let reopened = try StateDatabase(directory: directory.path)
        let found = try #require(try await reopened.newestNight())
        #expect(found.madeAt == madeAt)
        #expect(found.madeOn == 20_001)
        #expect(found.entries.sorted { $0.key < $1.key } == last.entries.sorted { $0.key < $1.key })
        try reopened.close()
    }

    @Test("a second run of the same day replaces the first")
    func replaced() async throws {
        try await store.keep(night(20_000, [entry("san"), entry("gone")]))
        var moved = entry("san", expected: 120)
        moved.labels = moved.labels.setting("instance", to: "other")
        try await store.keep(night(20_000, [moved]))
        #expect(try await store.newestNight()?.entries == [moved])
    }

    @Test("forecasts are due one horizon after the other, and are scored once")
    func scored() async throws {
        try await store.keep(night(20_000, [entry("san"), entry("young", abstention: .unstable)]))
        try await store.keep(night(20_001, [entry("san", expected: 120)]))
        #expect(try await store.unscored(through: 20_006).isEmpty)
        let due = DueForecasts(madeOn: 20_000, horizon: 7)
        #expect(try await store.unscored(through: 20_007) == [due])
        let checkpoints = try await store.checkpoints(of: due)
        #expect(
            checkpoints == [
                KeptCheckpoint(
                    key: key("san"), use: UseAhead(day: 7, p10: 90, p50: 100, p90: 110), size: 200, limit: 160)
            ])
        let scores = due.scores(checkpoints) { _ in 108 }
        try await store.record(scores, of: due)
        try await store.record(scores, of: due)
        #expect(try await store.unscored(through: 20_030).map(\.horizon) == [30, 7])
        let tally = try #require(try await store.tallies()[key("san")]?[7])
        #expect(tally.held == 1)
        #expect(tally.errors.count == 1)
        #expect(abs(try #require(tally.errors.median) - 0.04) < 0.004)
    }

    @Test("the record adds up over quarters, and old ones are forgotten")
    func quarters() async throws {
        for day in stride(from: 20_000, to: 20_400, by: 100) {
            try await store.keep(night(day, [entry("san")]))
            let due = DueForecasts(madeOn: day, horizon: 7)
            try await store.record(due.scores(try await store.checkpoints(of: due)) { _ in 100 }, of: due)
        }
        #expect(try await store.tallies()[key("san")]?[7]?.errors.count == 4)
        try await store.removeForecasts(before: 20_300)
        #expect(try await store.tallies()[key("san")]?[7]?.errors.count == 1)
        #expect(try await store.unscored(through: 30_000).map(\.madeOn) == [20_300, 20_300])
        #expect(try await store.checkpoints(of: DueForecasts(madeOn: 20_000, horizon: 7)).isEmpty)
    }

    @Test("what a night was calibrated with is kept, and was the default before it was")
    func calibration() async throws {
        var last = night(20_040, [entry("san")])
        last.calibration = ForecastCalibration(shift: 0.25, stretch: 1.5, forecasts: 1_200, filled: 300)
        try await store.keep(last)
        try store.close()
        let queue = try DatabaseQueue(path: directory.path + "/state.db")
        try await queue.write { db in
            try db.execute(sql: "INSERT INTO forecast_nights (day, made_at) VALUES (20000, 0)")
        }
        try queue.close()
        let reopened = try StateDatabase(directory: directory.path)
        #expect(try await reopened.newestNight() == last)
        let nights = try await reopened.unsettledNights()
        #expect(nights.map(\.madeOn) == [20_000, 20_040])
        #expect(nights[0].calibration == ForecastCalibration(shift: 0, stretch: 0.87, forecasts: 0, filled: 0))
        #expect(nights[1].calibration == last.calibration)
        try reopened.close()
    }

    @Test("what was said of fill dates is read back, but for abstentions and resources that were full")
    func fills() async throws {
        var full = entry("full")
        full.used = 160
        try await store.keep(night(20_010, [entry("san"), entry("young", abstention: .unstable), full]))
        #expect(
            try await store.fills(of: 20_010) == [
                KeptFill(
                    key: key("san"), fill: FillDays(p10: 33.5, p50: 41, p90: nil),
                    fullWithin: FullWithin(days30: 0.1, days90: 0.9, days180: 1), size: 200, limit: 160)
            ])
    }

    @Test("nights are settled once, and what became of them outlives a restart until it is old")
    func settled() async throws {
        for day in [20_010, 20_011, 20_040] { try await store.keep(night(day, [entry("san")])) }
        #expect(try await store.unsettledNights().map(\.madeOn) == [20_010, 20_040])
        var record = FleetRecord()
        record.add(FleetRecord.Outcome(twentieths: -7, isFull: true), count: 3)
        record.add(FleetRecord.Outcome(twentieths: 7, isFull: false), count: 5)
        for _ in 0..<2 { try await store.settle(20_010, as: record) }
        #expect(try await store.unsettledNights().map(\.madeOn) == [20_040])
        #expect(try await store.settledRecord() == record)
        try await store.settle(20_040, as: record)
        // A run of the same night again.
        try await store.settle(20_040, as: record)
        try store.close()
        let reopened = try StateDatabase(directory: directory.path)
        var twice = record
        twice += record
        #expect(try await reopened.settledRecord() == twice)
        try await reopened.removeForecasts(before: 20_200)
        #expect(try await reopened.settledRecord().count == 0)
        try reopened.close()
    }

    @Test("thousands of resources are kept, read, scored and settled")
    func many() async throws {
        let entries = (0..<3_000).map { entry("pool-\($0)") }
        try await store.keep(night(20_000, entries))
        let settling = ForecastSettling(ledger: store)
        let histories = entries.map { entry in
            ResourceHistory(
                key: entry.key, labels: entry.labels, firstDay: 20_000, used: (0..<200).map { 90 + Double($0) },
                size: Array(repeating: 200, count: 200), newestDay: 20_199)
        }
        #expect(try await settling.record(histories, through: 20_199).filled == 3_000)
        #expect(try await store.settledRecord().filled == 3_000)
        let due = DueForecasts(madeOn: 20_000, horizon: 7)
        try await store.record(due.scores(try await store.checkpoints(of: due)) { _ in 100 }, of: due)
        #expect(try await store.tallies().count == 3_000)
        #expect(try await store.newestNight()?.entries.count == 3_000)
    }
}
