import CapacityPlanning
import MonitoringModel
import PromQLEngine
import Testing

private let hours = TimeGrid.hours
/// The first hour of Monday, 2024-10-07, in UTC.
private let monday = 20_003 * 24

/// Bytes a second of links.
private let speeds = ["wan-1": 1_000.0]

/// A device that is busy by day and rests by night, and less on Saturday and Sunday.
private func usualLoad(_ hour: Int) -> Double {
    let (day, ofDay) = (hour - monday + 100 * 168).quotientAndRemainder(dividingBy: 24)
    let isDay = (8..<18).contains(ofDay)
    return isDay ? (day % 7 < 5 ? 0.7 : 0.3) : 0.1
}

private struct Fixture {
    let store = MemoryStore()

    func planner(workers: Int = 2) -> LoadPlanner {
        LoadPlanner(
            recorder: FigureRecorder(evaluator: PromQLEvaluator(source: store), appender: store), workers: workers)
    }

    /// Two samples an hour of the device's load.
    func addProcessor(_ device: String, from first: Int, through last: Int, wobble: Double = 0.02) {
        let labels = LabelSet(
            metric: "device_cpu_ratio", [Label("instance", device), Label("job", "snmp"), Label("site", "dc")])
        for hour in first...last {
            let value = usualLoad(hour) + wobble * Double((hour * 7_919) % 11 - 5) / 5
            store.add(labels, hours.start(of: hour) + .seconds(1_200), value)
            store.add(labels, hours.start(of: hour) + .seconds(2_400), value)
        }
    }
}

@Suite("Loads of the coming week")
struct LoadPlannerTests {
    private let processor = LoadKey(.processor, of: "core", site: "dc")

    @Test("the busy hours of working days and the quiet ones of the weekend are foreseen, hour by hour")
    func week() async throws {
        let fixture = Fixture()
        fixture.addProcessor("core", from: monday - 35 * 24, through: monday - 1)
        let now = hours.start(of: monday) + .seconds(900)
        let outlook = try await fixture.planner().run(at: now, linkSpeeds: speeds)
        #expect(outlook.firstHour == monday)
        let load = try #require(outlook.loads.first { $0.key == processor })
        #expect(load.forecast.p50.count == LoadOutlook.horizon)
        #expect(load.capacity == 1)
        #expect(load.history.count == Load.historyHours)
        var missed = 0.0
        for hour in 0..<LoadOutlook.horizon {
            let miss = abs(load.forecast.p50[hour] - usualLoad(monday + hour))
            missed += miss
            #expect(miss < 0.15, "hour \(hour)")
            #expect(load.forecast.p10[hour] <= load.forecast.p50[hour])
            #expect(load.forecast.p50[hour] <= load.forecast.p90[hour])
            #expect((0...1).contains(load.forecast.p90[hour]))
        }
        #expect(missed / Double(LoadOutlook.horizon) < 0.03)
        let peak = try #require(load.peak)
        #expect((8..<18).contains(peak % 24) && peak / 24 < 5)
    }

    @Test("the mean of each full hour is kept, the running hour is not")
    func kept() async throws {
        let fixture = Fixture()
        fixture.addProcessor("core", from: monday - 60, through: monday, wobble: 0)
        _ = try await fixture.planner().run(at: hours.start(of: monday) + .seconds(2_500), linkSpeeds: speeds)
        let samples = fixture.store.samples(
            LabelSet(
                metric: "device:device_cpu_ratio:avg1h",
                [Label("instance", "core"), Label("job", "snmp"), Label("site", "dc")]))
        #expect(samples.count == 60)
        #expect(samples.last?.timestamp == hours.end(of: monday - 1))
        for sample in samples {
            #expect(abs(sample.value - usualLoad(hours.index(endingAt: sample.timestamp))) < 1e-9)
        }
    }

    @Test("traffic is told for both directions and ends, never above the link's speed")
    func traffic() async throws {
        let fixture = Fixture()
        let speed = try #require(speeds["wan-1"])
        for end in ["a", "b"] {
            let labels = [Label("link", "wan-1"), Label("end", end), Label("site", end == "a" ? "dc" : "ward")]
            for name in ["link_receive_bytes_total", "link_transmit_bytes_total"] {
                var total = 0.0
                for quarter in 0..<(4 * 24 * 21) {
                    let hour = monday - 21 * 24 + quarter / 4
                    total += 900 * (hour % 24 < 12 ? speed : 0.2 * speed)
                    fixture.store.add(
                        LabelSet(metric: name, labels), hours.start(of: hour) + .seconds(900 * (quarter % 4) + 10),
                        total)
                }
            }
        }
        let outlook = try await fixture.planner().run(at: hours.start(of: monday) + .seconds(60), linkSpeeds: speeds)
        #expect(
            outlook.loads.map(\.name).sorted() == [
                "receive:wan-1:a", "receive:wan-1:b", "transmit:wan-1:a", "transmit:wan-1:b",
            ])
        for load in outlook.loads {
            #expect(load.capacity == speed)
            // The hour's mean may be a rounding above it.
            #expect(load.forecast.p90.allSatisfy { $0 <= speed * (1 + 1e-9) })
            let peak = try #require(load.peak)
            #expect(load.forecast.p50[peak] > 0.9 * speed)
        }
    }

    @Test("calls at once are the most of each hour over all rooms; a room's time in calls is its own")
    func calls() async throws {
        let fixture = Fixture()
        for room in ["r1", "r2", "r3"] {
            let labels = LabelSet(metric: "room_in_call", [Label("room", room), Label("site", "ward")])
            for minute in 0..<(3 * 24 * 60) where minute % 2 == 0 {
                let ofHour = minute % 60
                let isInCall = room == "r3" ? false : (10..<40).contains(ofHour)
                fixture.store.add(
                    labels, hours.start(of: monday - 72) + .seconds(60 * minute + 30), isInCall ? 1 : 0)
            }
        }
        let outlook = try await fixture.planner().run(at: hours.start(of: monday), linkSpeeds: speeds)
        let calls = try #require(outlook.loads.first { $0.key == LoadKey(.calls) })
        #expect(calls.history.suffix(48).allSatisfy { $0 == 2 })
        #expect(calls.forecast.p50.allSatisfy { abs($0 - 2) < 0.01 })
        #expect(calls.capacity == nil)
        let room = try #require(outlook.loads.first { $0.key == LoadKey(.inCall, of: "r1", site: "ward") })
        #expect(room.history.suffix(48).allSatisfy { abs($0 - 0.5) < 0.02 })
    }

    @Test("no more calls at once are foreseen than there are rooms that tell of theirs")
    func rooms() async throws {
        let fixture = Fixture()
        for room in 0..<6 {
            let labels = LabelSet(metric: "room_in_call", [Label("room", "r\(room)"), Label("site", "ward")])
            for hour in 0..<(14 * 24) {
                // More from day to day, up to nearly all of them.
                let isInCall = room < 2 + hour / 84 + hour * 7_919 % 11 % 3 - 1
                fixture.store.add(
                    labels, hours.start(of: monday - 14 * 24 + hour) + .seconds(1_800), isInCall ? 1 : 0)
            }
        }
        let outlook = try await fixture.planner().run(at: hours.start(of: monday), linkSpeeds: speeds)
        let calls = try #require(outlook.loads.first { $0.key == LoadKey(.calls) })
        #expect(calls.forecast.p90.count == LoadOutlook.horizon)
        #expect(calls.forecast.p90.allSatisfy { $0 <= 6 })
        #expect(calls.forecast.p90.contains { $0 > 5.5 })
        #expect(calls.capacity == nil)
    }

    @Test("a load of less than two days says nothing, and one that ended is gone")
    func abstentions() async throws {
        let fixture = Fixture()
        fixture.addProcessor("young", from: monday - 47, through: monday - 1)
        fixture.addProcessor("gone", from: monday - 400, through: monday - 60)
        let outlook = try await fixture.planner().run(at: hours.start(of: monday), linkSpeeds: speeds)
        #expect(outlook.loads.map(\.key.id) == ["young"])
        #expect(outlook.loads.first?.forecast.abstains == true)
        #expect(outlook.loads.first?.peak == nil)
        #expect(LoadSamples(outlook, in: fixture.store).batch(at: outlook.madeAt).values.isEmpty)
    }

    @Test("hours that have come are kept as held or not, once, and the record counts them")
    func record() async throws {
        let fixture = Fixture()
        /// Forecasts, and tells the series every ten minutes of the day ahead.
        func run(at hour: Int) async throws -> LoadRecord {
            let outlook = try await fixture.planner().run(at: hours.start(of: hour), linkSpeeds: speeds)
            let samples = LoadSamples(outlook, in: fixture.store)
            for minute in stride(from: 0, to: 24 * 60, by: 3) {
                fixture.store.append(samples.batch(at: hours.start(of: hour) + .seconds(60 * minute)))
            }
            return try #require(outlook.loads.first { $0.key == processor }?.record)
        }
        fixture.addProcessor("core", from: monday - 35 * 24, through: monday - 1)
        #expect(try await run(at: monday) == LoadRecord())
        fixture.addProcessor("core", from: monday, through: monday + 23)
        let usual = try await run(at: monday + 24)
        #expect(usual.hours == 24)
        #expect(usual.held > 12)
        let again = try await fixture.planner().run(
            at: hours.start(of: monday + 24) + .seconds(60), linkSpeeds: speeds)
        #expect(again.loads.first { $0.key == processor }?.record == usual)
        // A day that is nothing like the others.
        let labels = LabelSet(
            metric: "device_cpu_ratio", [Label("instance", "core"), Label("job", "snmp"), Label("site", "dc")])
        for hour in 24..<48 {
            fixture.store.add(labels, hours.start(of: monday + hour) + .seconds(1_200), 0.97)
        }
        #expect(try await run(at: monday + 48) == LoadRecord(hours: 48, held: usual.held))
        let held = fixture.store.samples(labels.setting(Label.metricName, to: "device:device_cpu_forecast:held1h"))
        #expect(held.count == 48)
        #expect(held.suffix(24).allSatisfy { $0.value == 0 })
    }

    @Test("series tell the running hour's range and the week's highest hour, until the hours have passed")
    func series() async throws {
        let fixture = Fixture()
        fixture.addProcessor("core", from: monday - 35 * 24, through: monday - 1)
        let outlook = try await fixture.planner().run(at: hours.start(of: monday), linkSpeeds: speeds)
        let load = try #require(outlook.loads.first)
        let samples = LoadSamples(outlook, in: fixture.store)
        let time = hours.start(of: monday + 30) + .seconds(60)
        fixture.store.append(samples.batch(at: time))
        let evaluator = PromQLEvaluator(source: fixture.store)
        func value(_ expression: String) async throws -> Double? {
            guard case .vector(let found) = try await evaluator.instant(expression, at: time, scope: .everything).value
            else { return nil }
            return found.count == 1 ? found[0].sample.value : nil
        }
        for (quantile, values) in zip(["0.1", "0.5", "0.9"], load.forecast.values) {
            let now = try await value(#"device_cpu_forecast_ratio{instance="core",quantile="\#(quantile)"}"#)
            #expect(now == values[30])
        }
        #expect(try await value(#"device_cpu_forecast_peak_ratio{quantile="0.9"}"#) == load.forecast.p90.max())
        #expect(samples.batch(at: hours.start(of: monday + LoadOutlook.horizon)).values.isEmpty)
        #expect(samples.batch(at: hours.start(of: monday - 1)).values.isEmpty)
    }

    @Test("those that come nearest to what they can bear stand first")
    func order() {
        func load(_ id: String, _ p50: [Double], capacity: Double?) -> Load {
            Load(
                key: LoadKey(.receive, of: id), labels: LabelSet(), history: [], capacity: capacity,
                forecast: LoadForecast(p10: p50, p50: p50, p90: p50), record: LoadRecord())
        }
        let outlook = LoadOutlook(
            madeAt: Timestamp(milliseconds: 0), firstHour: 0,
            loads: [
                load("none", [], capacity: 10), load("unknown", [500], capacity: nil),
                load("calm", [50, 60], capacity: 1_000), load("near", [9, 3], capacity: 10),
            ])
        #expect(outlook.loads.map(\.key.id) == ["near", "calm", "unknown", "none"])
    }

    @Test("a cancelled run ends")
    func cancelled() async throws {
        let fixture = Fixture()
        fixture.addProcessor("core", from: monday - 100, through: monday - 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await fixture.planner().run(at: hours.start(of: monday), linkSpeeds: speeds)
        }
        await #expect(throws: (any Error).self) { try await task.value }
    }
}
