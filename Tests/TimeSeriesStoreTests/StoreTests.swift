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

    @Test(
        "a late sample within the window is taken in its place, a double or an older one is not; also after a restart")
    func outOfOrder() async throws {
        let fixture = try StoreFixture()
        let newest = fixture.clock.now
        fixture.append([(up, 1)], at: newest + -60)
        fixture.append([(up, 2)], at: newest)
        for round in 0..<3 {
            fixture.append([(up, 3)], at: newest)
            fixture.append([(up, 4)], at: newest + -60)
            fixture.append([(up, 5)], at: newest + -3_601)
            if round == 0 { fixture.append([(up, 6)], at: newest + -30) }
            #expect(fixture.store.statistics.samplesTooOld == (round == 2 ? 2 : 1))
            #expect(
                try await fixture.store.everything().map(\.samples)
                    == [[Sample(newest + -60, 1), Sample(newest + -30, 6), Sample(newest, 2)]], "round \(round)")
            if round == 0 { try await fixture.reopen() }
            // In a block: the head does not know these samples any more, the seal drops what comes again.
            if round == 1 { try await fixture.store.compact() }
        }
        try await fixture.store.compact()
        #expect(
            try await fixture.store.everything().map(\.samples)
                == [[Sample(newest + -60, 1), Sample(newest + -30, 6), Sample(newest, 2)]])
        #expect(fixture.store.statistics.blocks == 1)
        try await fixture.store.close()
    }

    @Test("samples more than five minutes ahead of the clock are refused and counted")
    func future() async throws {
        let fixture = try StoreFixture()
        let now = fixture.clock.now
        fixture.append([(up, 1)], at: now + 300)
        fixture.append([(up, 2)], at: now + 301)
        #expect(fixture.store.statistics.samplesInFuture == 1)
        #expect(try await fixture.store.everything().map(\.samples) == [[Sample(now + 300, 1)]])
        try await fixture.store.close()
    }

    @Test("a clock that jumps back leaves what is stored; samples are taken again within the window and after it")
    func clockJump() async throws {
        let fixture = try StoreFixture()
        let now = fixture.clock.now
        fixture.append([(up, 1)], at: now)
        fixture.clock.advance(by: .seconds(-7_200))
        fixture.append([(up, 2)], at: fixture.clock.now)
        #expect(fixture.store.statistics.samplesTooOld == 1)
        fixture.clock.advance(by: .seconds(5_400))
        fixture.append([(up, 3)], at: fixture.clock.now)
        fixture.clock.advance(by: .seconds(5_400))
        fixture.append([(up, 4)], at: fixture.clock.now)
        await fixture.store.maintain()
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[3, 1, 4]])
        try await fixture.store.close()
    }

    @Test("in-order samples are taken at any age")
    func catchingUp() async throws {
        let fixture = try StoreFixture()
        let old = fixture.clock.now + -100 * 86_400
        for step in 0..<5 { fixture.append([(up, Double(step))], at: old + step) }
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[0, 1, 2, 3, 4]])
        try await fixture.store.close()
    }

    @Test("a series that fell silent is known after a restart, sealed or not")
    func silentSeries() async throws {
        let fixture = try StoreFixture()
        let time = fixture.clock.now
        fixture.append([(up, 1)], at: time)
        try await fixture.store.flush()
        fixture.clock.advance(by: .seconds(9 * 3600))
        await fixture.store.maintain()
        #expect(fixture.store.statistics.blocks == 1)
        try await fixture.reopen()
        fixture.append([(up, 2)], at: time)
        #expect(fixture.store.statistics.samplesDuplicate == 1)
        #expect(try await fixture.store.everything().map(\.samples) == [[Sample(time, 1)]])
        try await fixture.store.close()
    }

    @Test("a range inside a long history is found, wherever its samples are")
    func longHistory() async throws {
        let fixture = try StoreFixture()
        let end = fixture.clock.now
        let labels = (0..<600).map { LabelSet("m", ["n": "\($0)"]) }
        for hour in 0..<2_000 {
            fixture.append(labels.map { ($0, Double(hour)) }, at: end + -3_600 * (2_000 - hour))
            if hour % 240 == 239 { await fixture.store.maintain() }
        }
        #expect(fixture.store.statistics.blocks > 1)
        for back in [1_999, 1_000, 500, 100, 3] {
            let found = try await fixture.store.select(
                [LabelMatcher("n", .equal, "599")], from: end + -3_600 * back, through: end + -3_600 * (back - 2))
            let first = Double(2_000 - back)
            #expect(found.map { $0.samples.map(\.value) } == [[first, first + 1, first + 2]], "\(back) hours back")
        }
        try await fixture.store.close()
    }

    @Test("series that come and go, together and apart, keep their own samples")
    func changingRounds() async throws {
        let fixture = try StoreFixture()
        let start = fixture.clock.now
        let labels = (0..<1_200).map { LabelSet("m", ["n": "\($0)"]) }
        var expected: [LabelSet: [Double]] = [:]
        for round in 0..<60 {
            // Everything, every second one, a few, everything but a few, one after the other.
            let chosen = labels.indices.filter { index in
                switch round % 5 {
                case 0: true
                case 1: index % 2 == 0
                case 2: index % 100 == 7
                case 3: index % 100 != 7
                default: index == round
                }
            }
            let order = round % 3 == 0 ? chosen.reversed() : chosen
            fixture.append(order.map { (labels[$0], Double(round * 10_000 + $0)) }, at: start + round)
            for index in chosen { expected[labels[index], default: []].append(Double(round * 10_000 + index)) }
            if round == 20 { try await fixture.reopen() }
            if round == 40 { try await fixture.store.compact() }
        }
        for _ in 0..<2 {
            let found = try await fixture.store.everything()
            #expect(found.count == labels.count)
            #expect(found.allSatisfy { $0.samples.map(\.value) == expected[$0.labels] })
            try await fixture.reopen()
        }
        try await fixture.store.close()
    }

    @Test("a batch that does not fit into the queue is dropped whole and counted")
    func fullQueue() async throws {
        var options = SampleStore.Options()
        options.queueLimit = 1
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
            try await eventually("the first commit", within: .seconds(60)) { store.statistics.commits > 0 }
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
        // In a block: reading needs the file.
        try await fixture.store.compact()
        try await fixture.store.close()
        fixture.append([(up, 3)], at: old + 2)
        await #expect(throws: (any Error).self) { try await fixture.store.flush() }
        await #expect(throws: (any Error).self) { try await fixture.store.everything() }
        fixture.clock.advance(by: .seconds(9 * 3600))
        await fixture.store.maintain()
        #expect(fixture.store.statistics.lastMaintenanceError != nil)
    }

    @Test("readers see every sample once while it moves from the queue to the head to the file")
    func readersBesideWriter() async throws {
        var options = SampleStore.Options()
        options.longestWait = .seconds(20)
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

    @Test("blocks older than the retention are deleted, rollups keep theirs, and the file gives back their pages")
    func retention() async throws {
        var options = SampleStore.Options()
        options.rawRetention = .seconds(86_400)
        let fixture = try StoreFixture(options: options)
        let start = fixture.clock.now
        let labels = (0..<200).map { LabelSet("m", ["n": "\($0)"]) }
        for step in 0..<200 {
            fixture.append(labels.map { ($0, Double(step) + 0.123456789) }, at: start + step)
            if step % 10 == 9 { try await fixture.store.flush() }
        }
        try await fixture.store.compact()
        fixture.clock.advance(by: .seconds(90_000))
        fixture.append([(up, 1)], at: fixture.clock.now)
        try await fixture.store.compact()
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        try await fixture.reopen()
        #expect(try await fixture.store.select([], from: start, through: start + 198).isEmpty)
        #expect(try await fixture.store.everything([LabelMatcher("__name__", .equal, "up")]).count == 1)
        try await fixture.store.close()
        let freePages = try fixture.withFile { try Int.fetchOne($0, sql: "PRAGMA freelist_count") }
        #expect(freePages == 0)
    }

    @Test("a shard with few samples does not hold back the batches of the others for long")
    func laggingShard() async throws {
        var options = SampleStore.Options()
        options.longestLog = 20_000
        let fixture = try StoreFixture(options: options)
        // A shard's worth.
        let busy = (0..<512).map { LabelSet("m", ["n": "\($0)"]) }
        // The last is the first series of the second shard and has one sample.
        fixture.append(busy.map { ($0, 0) } + [(up, 1)], at: fixture.clock.now)
        var rows: [Int] = []
        for round in 1...800 {
            fixture.clock.advance(by: .seconds(1))
            fixture.append(busy.map { ($0, Double(round)) }, at: fixture.clock.now)
            if round % 50 == 0 {
                try await fixture.store.flush()
                await fixture.store.maintain()
                rows.append(try fixture.withFile { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM batches") } ?? -1)
            }
        }
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        // 2 x 240 x 513 samples and the 20,000 come after 520 rounds.
        #expect(rows.prefix(10).allSatisfy { $0 > 0 }, "\(rows)")
        #expect(rows.dropFirst(10).contains { $0 < 2 }, "\(rows)")
        try await fixture.reopen()
        let found = try await fixture.store.everything()
        #expect(found.map(\.samples.count).sorted() == [1] + Array(repeating: 801, count: 512))
        try await fixture.store.close()
    }

    @Test("a bound on size takes the oldest raw blocks first")
    func sizeBound() async throws {
        var options = SampleStore.Options()
        options.maximumBytes = 1_000_000
        let fixture = try StoreFixture(options: options)
        let labels = (0..<100).map { LabelSet("m", ["n": "\($0)"]) }
        var generator = SeededGenerator(seed: 1)
        for round in 0..<2_500 {
            fixture.clock.advance(by: .seconds(60))
            fixture.append(
                labels.map { ($0, Double.random(in: 0...1, using: &generator)) }, at: fixture.clock.now)
            if round % 10 == 0 { await fixture.store.maintain() }
        }
        await fixture.store.maintain()
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        let found = try await fixture.store.everything([LabelMatcher("n", .equal, "7")])
        let kept = found.first?.samples.count ?? 0
        #expect(kept > 300 && kept < 1_800)
        #expect(found.first?.samples.last?.timestamp == fixture.clock.now)
        try await fixture.store.close()
    }

    @Test("series whose newest sample is older than anything kept are forgotten at the next start")
    func churn() async throws {
        var options = SampleStore.Options()
        options.rawRetention = .seconds(86_400)
        options.fiveMinuteRetention = .seconds(86_400)
        options.hourRetention = .seconds(86_400)
        let fixture = try StoreFixture(options: options)
        let gone = LabelSet("up", ["instance": "gone"])
        fixture.append([(gone, 1), (up, 1)], at: fixture.clock.now)
        try await fixture.store.compact()
        fixture.clock.advance(by: .seconds(2 * 86_400))
        fixture.append([(up, 2)], at: fixture.clock.now)
        await fixture.store.maintain()
        #expect(fixture.store.statistics.series == 2)
        let number = fixture.store.seriesIDs(for: [gone])[0]
        for _ in 0..<2 {
            try await fixture.reopen()
            #expect(fixture.store.statistics.series == 1)
            #expect(fixture.store.statistics.damagedRows == 0)
        }
        #expect(fixture.store.seriesIDs(for: [gone])[0] != number)
        try await fixture.store.close()
    }
}
