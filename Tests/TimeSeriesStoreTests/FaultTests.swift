import GRDB
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Faults")
struct FaultTests {
    let labels = LabelSet("m", ["n": "1"])

    /// A store closed with the batches 0, 1 and 2, a day old: readers find them in the file only.
    private func stored() async throws -> (fixture: StoreFixture, start: Timestamp) {
        let fixture = try StoreFixture()
        let start = fixture.clock.now
        for step in 0..<3 {
            fixture.append([(labels, Double(step))], at: start + step)
            try await fixture.store.flush()
        }
        fixture.clock.advance(by: .seconds(86_400))
        await fixture.store.maintain()
        try await fixture.store.close()
        return (fixture, start)
    }

    @Test("a damaged batch is left out, counted and remembered; the rest is served")
    func damagedBatch() async throws {
        let (fixture, _) = try await stored()
        try fixture.withFile { db in
            let id = try #require(try Int64.fetchOne(db, sql: "SELECT id FROM batches ORDER BY id LIMIT 1 OFFSET 1"))
            try db.execute(
                sql: "UPDATE batches SET data = substr(data, 1, length(data) - 1) || x'ff' WHERE id = ?",
                arguments: [id])
        }
        try fixture.open()
        for _ in 0..<2 {
            #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[0, 2]])
            #expect(fixture.store.statistics.damagedRows == 1)
        }
        try await fixture.reopen()
        #expect(fixture.store.statistics.damagedRows == 1)
        try await fixture.store.close()
        let found = try fixture.withFile { try String.fetchAll($0, sql: "SELECT source || ' ' || reason FROM damage") }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("batches expected checksum") == true)
    }

    @Test("a damaged batch in the newest part does not stop the start")
    func damagedHead() async throws {
        let fixture = try StoreFixture()
        for step in 0..<3 {
            fixture.append([(labels, Double(step))], at: fixture.clock.now + step)
            try await fixture.store.flush()
        }
        try await fixture.store.close()
        try fixture.withFile { db in
            try db.execute(
                sql: "UPDATE batches SET data = zeroblob(length(data)) WHERE id = (SELECT min(id) FROM batches)")
        }
        try fixture.open()
        #expect(try await fixture.store.everything().map { $0.samples.map(\.value) } == [[1, 2]])
        #expect(fixture.store.statistics.damagedRows == 1)
        try await fixture.store.close()
    }

    @Test("a series whose labels are damaged is not found, and its number is not given again")
    func damagedSeries() async throws {
        let (fixture, start) = try await stored()
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

    @Test("of 200 flipped bits in the file none gives a value or a time that was not written")
    func flippedBits() async throws {
        var generator = SeededGenerator(seed: 200)
        let (fixture, start) = try await stored()
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
            for series in (try? await fixture.store.everything()) ?? [] {
                #expect(series.labels == labels, "round \(round), byte \(place)")
                #expect(written.isSuperset(of: series.samples), "round \(round), byte \(place)")
            }
            try? await fixture.store.close()
        }
    }
}
