import GRDB
import MonitoringModel
import Synchronization
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Store")
struct StoreTests {
    let up = LabelSet("up", ["instance": "core-1"])

    @Test("a sample is visible before it is durable, and acknowledged by the commit")
    func visibleAtOnce() async throws {
        let commits = Mutex<[CommitSummary]>([])
        let fixture = try StoreFixture()
        try await fixture.store.close()
        fixture.options.onCommit = { summary in commits.withLock { $0.append(summary) } }
        try fixture.open()
        let now = fixture.clock.now
        fixture.append([(up, 1)], at: now)
        #expect(try await fixture.store.everything().map(\.samples) == [[Sample(now, 1)]])
        #expect(commits.withLock { $0.isEmpty })
        #expect(fixture.store.statistics.samplesQueued == 1)

        try await fixture.store.flush()
        let summary = try #require(commits.withLock { $0.first })
        #expect(summary.sampleCount == 1)
        #expect(summary.seriesCreated == 1)
        #expect(summary.firstTime == now && summary.lastTime == now)
        #expect(fixture.store.statistics.lastAcknowledged == now)
        #expect(fixture.store.statistics.samplesQueued == 0)
        try await fixture.store.close()
    }

    @Test("a series keeps its number, across calls and restarts")
    func numbers() async throws {
        let fixture = try StoreFixture()
        let other = LabelSet("up", ["instance": "core-2"])
        let numbers = fixture.store.seriesIDs(for: [up, other, up])
        #expect(numbers[0] == numbers[2] && numbers[0] != numbers[1])
        try await fixture.reopen()
        #expect(fixture.store.seriesIDs(for: [up, other, up]) == numbers)
        try await fixture.store.close()
    }

    @Test("samples that are not newer than the newest are dropped and counted, also after a restart")
    func outOfOrder() async throws {
        let fixture = try StoreFixture()
        // Older than the head: after the restart only the table of newest samples knows it.
        let old = fixture.clock.now + -100_000
        fixture.append([(up, 1)], at: old)
        try await fixture.reopen()
        fixture.append([(up, 2)], at: old)
        fixture.append([(up, 3)], at: old + -1)
        fixture.append([(up, 4)], at: old + 1)
        #expect(fixture.store.statistics.samplesOutOfOrder == 2)
        #expect(
            try await fixture.store.everything().map(\.samples) == [[Sample(old, 1), Sample(old + 1, 4)]])
        try await fixture.store.close()
    }

    @Test("a series that fell silent before the head is known after a restart")
    func silentSeries() async throws {
        let fixture = try StoreFixture()
        let time = fixture.clock.now
        fixture.append([(up, 1)], at: time)
        try await fixture.store.flush()
        fixture.clock.advance(by: .seconds(7_200))
        await fixture.store.maintain()
        try await fixture.reopen()
        fixture.append([(up, 2)], at: time)
        #expect(fixture.store.statistics.samplesOutOfOrder == 1)
        #expect(try await fixture.store.everything().map(\.samples) == [[Sample(time, 1)]])
        try await fixture.store.close()
    }

    @Test("samples that wait for a commit stay readable when the head moves past them")
    func waitingSamples() async throws {
        let fixture = try StoreFixture()
        let start = fixture.clock.now
        for step in 0..<3 { fixture.append([(up, Double(step))], at: start + step) }
        fixture.clock.advance(by: .seconds(7_200))
        await fixture.store.maintain()
        #expect(fixture.store.statistics.commits == 0)
        for _ in 0..<2 {
            #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[0, 1, 2]])
            try await fixture.reopen()
        }
        try await fixture.store.close()
    }

    @Test("a range inside a history written in one commit is found")
    func longCommit() async throws {
        let fixture = try StoreFixture()
        let end = fixture.clock.now
        let labels = (0..<300).map { LabelSet("m", ["n": "\($0)"]) }
        for hour in 0..<240 { fixture.append(labels.map { ($0, Double(hour)) }, at: end + -3_600 * (240 - hour)) }
        try await fixture.store.flush()
        let found = try await fixture.store.select(
            [LabelMatcher("n", .equal, "299")], from: end + -3_600 * 100, through: end + -3_600 * 98)
        #expect(found.map { $0.samples.map(\.value) } == [[140, 141, 142]])
        try await fixture.store.close()
        let longest = try fixture.withFile {
            try Int.fetchOne($0, sql: "SELECT max(last_time - first_time) FROM batches")
        }
        #expect(longest == 86_400_000)
        let largest = try fixture.withFile { try Int.fetchOne($0, sql: "SELECT max(sample_count) FROM batches") }
        #expect(largest == 25 * 300)
    }

    @Test("a batch that does not fit into the queue is dropped whole and counted")
    func fullQueue() async throws {
        var options = SampleStore.Options()
        options.queueLimit = 3
        let fixture = try StoreFixture(options: options)
        let now = fixture.clock.now
        let pair = [LabelSet("a"), LabelSet("b")]
        fixture.append(pair.map { ($0, 1) }, at: now)
        fixture.append(pair.map { ($0, 2) }, at: now + 1)
        #expect(fixture.store.statistics.samplesDropped == 2)
        try await fixture.store.flush()
        fixture.append(pair.map { ($0, 3) }, at: now + 2)
        #expect(fixture.store.statistics.samplesDropped == 2)
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[1, 3], [1, 3]])
        try await fixture.store.close()
    }

    @Test("a number nobody was given is refused")
    func unknownNumber() async throws {
        let fixture = try StoreFixture()
        fixture.store.append(
            SampleBatch(timestamp: fixture.clock.now, values: [(SeriesID(rawValue: 4_000_000_000), 1)]))
        #expect(fixture.store.statistics.samplesDropped == 1)
        try await fixture.store.close()
    }

    @Test("the newest value is found within the lookback only, and a stale marker ends the series")
    func latest() async throws {
        let fixture = try StoreFixture()
        let now = fixture.clock.now
        let gone = LabelSet("up", ["instance": "gone"])
        fixture.append([(up, 1), (gone, 1)], at: now)
        fixture.append([(gone, StaleMarker.value)], at: now + 60)
        func values(at time: Timestamp) async throws -> [Double] {
            try await fixture.store.latest([], at: time, lookback: .seconds(300)).map(\.sample.value)
        }
        #expect(try await values(at: now + -1) == [])
        #expect(try await values(at: now) == [1, 1])
        #expect(try await values(at: now + 60) == [1])
        #expect(try await values(at: now + 299) == [1])
        // The lookback is open at its old end.
        #expect(try await values(at: now + 300) == [])
        try await fixture.store.close()
    }

    @Test("type and help of a metric survive a restart; the last description wins")
    func metadata() async throws {
        let fixture = try StoreFixture()
        let first = MetricMetadata(name: "up", kind: .unknown)
        let last = MetricMetadata(name: "up", kind: .gauge, help: "1 when the last poll succeeded")
        fixture.store.describe([first])
        fixture.store.describe([last])
        #expect(fixture.store.metadata() == ["up": last])
        try await fixture.reopen()
        #expect(fixture.store.metadata() == ["up": last])
        try await fixture.store.close()
    }

    @Test("run commits by itself, and once more when it is cancelled")
    func run() async throws {
        var options = SampleStore.Options()
        options.commitInterval = .milliseconds(20)
        let fixture = try StoreFixture(options: options)
        let store = fixture.store
        let now = fixture.clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.run() }
            fixture.append([(up, 1)], at: now)
            try await eventually("the first commit") { store.statistics.commits > 0 }
            fixture.append([(up, 2)], at: now + 1)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(store.statistics.samplesCommitted == 2)
        try await store.close()
    }

    @Test("a closed store throws and does not crash")
    func closed() async throws {
        let fixture = try StoreFixture()
        let old = fixture.clock.now + -100_000
        fixture.append([(up, 1)], at: old)
        fixture.append([(up, 2)], at: old + 1)
        try await fixture.store.close()
        fixture.append([(up, 3)], at: old + 2)
        await #expect(throws: (any Error).self) { try await fixture.store.flush() }
        await #expect(throws: (any Error).self) { try await fixture.store.everything() }
        await fixture.store.maintain()
        #expect(fixture.store.statistics.lastMaintenanceError != nil)
    }

    @Test("readers see every sample once while it moves from the queue to the head to the file")
    func readersBesideWriter() async throws {
        var options = SampleStore.Options()
        options.headWindow = .seconds(20)
        let fixture = try StoreFixture(options: options)
        let (store, clock) = (fixture.store, fixture.clock)
        let number = store.seriesIDs(for: [up])[0]
        let end = clock.now + 300
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var seen = 0
                    while clock.now < end {
                        let values = try await store.everything().first?.samples.map(\.value) ?? []
                        #expect(values == (0..<values.count).map(Double.init))
                        #expect(values.count >= seen)
                        seen = values.count
                        await Task.yield()
                    }
                }
            }
            for step in 0..<300 {
                clock.advance(by: .seconds(1))
                store.append(SampleBatch(timestamp: clock.now, values: [(number, Double(step))]))
                if step % 3 == 0 { try await store.flush() }
                if step % 7 == 0 { await store.maintain() }
            }
            try await group.waitForAll()
        }
        #expect(try await store.everything().first?.samples.count == 300)
        try await store.close()
    }

    @Test("batches older than the retention are deleted, and the file gives back their pages")
    func retention() async throws {
        var options = SampleStore.Options()
        options.retention = .seconds(86_400)
        let fixture = try StoreFixture(options: options)
        let start = fixture.clock.now
        let labels = (0..<200).map { LabelSet("m", ["n": "\($0)"]) }
        for step in 0..<200 {
            fixture.append(labels.map { ($0, Double(step) + 0.5) }, at: start + step)
            if step % 10 == 9 { try await fixture.store.flush() }
        }
        fixture.clock.advance(by: .seconds(90_000))
        fixture.append([(up, 1)], at: fixture.clock.now)
        try await fixture.store.flush()
        await fixture.store.maintain()
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        try await fixture.reopen()
        let found = try await fixture.store.select([], from: start, through: start + 198)
        #expect(found.isEmpty)
        #expect(try await fixture.store.everything([LabelMatcher("__name__", .equal, "up")]).count == 1)
        try await fixture.store.close()
        let freePages = try fixture.withFile { try Int.fetchOne($0, sql: "PRAGMA freelist_count") }
        #expect(freePages == 0)
    }
}
