import ExpositionFormat
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Export")
struct ExportTests {
    static let start = Timestamp(milliseconds: 1_789_000_000_000)

    /// Values that a text could spoil.
    static let values: [Double] = [
        0, -0.0, 1, -1, 0.1, 1.0 / 3, 1e15, 1e16, 9_007_199_254_740_993, 123_456_789_012_345_680, 5e-324, -2.5e-310,
        .greatestFiniteMagnitude, .leastNormalMagnitude, .pi, 1e21, 1e22, 1e23, 4.35, 0.000001, 1e-7, .nan, .infinity,
        -.infinity,
        StaleMarker.value, 42,
    ]

    static let series = [
        LabelSet("requests_total", ["job": "a", "path": "/x y\"z\\w\n", "tên": "Cần Thơ"]),
        LabelSet("up", ["job": "a"]),
        LabelSet("requests_total", ["job": "b"]),
        LabelSet("lonely"),
    ]

    /// A store with sealed, committed and late samples of four series.
    static func filledStore(_ series: [LabelSet] = series) async throws -> StoreFixture {
        let fixture = try StoreFixture()
        for (step, value) in values.enumerated() {
            fixture.append(series.enumerated().map { ($0.element, $0.offset == 1 ? 1 : value) }, at: start + step * 60)
            if step == 12 { try await fixture.store.compact() }
        }
        fixture.append([(series[0], 7)], at: start + 30)
        fixture.store.describe([
            MetricMetadata(name: "requests_total", kind: .counter, help: "Requests \"done\".\nAll of them."),
            MetricMetadata(name: "up", kind: .gauge),
        ])
        return fixture
    }

    static func archive(
        _ store: SampleStore, _ format: ArchiveFormat, from: Timestamp = Timestamp(milliseconds: .min),
        through: Timestamp = Timestamp(milliseconds: .max)
    ) async throws -> String {
        var writer = ArchiveWriter(format, metadata: store.metadata())
        let grouping = writer
        try await store.forEachSeries(
            ofAny: [], from: from, through: through, groupedBy: { grouping.family(of: $0) },
            begin: { names, _ in writer.begin(names: names) }
        ) { series in
            writer.append(series.labels, series.samples[...])
        }
        writer.end()
        return String(decoding: writer.takeBytes(), as: UTF8.self)
    }

    static func load(_ text: String, _ format: ArchiveFormat, into store: SampleStore) async throws -> ImportCounts {
        var reader = ArchiveReader(format)
        try reader.read(Array(text.utf8))
        try reader.finish()
        store.describeUnknown(reader.takeDescriptions())
        return try await store.importSamples(reader.takeSamples())
    }

    @Test("JSON lines bring every sample to another store, bit for bit")
    func jsonRoundTrip() async throws {
        let fixture = try await Self.filledStore()
        let text = try await Self.archive(fixture.store, .jsonLines)
        let other = try StoreFixture()
        let counts = try await Self.load(text, .jsonLines, into: other.store)
        #expect(counts.taken == Self.values.count * 4 + 1)
        let expected = try await fixture.store.everything()
        try await expectSame(try await other.store.everything(), expected)
        try await other.reopen()
        try await expectSame(try await other.store.everything(), expected)
        try await fixture.store.close()
        try await other.store.close()
    }

    @Test("OpenMetrics brings every sample but stale markers to another store, with types and help")
    func openMetricsRoundTrip() async throws {
        let names = Self.series.map { LabelSet($0.labels.filter { $0.name != "tên" }) }
        let fixture = try await Self.filledStore(names)
        let text = try await Self.archive(fixture.store, .openMetrics)
        let other = try StoreFixture()
        _ = try await Self.load(text, .openMetrics, into: other.store)
        let expected = try await fixture.store.everything().map { series in
            SeriesSamples(labels: series.labels, samples: series.samples.filter { !StaleMarker.isStale($0.value) })
        }
        try await expectSame(try await other.store.everything(), expected)
        #expect(other.store.metadata()["requests_total"] == fixture.store.metadata()["requests_total"])
        #expect(other.store.metadata()["up"]?.kind == .gauge)
        try await fixture.store.close()
        try await other.store.close()
    }

    @Test("families stand together, each declared once; a counter without _total is unknown")
    func openMetricsText() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        store.describe([
            MetricMetadata(name: "b_total", kind: .counter, help: "Bees."),
            MetricMetadata(name: "ifInOctets", kind: .counter), MetricMetadata(name: "h", kind: .histogram),
            MetricMetadata(name: "room_watts", kind: .gauge, unit: "watts"),
        ])
        for series in [
            LabelSet("ifInOctets", ["i": "1"]), LabelSet("b_total", ["i": "1"]), LabelSet("h_bucket", ["le": "+Inf"]),
            LabelSet("room_watts"), LabelSet("a"), LabelSet("h_sum"), LabelSet("b_total", ["i": "2"]),
            LabelSet("h_count"),
        ] {
            fixture.append([(series, 2.5)], at: Timestamp(milliseconds: 1_789_000_000_250))
        }
        #expect(
            try await Self.archive(store, .openMetrics) == """
                # TYPE a unknown
                a 2.5 1789000000.250
                # HELP b Bees.
                # TYPE b counter
                b_total{i="1"} 2.5 1789000000.250
                b_total{i="2"} 2.5 1789000000.250
                # TYPE h histogram
                h_bucket{le="+Inf"} 2.5 1789000000.250
                h_count 2.5 1789000000.250
                h_sum 2.5 1789000000.250
                # TYPE ifInOctets unknown
                ifInOctets{i="1"} 2.5 1789000000.250
                # TYPE room_watts gauge
                # UNIT room_watts watts
                room_watts 2.5 1789000000.250
                # EOF

                """)
        try await store.close()
    }

    @Test("CSV has a line a sample that spreadsheets read")
    func csvText() async throws {
        let fixture = try StoreFixture()
        let series = LabelSet("m", ["a": "x,\"y\"", "b": "1"])
        fixture.append([(series, 0.1), (LabelSet("n"), .infinity)], at: Timestamp(milliseconds: 1_772_346_600_250))
        fixture.append(
            [(series, StaleMarker.value), (LabelSet("n"), -2)], at: Timestamp(milliseconds: 1_772_346_660_250))
        #expect(
            try await Self.archive(fixture.store, .csv) == #"""
                time,metric,labels,value
                2026-03-01T06:30:00.250Z,m,"a=""x,\""y\"""",b=""1""",0.1
                2026-03-01T06:30:00.250Z,n,,+Inf
                2026-03-01T06:31:00.250Z,n,,-2

                """#)
        try await fixture.store.close()
    }

    @Test("a range and matchers select; without any series an archive is whole too")
    func selection() async throws {
        let fixture = try await Self.filledStore()
        var seen: [LabelSet: [Sample]] = [:]
        try await fixture.store.forEachSeries(
            [LabelMatcher("job", .equal, "a")], from: Self.start + 60, through: Self.start + 180
        ) { seen[$0.labels] = $0.samples }
        #expect(Set(seen.keys) == [Self.series[0], Self.series[1]])
        #expect(seen[Self.series[1]]?.map(\.timestamp) == [60, 120, 180].map { Self.start + $0 })
        #expect(
            try await Self.archive(fixture.store, .openMetrics, through: Self.start - .seconds(1)) == "# EOF\n")
        try await fixture.store.close()
    }

    @Test("everything handed over is of one moment, while samples, seals and merges go on")
    func oneMoment() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        // Three shards.
        let series = (0..<1200).map { LabelSet("m", ["n": "\($0)"]) }
        let numbers = store.seriesIDs(for: series)
        let writer = Task {
            var step = 0
            while !Task.isCancelled {
                let values = numbers.map { (series: $0, value: Double(step)) }
                store.append(SampleBatch(timestamp: Self.start + step, values: values))
                step += 1
                if step % 30 == 0 { try await store.compact() }
                if step % 4 == 0 { try await store.flush() }
            }
        }
        try await eventually("samples") { store.statistics.samplesAppended > 1200 * 50 }
        for _ in 0..<5 {
            var counts: Set<Int> = []
            var order: [LabelSet] = []
            try await store.forEachSeries(
                [], from: Timestamp(milliseconds: .min), through: Timestamp(milliseconds: .max)
            ) { one in
                counts.insert(one.samples.count)
                order.append(one.labels)
                #expect(one.samples == (0..<one.samples.count).map { Sample(Self.start + $0, Double($0)) })
                if order.count % 400 == 0 { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(order == series)
            #expect(counts.count == 1)
        }
        writer.cancel()
        _ = await writer.result
        try await store.close()
    }

    @Test("an export ends when its task is cancelled, and what the reader throws comes through")
    func ended() async throws {
        struct Enough: Error {}
        let fixture = try await Self.filledStore()
        let store = fixture.store
        await #expect(throws: Enough.self) {
            try await store.forEachSeries([], from: Self.start, through: Self.start + 9999) { _ in throw Enough() }
        }
        let task = Task {
            try await store.forEachSeries([], from: Self.start, through: Self.start + 9999) { _ in
                try await Task.sleep(for: .seconds(100))
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await store.close()
    }

    private func expectSame(_ found: [SeriesSamples], _ expected: [SeriesSamples]) async throws {
        let found = found.sorted { $0.labels < $1.labels }
        let expected = expected.sorted { $0.labels < $1.labels }
        #expect(found.map(\.labels) == expected.map(\.labels))
        for (found, expected) in zip(found, expected) {
            #expect(found.samples.map(\.timestamp) == expected.samples.map(\.timestamp))
            #expect(found.samples.map(\.value.bitPattern) == expected.samples.map(\.value.bitPattern))
        }
    }
}
