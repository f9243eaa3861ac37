import GRDB
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Verification")
struct VerifyTests {
    static let start = Timestamp(milliseconds: 1_789_000_000_000)

    /// Four series whose values do not compress: a block of several pages.
    static func labels(_ number: Int) -> LabelSet { LabelSet("reading", ["sensor": "\(number)"]) }

    /// A closed store with a sealed block of four series of 600 samples, and a batch of one sample each.
    private func closedStore() async throws -> StoreFixture {
        let fixture = try StoreFixture()
        var generator = SeededGenerator(seed: 1)
        for step in 0..<600 {
            let values = (0..<4).map { (labels: Self.labels($0), value: Double.random(in: 0..<1, using: &generator)) }
            fixture.append(values, at: Self.start + step)
        }
        try await fixture.store.compact()
        fixture.append((0..<4).map { (Self.labels($0), 1) }, at: Self.start + 600)
        try await fixture.store.flush()
        fixture.append((0..<4).map { (Self.labels($0), 2) }, at: Self.start + 601)
        try await fixture.store.flush()
        fixture.append((0..<4).map { (Self.labels($0), 3) }, at: Self.start + 602)
        try await fixture.store.close()
        return fixture
    }

    @Test("a sound store has no findings, and everything in it was read")
    func sound() async throws {
        let fixture = try await closedStore()
        try fixture.open()
        let report = try await fixture.store.verify()
        #expect(report.findings.isEmpty)
        #expect(report.series == 4)
        #expect(report.blocks == 1)
        #expect(report.pages >= 3)
        #expect(report.batches == 3)
        #expect(report.samples == 603 * 4)
        #expect(report.bytes > 600 * 4 * 7)
        try await fixture.store.close()
    }

    @Test("merged blocks and their rollups are read too")
    func merged() async throws {
        let fixture = try StoreFixture()
        for block in 0..<3 {
            for step in 0..<50 {
                fixture.append([(Self.labels(0), Double(step))], at: Self.start + block * 3600 + step)
            }
            try await fixture.store.compact()
        }
        fixture.clock.advance(by: .seconds(60 * 86_400))
        try await fixture.store.compact()
        let resolutions = try await fixture.store.report().blocks.map(\.resolution)
        #expect(resolutions == [0, 300, 3600])
        let report = try await fixture.store.verify()
        #expect(report.findings.isEmpty)
        #expect(report.blocks == 3)
        #expect(report.samples == 150)
        try await fixture.store.close()
    }

    @Test("a flipped byte in a page names the series and the times that cannot be read, and quarantines them")
    func flippedPage() async throws {
        let fixture = try await closedStore()
        let pages = try fixture.withFile { db in
            try db.execute(
                sql: """
                    UPDATE pages SET data = substr(data, 1, 4000) || x'ff00ff00' || substr(data, 4005)
                    WHERE id = (SELECT max(id) FROM pages)
                    """)
            return try Int.fetchOne(db, sql: "SELECT count(*) FROM pages") ?? 0
        }
        try fixture.open()
        let report = try await fixture.store.verify()
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1)
        #expect(finding.table == "pages")
        #expect(finding.row == 1 << 20 + Int64(pages) - 1)
        #expect(finding.reason.hasPrefix("expected checksum"))
        #expect(finding.foundAt == nil)
        // The last page holds the end of the last series' chunk, and of no other when it is short.
        #expect(finding.series.last == ["__name__": "reading", "sensor": "3"])
        #expect(finding.series.count < 4)
        #expect(finding.span == TimeSpan(first: Self.start, last: Self.start + 599))

        #expect(fixture.store.statistics.damagedRows == 1)
        let found = try await fixture.store.everything()
        #expect(found.first { $0.labels == Self.labels(0) }?.samples.count == 603)
        #expect(found.first { $0.labels == Self.labels(3) }?.samples.count == 3)

        // It is remembered, told by the report, and never deleted.
        try await fixture.reopen()
        let again = try await fixture.store.verify()
        #expect(again.findings.map(\.row) == [finding.row])
        #expect(again.findings.first?.foundAt == UTCTime(fixture.clock.now))
        let damage = try await fixture.store.report().damage
        #expect(damage == again.findings)
        try await fixture.store.close()
        #expect(try fixture.withFile { try Int.fetchOne($0, sql: "SELECT count(*) FROM pages") } == pages)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var change: String
        /// Tables and rows of the findings.
        var found: [String]
        var seriesCount = 0
        var testDescription: String { change }
    }

    @Test(
        "every damaged or missing thing is named",
        arguments: [
            Damage(change: "UPDATE series SET labels = zeroblob(30) WHERE id = 2", found: ["series 2"], seriesCount: 1),
            Damage(change: "UPDATE shards SET data = substr(data, 1, 9)", found: ["shards 0"]),
            Damage(change: "DELETE FROM shards", found: ["shards 0"]),
            Damage(change: "UPDATE blocks SET header = zeroblob(20)", found: ["blocks 1"]),
            Damage(change: "UPDATE blocks SET directory = zeroblob(20)", found: ["blocks 1"]),
            Damage(change: "DELETE FROM pages WHERE id = 1048577", found: ["pages 1048577"], seriesCount: 3),
            Damage(change: "INSERT INTO pages SELECT 9 << 20, data FROM pages LIMIT 1", found: ["pages 9437184"]),
            Damage(
                change: "INSERT INTO pages SELECT (1 << 20) + 50, data FROM pages LIMIT 1", found: ["pages 1048626"]),
            Damage(change: "UPDATE batches SET data = x'0102' WHERE id = 602", found: ["batches 602"]),
            Damage(change: "DELETE FROM batches WHERE id = 602", found: ["batches 602"]),
            Damage(change: "UPDATE batches SET sample_count = 7 WHERE id = 601", found: ["batches 601"]),
            Damage(change: "UPDATE batches SET last_time = last_time + 1 WHERE id = 601", found: ["batches 601"]),
        ])
    func damaged(damage: Damage) async throws {
        let fixture = try StoreFixture()
        var generator = SeededGenerator(seed: 1)
        for step in 0..<600 {
            let values = (0..<4).map { (labels: Self.labels($0), value: Double.random(in: 0..<1, using: &generator)) }
            fixture.append(values, at: Self.start + step)
            try await fixture.store.flush()
        }
        try await fixture.store.compact()
        for step in 600..<604 {
            fixture.append((0..<4).map { (Self.labels($0), 1) }, at: Self.start + step)
            try await fixture.store.flush()
        }
        try await fixture.store.close()
        try fixture.withFile { try $0.execute(sql: damage.change) }
        // Looked at without a service first: nothing is written.
        let report = try await SampleStore.verifyFile(in: fixture.directory.path)
        #expect(report.findings.map { "\($0.table) \($0.row)" } == damage.found)
        if damage.seriesCount > 0 { #expect(report.findings.first?.series.count == damage.seriesCount) }
        try fixture.open()
        let noted = try await fixture.store.verify()
        #expect(Set(noted.findings.map { "\($0.table) \($0.row)" }).isSuperset(of: damage.found))
        try await fixture.store.close()
        let rows = try fixture.withFile { try String.fetchAll($0, sql: "SELECT source || ' ' || row FROM damage") }
        #expect(Set(rows).isSuperset(of: damage.found))
    }

    @Test("progress rises to the end")
    func progress() async throws {
        let fixture = try await closedStore()
        try fixture.open()
        let shares = SharedList<Double>()
        _ = try await fixture.store.verify { shares.append($0.share ?? -1) }
        #expect(shares.values.first == -1)
        #expect(shares.values.dropFirst() == shares.values.dropFirst().sorted()[...])
        #expect(shares.values.last == 1)
        try await fixture.store.close()
    }

    @Test("a store that is written to while it is verified is sound")
    func live() async throws {
        let fixture = try await closedStore()
        try fixture.open()
        let store = fixture.store
        let clock = fixture.clock
        let writer = Task {
            var step = 603
            while !Task.isCancelled {
                let numbers = store.seriesIDs(for: (0..<4).map(Self.labels))
                let values = numbers.map { (series: $0, value: Double(step)) }
                store.append(SampleBatch(timestamp: Self.start + step, values: values))
                try await store.flush()
                if step % 20 == 0 { try await store.compact() }
                step += 1
                clock.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        for _ in 0..<20 {
            let report = try await store.verify()
            #expect(report.findings.isEmpty)
        }
        writer.cancel()
        _ = await writer.result
        try await store.close()
    }

    @Test("a damaged batch that stays behind when those around it are sealed stays the one finding")
    func damageLeftBehind() async throws {
        let fixture = try StoreFixture()
        for step in 0..<40 {
            fixture.append([(Self.labels(0), Double(step))], at: Self.start + step)
            try await fixture.store.flush()
        }
        try await fixture.store.close()
        try fixture.withFile { try $0.execute(sql: "UPDATE batches SET data = x'0102' WHERE id = 19") }
        try fixture.open()
        try await fixture.store.compact()
        for step in 40..<45 {
            fixture.append([(Self.labels(0), Double(step))], at: Self.start + step)
            try await fixture.store.flush()
        }
        for _ in 0..<2 {
            try await fixture.reopen()
            #expect(try await fixture.store.verify().findings.map { "\($0.table) \($0.row)" } == ["batches 19"])
        }
        try await fixture.store.close()
    }
}
