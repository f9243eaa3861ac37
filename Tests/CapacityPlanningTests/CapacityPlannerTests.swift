import CapacityPlanning
import Forecasting
import Inventory
import MonitoringModel
import PromQLEngine
import Synchronization
import TestSupport
import Testing

/// Full when a straight line through the first and the last reading says so; abstains below ten days.
private struct StraightLine: ResourceForecasting {
    func forecast(_ history: ResourceHistory, limit: [Double], calibration: FleetCalibration) -> ResourceForecast {
        guard history.used.count >= 10, let capacity = limit.last else {
            return ResourceForecast(abstention: .tooLittleHistory)
        }
        let growth = (history.newestUse - history.used[0]) / Double(history.newestDay - history.firstDay)
        let days = (capacity - history.newestUse) / growth
        func within(_ share: Double) -> Double? { days * share <= 365 ? days * share : nil }
        return ResourceForecast(
            fill: FillDays(p10: within(0.8), p50: within(1), p90: within(1.2)),
            fullWithin: FullWithin(days30: days <= 30 ? 1 : 0, days90: days <= 90 ? 1 : 0, days180: 1),
            checkpoints: ForecastRecord.horizons.map {
                let use = history.newestUse + growth * Double($0)
                return UseAhead(day: $0, p10: use - 1, p50: use, p90: use + 1)
            }, growthPerDay: growth)
    }
}

/// Tells the stretch that it was calibrated with as the growth.
private struct StretchTelling: ResourceForecasting {
    func forecast(_ history: ResourceHistory, limit: [Double], calibration: FleetCalibration) -> ResourceForecast {
        ResourceForecast(growthPerDay: calibration.stretch)
    }
}

private struct Fixture {
    let store = MemoryStore()
    let ledger = MemoryLedger()
    let days = TimeGrid.days(secondsEast: 7 * 3600)
    /// Day 20 000 is the first of the history.
    var start: Timestamp { days.start(of: 20_000) }

    func planner(_ forecaster: any ResourceForecasting = StraightLine()) -> CapacityPlanner {
        let evaluator = PromQLEvaluator(source: store)
        return CapacityPlanner(
            recorder: FigureRecorder(evaluator: evaluator, appender: store), ledger: ledger,
            forecaster: forecaster, options: CapacityPlanner.Options(workers: 3))
    }

    /// A resource that grows by one a day up to `last`, polled at noon.
    func poll(_ name: String, days count: Range<Int>, last: Double, size: Double?) {
        let labels = [
            Label("resource", name), Label("kind", "storage"), Label("site", "dc"), Label("instance", "array"),
        ]
        for day in count {
            let noon = start + .seconds(86_400 * day + 43_200)
            store.add(LabelSet(metric: "capacity_used_bytes", labels), noon, last - Double(count.upperBound - 1 - day))
            if let size { store.add(LabelSet(metric: "capacity_size_bytes", labels), noon, size) }
        }
    }

    func time(day: Int, hour: Int) -> Timestamp { start + .seconds(86_400 * day + 3600 * hour) }
}

@Suite("Capacity planner")
struct CapacityPlannerTests {
    @Test("resources stand by fewest days, those without a date last")
    func order() async throws {
        let fixture = Fixture()
        fixture.poll("later", days: 0..<40, last: 100, size: 300)
        fixture.poll("young", days: 37..<40, last: 100, size: 101)
        fixture.poll("soon", days: 0..<40, last: 100, size: 160)
        fixture.poll("never", days: 0..<40, last: 100, size: 100_000)
        fixture.poll("boundless", days: 0..<40, last: 100, size: nil)
        let outlook = try await fixture.planner().run(
            at: fixture.time(day: 39, hour: 20), days: fixture.days,
            fullAt: [ResourceKey(resource: "later", kind: "storage", unit: .bytes, site: "dc"): 0.5])
        #expect(outlook.resources.map(\.key.resource) == ["later", "soon", "never", "boundless", "young"])
        #expect(outlook.resources.map(\.forecast.abstention) == [nil, nil, nil, .sizeUnknown, .tooLittleHistory])
        #expect(outlook.resources[0].limit == 150)
        #expect(outlook.resources[0].forecast.fill.p50 == 50)
        #expect(abs(try #require(outlook.resources[1].orderWithin) - 3) < 1e-9)
        #expect(outlook.resources[2].orderWithin == nil)
        #expect(outlook.resources[1].history.used.count == 40)
        #expect(outlook.madeOn == 20_039)
    }

    @Test("an outlook becomes series: dates, probabilities, reasons")
    func series() async throws {
        let fixture = Fixture()
        fixture.poll("soon", days: 0..<40, last: 100, size: 150)
        fixture.poll("never", days: 0..<40, last: 100, size: 100_000)
        fixture.poll("young", days: 37..<40, last: 100, size: 101)
        let outlook = try await fixture.planner().run(
            at: fixture.time(day: 39, hour: 20), days: fixture.days, fullAt: [:])
        let values = Dictionary(
            uniqueKeysWithValues: ForecastSeries.values(of: outlook).map { ($0.labels, $0.value) })
        func labels(_ metric: String, _ resource: String, _ own: Label) -> LabelSet {
            LabelSet(
                metric: metric,
                [
                    own, Label("resource", resource), Label("kind", "storage"), Label("site", "dc"),
                    Label("instance", "array"), Label("unit", "bytes"),
                ])
        }
        let fill = { labels("capacity_forecast_fill_timestamp_seconds", $0, Label("quantile", $1)) }
        #expect(values[fill("soon", "0.5")] == fixture.time(day: 39 + 50, hour: 0).seconds)
        #expect(values[fill("soon", "0.1")] == fixture.time(day: 39 + 40, hour: 0).seconds)
        #expect(values[fill("never", "0.9")] == .infinity)
        #expect(values[labels("capacity_forecast_full_ratio", "soon", Label("within", "30d"))] == 0)
        #expect(values[labels("capacity_forecast_full_ratio", "soon", Label("within", "90d"))] == 1)
        let reason = Label("reason", "too_little_history")
        #expect(values[labels("capacity_forecast_abstained", "young", reason)] == 1)
        #expect(values.keys.count { $0["resource"] == "young" } == 1)
        let names = Set(values.keys.map(\.metricName))
        #expect(names == Set(ForecastSeries.metadata.map(\.name)))
    }

    @Test("forecasts are scored when their day has passed, and the record stands beside the next")
    func record() async throws {
        let fixture = Fixture()
        fixture.poll("san", days: 0..<60, last: 100, size: 200)
        let first = try await fixture.planner().run(
            at: fixture.time(day: 40, hour: 20), days: fixture.days, fullAt: [:])
        #expect(first.record.lines.isEmpty)
        // Day 47 still runs.
        let early = try await fixture.planner().run(
            at: fixture.time(day: 47, hour: 20), days: fixture.days, fullAt: [:])
        #expect(early.record.lines.isEmpty)
        let later = try await fixture.planner().run(
            at: fixture.time(day: 48, hour: 0) + .seconds(1200), days: fixture.days, fullAt: [:])
        #expect(later.record.lines.map(\.horizon) == [7])
        #expect(later.resources[0].record.lines.map(\.count) == [1])
        #expect(later.record.lines[0].medianError < 0.001)
        #expect(later.record.lines[0].heldShare == 1)
    }

    @Test("a run of the same day replaces its forecasts; the last ones are there after a restart")
    func restored() async throws {
        let fixture = Fixture()
        fixture.poll("san", days: 0..<40, last: 100, size: 150)
        let planner = fixture.planner()
        #expect(try await planner.restored(days: fixture.days) == nil)
        for hour in [13, 20] {
            _ = try await planner.run(at: fixture.time(day: 39, hour: hour), days: fixture.days, fullAt: [:])
        }
        #expect(fixture.ledger.nights.count == 1)
        let restored = try #require(try await planner.restored(days: fixture.days))
        #expect(restored.madeAt == fixture.time(day: 39, hour: 20))
        #expect(restored.resources[0].forecast.fill.p50 == 50)
        #expect(restored.resources[0].forecast.details == nil)
        #expect(ForecastSeries.values(of: restored).count == 6)
    }

    @Test("forecasts are calibrated by what became of those before, and tell so after a restart too")
    func calibrated() async throws {
        let fixture = Fixture()
        fixture.poll("san", days: 0..<40, last: 100, size: 150)
        let planner = fixture.planner(StretchTelling())
        let now = fixture.time(day: 39, hour: 20)
        let first = try await planner.run(at: now, days: fixture.days, fullAt: [:])
        #expect(!first.calibration.isFitted)
        #expect(first.resources[0].forecast.growthPerDay == FleetCalibration().stretch)
        var record = FleetRecord()
        for twentieths in [-40, 40] {
            record.add(FleetRecord.Outcome(twentieths: twentieths, isFull: true), count: 600)
        }
        try await fixture.ledger.settle(19_000, as: record)
        let second = try await planner.run(at: now, days: fixture.days, fullAt: [:])
        #expect(second.calibration.isFitted)
        #expect(second.calibration.stretch > 1.4)
        #expect(second.calibration.forecasts == 1_200 && second.calibration.filled == 1_200)
        #expect(second.resources[0].forecast.growthPerDay == second.calibration.stretch)
        #expect(try await planner.restored(days: fixture.days)?.calibration == second.calibration)
    }

    @Test("forecasts count for the next once their resource is full, one a month")
    func settled() async throws {
        let fixture = Fixture()
        fixture.poll("san", days: 0..<100, last: 160, size: 160)
        for day in [60, 70, 80] {
            _ = try await fixture.planner().run(at: fixture.time(day: day, hour: 1), days: fixture.days, fullAt: [:])
        }
        let outlook = try await fixture.planner().run(
            at: fixture.time(day: 100, hour: 1), days: fixture.days, fullAt: [:])
        #expect(outlook.calibration.forecasts == 2 && outlook.calibration.filled == 2)
        #expect(!outlook.calibration.isFitted)
    }

    @Test("resources that are gone for a month are left out")
    func gone() async throws {
        let fixture = Fixture()
        fixture.poll("gone", days: 0..<10, last: 100, size: 150)
        fixture.poll("here", days: 0..<40, last: 100, size: 150)
        let outlook = try await fixture.planner().run(
            at: fixture.time(day: 39, hour: 20), days: fixture.days, fullAt: [:])
        #expect(outlook.resources.map(\.key.resource) == ["here"])
    }

    @Test("progress comes to its end, and a cancelled run throws")
    func progress() async throws {
        let fixture = Fixture()
        for index in 0..<50 { fixture.poll("pool-\(index)", days: 0..<20, last: 100, size: 150) }
        let seen = Mutex<[PlanningProgress]>([])
        let now = fixture.time(day: 19, hour: 20)
        let outlook = try await fixture.planner().run(at: now, days: fixture.days, fullAt: [:]) { step in
            seen.withLock { $0.append(step) }
        }
        #expect(outlook.resources.count == 50)
        let steps = seen.withLock { $0 }
        #expect(steps.filter { $0.step == .forecasting }.map(\.done).max() == 50)
        #expect(steps.last == PlanningProgress(step: .keeping, done: 1, total: 1))
        let task = Task {
            await Task.yield()
            return try await fixture.planner().run(at: now, days: fixture.days, fullAt: [:])
        }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
    }
}
