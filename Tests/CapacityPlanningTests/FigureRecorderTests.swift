import CapacityPlanning
import Inventory
import MonitoringModel
import PromQLEngine
import TestSupport
import Testing

private let hour = Duration.seconds(3600)
private let labels = [Label("resource", "san"), Label("kind", "storage"), Label("site", "dc"), Label("instance", "a")]
private let polled = LabelSet(metric: "capacity_used_bytes", labels)
private let kept = LabelSet(metric: "resource:capacity_used_bytes:max1d", labels)
private let figure = DailyFigure(.used, .bytes)
private let key = ResourceKey(resource: "san", kind: "storage", unit: .bytes, site: "dc")

private struct Fixture {
    let store = MemoryStore()
    let days: TimeGrid

    init(secondsEast: Int = 7 * 3600) {
        days = TimeGrid.days(secondsEast: secondsEast)
    }

    var recorder: FigureRecorder {
        FigureRecorder(evaluator: PromQLEvaluator(source: store), appender: store)
    }

    func table(at now: Timestamp, count: Int = 100) async throws -> FigureTable<ResourceKey> {
        try await recorder.table(of: figure, at: now, grid: days, count: count)
    }

    /// Values by day of what is kept.
    var keptDays: [Int: Double] {
        Dictionary(uniqueKeysWithValues: store.samples(kept).map { (days.index(endingAt: $0.timestamp), $0.value) })
    }
}

@Suite("Kept figures")
struct FigureRecorderTests {
    @Test("a resource whose name the ledger could not keep is none")
    func badName() {
        for label in ["resource", "kind", "site"] {
            let labels = LabelSet([Label("resource", "a")].filter { $0.name != label } + [Label(label, "a\u{0}b")])
            #expect(ResourceKey(labels, unit: .bytes) == nil)
        }
        #expect(ResourceKey(LabelSet([Label("resource", "a")]), unit: .bytes)?.resource == "a")
    }

    @Test("the highest use of each local day is kept at its end, today's is given and not kept")
    func maxima() async throws {
        let fixture = Fixture()
        let midnight = fixture.days.start(of: 20_000)
        fixture.store.add(polled, midnight + hour, 5)
        fixture.store.add(polled, midnight + hour * 13, 9)
        fixture.store.add(polled, midnight + hour * 23, 7)
        fixture.store.add(polled, midnight + hour * 26, 3)
        let table = try await fixture.table(at: midnight + hour * 30)
        #expect(fixture.store.samples(kept) == [Sample(fixture.days.end(of: 20_000), 9)])
        #expect(table.rows[key]?.values.suffix(2) == [9, 3])
        #expect(table.rows[key]?.newest == 20_001)
        #expect(table.rows[key]?.labels == LabelSet(labels))
    }

    @Test("a day holds its end and not its start", arguments: [7 * 3600, 0, -5 * 3600 - 1800, 14 * 3600])
    func edges(secondsEast: Int) async throws {
        let fixture = Fixture(secondsEast: secondsEast)
        let start = fixture.days.start(of: 20_000)
        fixture.store.add(polled, start, 1)
        fixture.store.add(polled, start + .milliseconds(1), 2)
        fixture.store.add(polled, fixture.days.end(of: 20_000), 3)
        fixture.store.add(polled, fixture.days.end(of: 20_000) + .milliseconds(1), 4)
        _ = try await fixture.table(at: start + hour * 50)
        #expect(fixture.keptDays == [19_999: 1, 20_000: 3, 20_001: 4])
    }

    @Test("days without samples stay missing, and a later run goes on behind the newest kept day")
    func gaps() async throws {
        let fixture = Fixture()
        let start = fixture.days.start(of: 20_000)
        for day in [0, 1, 4] { fixture.store.add(polled, start + hour * (24 * day + 12), Double(day + 1)) }
        _ = try await fixture.table(at: start + hour * 24 * 6)
        #expect(fixture.keptDays == [20_000: 1, 20_001: 2, 20_004: 5])
        fixture.store.add(polled, start + hour * (24 * 6 + 12), 8)
        let table = try await fixture.table(at: start + hour * (24 * 7 + 1))
        #expect(fixture.keptDays == [20_000: 1, 20_001: 2, 20_004: 5, 20_006: 8])
        let values = try #require(table.rows[key]?.values.suffix(8))
        #expect(values.map { $0.isNaN ? -1 : $0 } == [1, 2, -1, -1, 5, -1, 8, -1])
    }

    @Test("a second run of the same day keeps nothing again")
    func twice() async throws {
        let fixture = Fixture()
        let start = fixture.days.start(of: 20_000)
        for day in 0..<5 { fixture.store.add(polled, start + hour * (24 * day + 12), Double(day)) }
        let now = start + hour * (24 * 4 + 13)
        let first = try await fixture.table(at: now)
        let appended = fixture.store.appended
        let second = try await fixture.table(at: now + hour)
        #expect(fixture.store.appended == appended)
        #expect(first.rows[key]?.values.suffix(5) == second.rows[key]?.values.suffix(5))
    }

    @Test("the first run fills years in pieces and reads them back in halves")
    func firstFill() async throws {
        let fixture = Fixture()
        let start = fixture.days.start(of: 20_000)
        for day in 0..<740 { fixture.store.add(polled, start + hour * (24 * day + 12), Double(day)) }
        let now = start + hour * (24 * 740)
        let first = try await fixture.table(at: now, count: 731)
        #expect(fixture.keptDays.count == 730)
        let second = try await fixture.table(at: now, count: 731)
        #expect(second.rows[key]?.values.prefix(730) == (10..<740).map(Double.init)[...])
        #expect(first.rows[key]?.values.prefix(730) == second.rows[key]?.values.prefix(730))
        #expect(second.rows[key]?.values.last?.isNaN == true)
    }

    @Test(
        "history that was imported after the first night is given each time, and not kept: it is too late for a store")
    func imported() async throws {
        let fixture = Fixture()
        let start = fixture.days.start(of: 20_000)
        fixture.store.add(polled, start + hour * 12, 70)
        _ = try await fixture.table(at: start + hour * 25)
        #expect(fixture.keptDays == [20_000: 70])
        // With a gap of two months before the first night.
        for day in 0..<20 { fixture.store.add(polled, start + hour * (24 * (day - 80) + 12), Double(day)) }
        let appended = fixture.store.appended
        for run in [26, 27] {
            let values = try #require(try await fixture.table(at: start + hour * run).rows[key]?.values)
            #expect(values.filter { !$0.isNaN } == (0..<20).map(Double.init) + [70])
            #expect(values.firstIndex { !$0.isNaN } == 19_920 - (20_001 - 99))
            #expect(values.suffix(2).first == 70)
        }
        #expect(fixture.store.appended == appended)
        #expect(fixture.keptDays == [20_000: 70])
    }

    @Test("a device that was replaced goes on with the history of its resource")
    func replacement() async throws {
        let fixture = Fixture()
        let start = fixture.days.start(of: 20_000)
        fixture.store.add(polled, start + hour, 4)
        fixture.store.add(polled.setting("instance", to: "b"), start + hour * 30, 5)
        let table = try await fixture.table(at: start + hour * 49)
        #expect(table.rows.count == 1)
        #expect(table.rows[key]?.values.suffix(3).prefix(2) == [4, 5])
        #expect(table.rows[key]?.labels["instance"] == "b")
    }

    @Test("of the size the newest of a day is kept")
    func size() async throws {
        let fixture = Fixture()
        let start = fixture.days.start(of: 20_000)
        let size = LabelSet(metric: "capacity_size_bytes", labels)
        fixture.store.add(size, start + hour, 30)
        fixture.store.add(size, start + hour * 5, 20)
        _ = try await fixture.recorder.table(
            of: DailyFigure(.size, .bytes), at: start + hour * 25, grid: fixture.days, count: 10)
        let kept = fixture.store.samples(LabelSet(metric: "resource:capacity_size_bytes:last1d", labels))
        #expect(kept == [Sample(fixture.days.end(of: 20_000), 20)])
    }

    @Test("the next night is today's while that is ahead")
    func nights() {
        let days = TimeGrid.days(secondsEast: 7 * 3600)
        let night = days.start(of: 20_000) + .seconds(1200)
        #expect(days.next(after: night - .milliseconds(1), delay: .seconds(1200)) == night)
        #expect(days.next(after: night, delay: .seconds(1200)) == night + hour * 24)
        #expect(days.next(after: night + hour * 23, delay: .seconds(1200)) == night + hour * 24)
    }

    @Test("figures kept under another offset from UTC find their day")
    func summer() {
        let winter = TimeGrid.days(secondsEast: 3600)
        let summer = TimeGrid.days(secondsEast: 7200)
        #expect(summer.index(endingAt: winter.end(of: 20_000)) == 20_000)
        #expect(winter.index(endingAt: summer.end(of: 20_000)) == 20_000)
        #expect(TimeGrid.days().index(of: Timestamp(milliseconds: -1)) == -1)
    }
}
