import GRDB
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Faults")
struct FaultTests {
    let labels = LabelSet("m", ["n": "1"])

    /// A store closed with the samples 0, 1 and 2, each of a commit of its own.
    ///
    /// - Parameter isSealed: whether they are in a block, and not in batches.
    private func stored(isSealed: Bool) async throws -> (fixture: StoreFixture, start: Timestamp) {
        let fixture = try StoreFixture()
        let start = fixture.clock.now
        for step in 0..<3 {
            fixture.append([(labels, Double(step))], at: start + step)
            try await fixture.store.flush()
        }
        if isSealed { try await fixture.store.compact() }
        try await fixture.store.close()
        return (fixture, start)
    }

    @Test("a damaged batch is left out with what goes on from it, counted and remembered; the rest is served")
    func damagedBatch() async throws {
        let fixture = try StoreFixture()
        // A key round is written every 16 rounds.
        for step in 0..<40 {
            fixture.append([(labels, Double(step))], at: fixture.clock.now + step)
            try await fixture.store.flush()
        }
        try await fixture.store.close()
        try fixture.withFile { db in
            try db.execute(sql: "UPDATE batches SET data = substr(data, 1, length(data) - 1) || x'ff' WHERE id = 19")
        }
        let expected = Array(0..<18) + Array(32..<40)
        try fixture.open()
        for _ in 0..<2 {
            #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [expected.map(Double.init)])
            #expect(fixture.store.statistics.damagedRows == 1)
            try await fixture.reopen()
        }
        // Sealing takes what is whole and leaves the damaged row.
        try await fixture.store.compact()
        try await fixture.reopen()
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [expected.map(Double.init)])
        #expect(fixture.store.statistics.damagedRows == 1)
        try await fixture.store.close()
        let found = try fixture.withFile { try String.fetchAll($0, sql: "SELECT source || ' ' || reason FROM damage") }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("batches expected checksum") == true)
        #expect(try fixture.withFile { try Int.fetchAll($0, sql: "SELECT id FROM batches") } == [19])
    }

    @Test("a missing batch is noticed")
    func missingBatch() async throws {
        let (fixture, _) = try await stored(isSealed: false)
        try fixture.withFile { try $0.execute(sql: "DELETE FROM batches WHERE id = 2") }
        try fixture.open()
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[0]])
        #expect(fixture.store.statistics.damagedRows == 1)
        try await fixture.store.close()
    }

    @Test(
        "what can be damaged in a block is left out, counted and not merged; other blocks are served",
        arguments: [
            "UPDATE pages SET data = zeroblob(length(data)) WHERE id < (SELECT (min(id) + 1) * 1048576 FROM blocks)",
            "DELETE FROM pages WHERE id < (SELECT (min(id) + 1) * 1048576 FROM blocks)",
            "UPDATE pages SET data = substr(data, 1, 8) WHERE id < (SELECT (min(id) + 1) * 1048576 FROM blocks)",
            "UPDATE blocks SET directory = x'01' WHERE id = (SELECT min(id) FROM blocks)",
            "UPDATE blocks SET header = zeroblob(20) WHERE id = (SELECT min(id) FROM blocks)",
            "DELETE FROM blocks WHERE id = (SELECT min(id) FROM blocks)",
        ])
    func damagedBlock(change: String) async throws {
        let fixture = try StoreFixture()
        for block in 0..<3 {
            fixture.append([(labels, Double(block))], at: fixture.clock.now)
            fixture.clock.advance(by: .seconds(9 * 3600))
            await fixture.store.maintain()
        }
        #expect(fixture.store.statistics.blocks == 3)
        try await fixture.store.close()
        try fixture.withFile { try $0.execute(sql: change) }
        for isMerged in [false, true] {
            try fixture.open()
            if isMerged { try await fixture.store.compact() }
            #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[1, 2]], "\(isMerged)")
            #expect(fixture.store.statistics.damagedRows == 1)
            try await fixture.store.close()
        }
    }

    @Test("without the state of a shard its blocks are served all the same, and nothing is taken twice by readers")
    func damagedShard() async throws {
        let (fixture, start) = try await stored(isSealed: true)
        try fixture.withFile { try $0.execute(sql: "UPDATE shards SET data = x'01020304050607'") }
        try fixture.open()
        fixture.append([(labels, 9)], at: start + 1)
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[0, 1, 2]])
        #expect(fixture.store.statistics.damagedRows == 1)
        try await fixture.store.close()
    }

    @Test("a series whose labels are damaged is not found, and its number is not given again")
    func damagedSeries() async throws {
        let (fixture, start) = try await stored(isSealed: true)
        try fixture.withFile { try $0.execute(sql: "UPDATE series SET labels = x'01020304'") }
        try fixture.open()
        #expect(try await fixture.store.everything().isEmpty)
        #expect(fixture.store.statistics.damagedRows == 1)
        fixture.append([(labels, 7)], at: start + 10)
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[7]])
        try await fixture.reopen()
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[7]])
        try await fixture.store.close()
    }

    @Test("while the disk is full nothing is lost, and everything is written when space returns")
    func fullDisk() async throws {
        let fixture = try StoreFixture()
        let many = (0..<2_000).map { LabelSet("m", ["n": "\($0)"]) }
        let start = fixture.clock.now
        fixture.append([(labels, 0.5)], at: start)
        try await fixture.store.flush()
        try await fixture.store.limitFile(toPages: 1)
        for step in 1...3 {
            fixture.append(many.map { ($0, Double(step) + 0.5) }, at: start + step)
            await #expect(throws: (any Error).self) { try await fixture.store.flush() }
        }
        var statistics = fixture.store.statistics
        #expect(statistics.failedCommits == 3)
        #expect(statistics.lastCommitError?.contains("full") == true)
        #expect(statistics.samplesQueued == 6_000)
        let whole = try await fixture.store.everything()
        #expect(whole.reduce(0) { $0 + $1.samples.count } == 6_001)

        try await fixture.store.limitFile(toPages: 1_000_000)
        try await fixture.reopen()
        statistics = fixture.store.statistics
        #expect(statistics.lastCommitError == nil)
        let found = try await fixture.store.everything()
        #expect(found.reduce(0) { $0 + $1.samples.count } == 6_001)
        #expect(found.count == 2_000)
        try await fixture.store.close()
    }

    @Test("half an hour of a full disk stays in bounded memory: seen by readers, written in parts when space returns")
    func halfAnHourOfFullDisk() async throws {
        var options = SampleStore.Options()
        options.transactionLimit = 100_000
        let fixture = try StoreFixture(options: options)
        let series = (0..<300).map { LabelSet("m", ["n": "\($0)"]) }
        let numbers = fixture.store.seriesIDs(for: series)
        let start = fixture.clock.now
        var generator = SeededGenerator(seed: 30)
        var expected = series.map { _ in [Sample]() }
        func second() {
            fixture.clock.advance(by: .seconds(1))
            let values = numbers.map { (series: $0, value: Double(Int.random(in: 0...9_999, using: &generator)) / 10) }
            fixture.store.append(SampleBatch(timestamp: fixture.clock.now, values: values))
            for index in values.indices { expected[index].append(Sample(fixture.clock.now, values[index].value)) }
        }
        for _ in 0..<30 { second() }
        try await fixture.store.flush()
        let durable = fixture.store.statistics.samplesCommitted
        try await fixture.store.limitFile(toPages: 1)
        for minute in 1...30 {
            for _ in 0..<60 { second() }
            // Seals are due meanwhile, and fail as commits do: they keep what they would have moved.
            await #expect(throws: (any Error).self) { try await fixture.store.flush() }
            await fixture.store.maintain()
            #expect(fixture.store.statistics.lastMaintenanceError?.contains("full") == (minute < 4 ? nil : true))
        }
        var statistics = fixture.store.statistics
        #expect(statistics.samplesQueued == 300 * 1_800)
        #expect(statistics.samplesDropped == 0)
        #expect(statistics.samplesCommitted == durable)
        #expect(statistics.blocks == 0)
        #expect(try await fixture.store.everything().map(\.samples) == expected)
        // These values are of the worst kind; at 4 bytes each the default limit takes 74,000 of them a second.
        #expect(fixture.store.queuedBytes < 300 * 1_800 * 4)

        try await fixture.store.limitFile(toPages: 1_000_000)
        let commits = statistics.commits
        try await fixture.store.flush()
        statistics = fixture.store.statistics
        #expect(statistics.samplesQueued == 0)
        #expect(statistics.lastCommitError == nil)
        #expect(statistics.commits > commits + 5)
        await fixture.store.maintain()
        #expect(fixture.store.statistics.blocks > 0)
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        try await fixture.reopen()
        #expect(try await fixture.store.everything().map(\.samples) == expected)
        #expect(
            try await fixture.store.select([], from: start, through: start + 30).map(\.samples.count)
                == series.map { _ in 30 })
        try await fixture.store.close()
    }

    @Test(
        "of 200 flipped bits in the file none gives a wrong value, or takes one away in silence",
        arguments: [false, true])
    func flippedBits(isSealed: Bool) async throws {
        var generator = SeededGenerator(seed: 200)
        let (fixture, start) = try await stored(isSealed: isSealed)
        let written = Set((0..<3).map { Sample(start + $0, Double($0)) })
        let path = fixture.directory.file("metrics.db")
        let whole = try FileBytes.read(path)
        // Pages are mostly empty; a bit in the empty part proves little.
        let places = whole.indices.filter { whole[$0] != 0 }
        for round in 1...200 {
            var bytes = whole
            let place = try #require(places.randomElement(using: &generator))
            bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            try FileBytes.write(bytes, to: path)
            // Refusing the file, or the reading, is as good as leaving out what is damaged.
            guard (try? fixture.open()) != nil else { continue }
            if let found = try? await fixture.store.everything() {
                for series in found {
                    #expect(series.labels == labels, "round \(round), byte \(place)")
                    #expect(written.isSuperset(of: series.samples), "round \(round), byte \(place)")
                }
                let isWhole = found.first.map { Set($0.samples) } == written
                #expect(isWhole || fixture.store.statistics.damagedRows > 0, "round \(round), byte \(place)")
            }
            try? await fixture.store.close()
        }
    }
}
