import ChunkEncoding
import Foundation
import GRDB
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Rollups")
struct RollupTests {
    private static let hour = 3_600_000 as Int64
    private let labels = (0..<4).map { LabelSet("m", ["n": "\($0)"]) }

    /// Fifty days of a sample a minute of each of four series, stored as the service would; and what a naive sum of spans says.
    private func stored(rawDays: Int = 400) async throws -> (
        fixture: StoreFixture, start: Timestamp, samples: [[Sample]]
    ) {
        var options = SampleStore.Options()
        options.rawRetention = .seconds(rawDays * 86_400)
        let fixture = try StoreFixture(options: options)
        let start = Timestamp(milliseconds: fixture.clock.now.milliseconds / Self.hour * Self.hour)
        fixture.clock.advance(by: start - fixture.clock.now)
        var samples = labels.map { _ in [Sample]() }
        var generator = SeededGenerator(seed: 9)
        var counter = 0.0
        let numbers = fixture.store.seriesIDs(for: labels)
        for minute in 1...50 * 1_440 {
            fixture.clock.advance(by: .seconds(60))
            let now = fixture.clock.now
            counter += Double(Int.random(in: 0...1_000, using: &generator))
            let values = [
                counter, Double(Int.random(in: 0...999, using: &generator)) / 10, minute % 977 == 0 ? .nan : 1,
                minute % 7 == 0 ? Double.random(in: -1...1, using: &generator) : 0,
            ]
            fixture.store.append(
                SampleBatch(timestamp: now, values: zip(numbers, values).map { (series: $0, value: $1) }))
            for index in values.indices { samples[index].append(Sample(now, values[index])) }
            if minute % 240 == 0 { await fixture.store.maintain() }
        }
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        return (fixture, start, samples)
    }

    private func expected(_ samples: [Sample], from start: Timestamp, through end: Timestamp, step: Int64)
        -> [Aggregate]
    {
        var spans: [Int64: [Double]] = [:]
        for sample in samples where sample.timestamp > start && sample.timestamp <= end && !sample.value.isNaN {
            let index = (sample.timestamp.milliseconds - start.milliseconds - 1) / step
            spans[start.milliseconds + (index + 1) * step, default: []].append(sample.value)
        }
        return spans.sorted { $0.key < $1.key }.map { time, values in
            Aggregate(
                timestamp: Timestamp(milliseconds: time), min: values.min() ?? 0, max: values.max() ?? 0,
                sum: values.reduce(0, +), count: values.count, last: values.last ?? 0)
        }
    }

    @Test("each step is answered as raw samples would, from whichever rollup; sums up to rounding")
    func answers() async throws {
        let (fixture, start, samples) = try await stored()
        let resolutions = try await fixture.store.resolutions()
        #expect(resolutions == [0, 300, 3600])
        for step in [60_000, 300_000, 900_000, 3_600_000, 86_400_000] as [Int64] {
            let end = start + .milliseconds(50 * 86_400_000 / step * step)
            let found = try await fixture.store.aggregates([], from: start, through: end, step: .milliseconds(step))
            #expect(found.map(\.labels) == labels)
            for (index, series) in found.enumerated() {
                let wanted = expected(samples[index], from: start, through: end, step: step)
                #expect(series.aggregates.count == wanted.count, "step \(step)")
                let isEqual = zip(series.aggregates, wanted).allSatisfy { found, wanted in
                    found.timestamp == wanted.timestamp && found.min == wanted.min && found.max == wanted.max
                        && found.count == wanted.count && found.last == wanted.last
                        && abs(found.sum - wanted.sum) <= 1e-9 * max(1, abs(wanted.sum))
                }
                #expect(isEqual, "step \(step), series \(index)")
            }
        }
        // A part of the range, inside.
        let (low, high) = (start + .milliseconds(20 * Self.hour), start + .milliseconds(700 * Self.hour))
        let found = try await fixture.store.aggregates(
            [LabelMatcher("n", .equal, "1")], from: low, through: high, step: .seconds(3600))
        #expect(
            found.first?.aggregates.map(\.max)
                == expected(samples[1], from: low, through: high, step: Self.hour).map(\.max))
        try await fixture.store.close()
    }

    @Test("rollups answer where the retention has taken the raw samples, also after a restart")
    func outlivesRaw() async throws {
        let (fixture, start, samples) = try await stored(rawDays: 10)
        try await fixture.reopen()
        let end = start + .seconds(20 * 86_400)
        // Queries get the last value of each bucket.
        let selected = try await fixture.store.select([], from: start, through: end)
        #expect(selected.map(\.labels) == labels)
        for (index, series) in selected.enumerated() {
            let wanted = expected(samples[index], from: start, through: end, step: 300_000)
            #expect(series.samples == wanted.map { Sample($0.timestamp, $0.last) })
        }
        for step in [60_000, 3_600_000] as [Int64] {
            let found = try await fixture.store.aggregates([], from: start, through: end, step: .milliseconds(step))
            // Too fine a step is answered with what is left: buckets of five minutes.
            let wanted = expected(samples[0], from: start, through: end, step: max(step, 300_000))
            #expect(found.first?.aggregates.map(\.last) == wanted.map(\.last), "step \(step)")
        }
        try await fixture.store.close()
    }

    @Test(
        "a bucket that claims to hold no sample, or more than fit into it, is damage behind a right checksum",
        arguments: [0, 1.5, -1, 300_001, 1e300, .infinity, .nan])
    func impossibleCount(count: Double) async throws {
        let (fixture, start, _) = try await stored(rawDays: 10)
        try await fixture.store.close()
        // The oldest rollup, whose raw samples are gone: its first series' chunk is rewritten with another count in each bucket.
        try fixture.withFile { db in
            let headers = try Row.fetchAll(db, sql: "SELECT id, header FROM blocks ORDER BY id").map { row in
                try (row[1] as Data).withUnsafeBytes { try BlockHeader($0, number: row[0]) }
            }
            var header = try #require(headers.first { $0.resolution == 300 })
            let directory = try
                (Data.fetchOne(
                    db, sql: "SELECT directory FROM blocks WHERE id = ?", arguments: [header.number]) ?? Data())
                .withUnsafeBytes { try BlockDirectory($0, block: header.number) }
            var stream: [UInt8] = []
            for page in 0..<PageCoding.pageCount(of: header.byteCount) {
                let row = PageCoding.row(block: header.number, page: page)
                let data = try Data.fetchOne(db, sql: "SELECT data FROM pages WHERE id = ?", arguments: [row]) ?? Data()
                try data.withUnsafeBytes { stream += try PageCoding.content($0, row: row) }
                try db.execute(sql: "DELETE FROM pages WHERE id = ?", arguments: [row])
            }
            let changed = try Self.chunk(stream, directory, header, count: count)
            var edited = BlockDirectory()
            for index in 0..<directory.timeCount { edited.addTimes(length: directory.times(index).count) }
            for (index, series) in directory.series.enumerated() {
                edited.add(
                    series, length: index == 0 ? changed.count : directory.chunk(index).count,
                    timeIndex: directory.timeIndexes[index])
            }
            stream.replaceSubrange(directory.chunk(0), with: changed)
            header.byteCount = stream.count
            for page in 0..<PageCoding.pageCount(of: stream.count) {
                let row = PageCoding.row(block: header.number, page: page)
                let part = stream.dropFirst(page * PageCoding.capacity).prefix(PageCoding.capacity)
                let data = part.withUnsafeBytes { PageCoding.encode($0, row: row) }
                try db.execute(sql: "INSERT INTO pages (id, data) VALUES (?, ?)", arguments: [row, Data(data)])
            }
            try db.execute(
                sql: "UPDATE blocks SET header = ?, directory = ? WHERE id = ?",
                arguments: [Data(header.encoded()), Data(edited.encoded(block: header.number)), header.number])
        }
        try fixture.open()
        let found = try await fixture.store.aggregates(
            [], from: start, through: start + .seconds(86_400), step: .seconds(300))
        #expect(found.map(\.labels) == Array(labels[1...]))
        #expect(fixture.store.statistics.damagedRows == 1)
        let report = try await fixture.store.verify()
        #expect(report.findings.count == 1)
        #expect(report.findings.first?.reason.contains("expected a bucket's count of 1 to 300000 samples") == true)
        try await fixture.store.close()
    }

    /// The first series' chunk of a rollup with another count in every bucket.
    private static func chunk(
        _ stream: [UInt8], _ directory: BlockDirectory, _ header: BlockHeader, count: Double
    ) throws -> [UInt8] {
        let times = Array(stream[directory.times(directory.timeIndexes[0])])
        let runs = try times.withUnsafeBytes { try ChunkLayout.readTimes($0, base: header.firstTime) }
        var encoder = RunEncoder()
        var payload: [UInt8] = []
        var ranges: [Range<Int>] = []
        for run in runs {
            let before = payload.count
            [Double](repeating: count, count: run.count).withUnsafeBufferPointer {
                encoder.encode(values: $0, to: &payload)
            }
            ranges.append(before..<payload.count)
        }
        var counts = ByteWriter()
        payload.withUnsafeBytes { payload in
            ChunkLayout.writeValues(
                runs: runs.count, payload: { UnsafeRawBufferPointer(rebasing: payload[ranges[$0]]) }, to: &counts)
        }
        var chunk = ByteWriter()
        try stream[directory.chunk(0)].withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            for column in 0..<5 {
                let present = try reader.bytes(try reader.count(atMost: bytes.count))
                chunk.append(varint: UInt64(column == 3 ? counts.count : present.count))
                chunk.append(contentsOf: column == 3 ? counts.bytes : Array(present))
            }
        }
        return chunk.bytes
    }

    @Test("an empty or inverted range, or no step, gives nothing")
    func nothing() async throws {
        let fixture = try StoreFixture()
        let now = fixture.clock.now
        fixture.append([(labels[0], 1)], at: now)
        #expect(try await fixture.store.aggregates([], from: now, through: now, step: .seconds(1)).isEmpty)
        #expect(try await fixture.store.aggregates([], from: now + 1, through: now, step: .seconds(1)).isEmpty)
        #expect(try await fixture.store.aggregates([], from: now + -1, through: now, step: .zero).isEmpty)
        #expect(try await fixture.store.aggregates([], from: now + -1, through: now, step: .seconds(9)).count == 1)
        try await fixture.store.close()
    }
}

extension SampleStore {
    /// Which resolutions the file has blocks of.
    fileprivate func resolutions() async throws -> [UInt32] {
        blockHeaders.map(\.resolution).reduce(into: Set()) { $0.insert($1) }.sorted()
    }
}
