import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Import")
struct ImportTests {
    static let labels = LabelSet("m", ["n": "1"])
    let year = 365 * 86_400

    @Test("samples far older than the out-of-order window enter an existing series")
    func oldSamples() async throws {
        let fixture = try StoreFixture()
        let now = fixture.clock.now
        fixture.append([(Self.labels, 3)], at: now)
        let old = (0..<500).map { Sample(now + (-year + $0 * 60), Double($0)) }
        let counts = try await fixture.store.importSamples([(Self.labels, old.reversed()), (LabelSet("new"), [old[0]])])
        #expect(counts.taken == 501)
        #expect(counts.seriesCreated == 1)
        #expect(counts.span == TimeSpan(first: old[0].timestamp, last: old[499].timestamp))
        for _ in 0..<2 {
            let found = try await fixture.store.everything([LabelMatcher("n", .equal, "1")])
            #expect(found.map(\.samples) == [old + [Sample(now, 3)]])
            let latest = try await fixture.store.latest([], at: now, lookback: .seconds(60))
            #expect(latest.map(\.sample) == [Sample(now, 3)])
            try await fixture.reopen()
        }
        #expect(try await fixture.store.verify().findings.isEmpty)
        try await fixture.store.close()
    }

    @Test(
        "times that a series has stay as they are, in blocks, in batches and in memory; a second import changes nothing"
    )
    func duplicates() async throws {
        let fixture = try StoreFixture()
        let start = fixture.clock.now + -7200
        for step in 0..<300 {
            fixture.append([(Self.labels, Double(step))], at: start + step)
            if step == 100 { try await fixture.store.compact() }
            if step == 200 { try await fixture.store.flush() }
        }
        fixture.append([(Self.labels, -1)], at: start + -10)
        let offered = (-20..<310).map { Sample(start + $0, 1000) }
        let counts = try await fixture.store.importSamples([(Self.labels, offered), (Self.labels, offered)])
        #expect(counts.taken == 29)
        #expect(counts.duplicates == 2 * 330 - 29)
        let expected = (-20..<310).map { step in
            Sample(start + step, step == -10 ? -1 : (0..<300).contains(step) ? Double(step) : 1000)
        }
        #expect(try await fixture.store.everything().map(\.samples) == [expected])
        let blocks = fixture.store.statistics.blocks
        let again = try await fixture.store.importSamples([(Self.labels, offered)])
        #expect(again.taken == 0)
        #expect(again.duplicates == 330)
        #expect(again.span == nil)
        #expect(fixture.store.statistics.blocks == blocks)
        try await fixture.store.compact()
        #expect(try await fixture.store.everything().map(\.samples) == [expected])
        try await fixture.reopen()
        #expect(try await fixture.store.everything().map(\.samples) == [expected])
        try await fixture.store.close()
    }

    @Test("samples more than five minutes ahead are refused; polls go on beside one that is a little ahead")
    func future() async throws {
        let fixture = try StoreFixture()
        let now = fixture.clock.now
        let others = (0..<3).map { (labels: LabelSet("m", ["n": "\($0)"]), value: 1.0) }
        fixture.append(others, at: now)
        let counts = try await fixture.store.importSamples([
            (Self.labels, [Sample(now + 301, 1), Sample(now + 300, 7), Sample(now + 60, 5)])
        ])
        #expect(counts.inFuture == 1)
        #expect(counts.taken == 2)
        for step in 1...10 {
            fixture.clock.advance(by: .seconds(60))
            fixture.append(others, at: now + step * 60)
        }
        let expected = (0...10).map { Sample(now + $0 * 60, $0 == 5 ? 7 : $0 == 1 ? 5 : 1) }
        let selector = [LabelMatcher("n", .equal, "1")]
        for _ in 0..<2 {
            #expect(try await fixture.store.everything(selector).map(\.samples) == [expected])
            #expect(fixture.store.statistics.samplesTooOld == 0)
            try await fixture.reopen()
        }
        try await fixture.store.compact()
        #expect(try await fixture.store.everything(selector).map(\.samples) == [expected])
        try await fixture.store.close()
    }

    @Test(
        "an import and polling at once lose nothing and keep every time once", arguments: 1...3 as ClosedRange<UInt64>)
    func besidePolling(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fixture = try StoreFixture()
        let store = fixture.store
        let now = fixture.clock.now
        let series = (0..<600).map { LabelSet("m", ["n": "\($0)"]) }
        let polling = Task {
            let numbers = store.seriesIDs(for: series)
            for step in 0..<200 {
                store.append(
                    SampleBatch(timestamp: now + (-200 + step), values: numbers.map { ($0, Double(step)) }))
                if step % 10 == 0 { try await store.flush() }
                if step % 40 == 0 { try await store.compact() }
            }
        }
        var expected: [LabelSet: Set<Timestamp>] = [:]
        for _ in 0..<20 {
            let batch = series.filter { _ in Bool.random(using: &generator) }.map { labels in
                let samples = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                    Sample(now + Int.random(in: -400..<0, using: &generator), 1)
                }
                return (labels: labels, samples: samples)
            }
            for (labels, samples) in batch { expected[labels, default: []].formUnion(samples.map(\.timestamp)) }
            _ = try await store.importSamples(batch)
        }
        try await polling.value
        for labels in series { expected[labels, default: []].formUnion((-200..<0).map { now + $0 }) }
        for _ in 0..<2 {
            for one in try await store.everything() {
                #expect(one.samples.map(\.timestamp) == expected[one.labels]?.sorted(), "seed \(seed)")
            }
            #expect(try await store.verify().findings.isEmpty)
            try await store.compact()
        }
        try await store.close()
    }

    @Test("samples older than the retention of raw samples are refused: they would go at once")
    func olderThanRetention() async throws {
        let fixture = try StoreFixture()
        let edge = fixture.clock.now - fixture.options.rawRetention
        let counts = try await fixture.store.importSamples([(Self.labels, [Sample(edge + -1, 1), Sample(edge, 2)])])
        #expect(counts.expired == 1)
        #expect(counts.taken == 1)
        #expect(try await fixture.store.everything().map(\.samples) == [[Sample(edge, 2)]])
        try await fixture.store.close()
    }

    @Test("two who look after the store at once do not get in each other's way")
    func twoMaintenances() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let start = fixture.clock.now + -90 * 86_400
        for step in 0..<20 {
            let batch = (0..<2000).map {
                (labels: LabelSet("m", ["n": "\($0)"]), samples: [Sample(start + step * 3600, 1)])
            }
            _ = try await store.importSamples(batch)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { await store.maintain() } }
            for _ in 0..<4 { group.addTask { try await store.compact() } }
            try await group.waitForAll()
        }
        #expect(store.statistics.lastMaintenanceError == nil)
        #expect(store.statistics.damagedRows == 0)
        #expect(store.statistics.blocks == 4 * 3)
        #expect(try await store.everything().map(\.samples.count) == Array(repeating: 20, count: 2000))
        #expect(try await store.verify().findings.isEmpty)
        try await store.close()
    }
}
