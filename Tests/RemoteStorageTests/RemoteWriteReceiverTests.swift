import MonitoringModel
import RemoteStorage
import TestSupport
import Testing

@Suite("Receiving remote write")
struct RemoteWriteReceiverTests {
    private let appender = RecordingAppender()

    private func receive(_ request: [UInt8], limits: RemoteWriteReceiver.Limits = .init()) throws -> WriteOutcome {
        try RemoteWriteReceiver(appender: appender, limits: limits).receive(SnappyBlock.compress(request))
    }

    @Test("a request written byte by byte is read as the specification says")
    func golden() throws {
        let body: [UInt8] = [
            // A snappy block of 54 bytes, in one literal.
            54, 53 << 2,
            // WriteRequest.timeseries
            0x0A, 42,
            // TimeSeries.labels: __name__="up"
            0x0A, 14, 0x0A, 8, 0x5F, 0x5F, 0x6E, 0x61, 0x6D, 0x65, 0x5F, 0x5F, 0x12, 2, 0x75, 0x70,
            // TimeSeries.labels: a="ộ"
            0x0A, 8, 0x0A, 1, 0x61, 0x12, 3, 0xE1, 0xBB, 0x99,
            // TimeSeries.samples: 1.5 at 300 ms
            0x12, 12, 0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xAC, 0x02,
            // An unknown field 9 with a varint.
            0x48, 0x07,
            // WriteRequest.metadata: gauge "up"
            0x1A, 8, 0x08, 2, 0x12, 2, 0x75, 0x70, 0x2A, 0,
        ]
        let outcome = try RemoteWriteReceiver(appender: appender).receive(body)
        #expect(appender.labels == [LabelSet(metric: "up", [Label("a", "ộ")])])
        #expect(appender.history[appender.labels[0]] == [.init(time: 300, bits: 1.5.bitPattern)])
        #expect(appender.metadata == [MetricMetadata(name: "up", kind: .gauge)])
        var expected = WriteOutcome()
        (expected.samples, expected.series, expected.seriesLookedUp, expected.metadata) = (1, 1, 1, 1)
        #expect(outcome == expected)
        #expect(outcome.status == 204)
        #expect(outcome.message == nil)
    }

    @Test("batches have one time each, come oldest first, and keep the order of the request")
    func batches() throws {
        let request =
            Wire.series(Wire.labels(["__name__": "a"]), Wire.sample(1000, 1), Wire.sample(2000, 2))
            + Wire.series(Wire.labels(["__name__": "b"]), Wire.sample(2000, 3))
            + Wire.series(
                Wire.labels(["__name__": "c"]), Wire.sample(-5, 4), Wire.sample(1000, 5), Wire.sample(2000, 6))
        #expect(try receive(request).samples == 6)
        #expect(appender.batches.map(\.timestamp.milliseconds) == [-5, 1000, 2000])
        #expect(appender.batches.map { $0.values.map(\.value) } == [[4], [1, 5], [2, 3, 6]])
    }

    @Test(
        "every bit of a value is kept: stale markers, other NaN, zero below zero",
        arguments: [
            StaleMarker.bits, 0x7FF8_0000_0000_0001, 0xFFF0_0000_0000_0003, 0x8000_0000_0000_0000, 1,
            0x7FF0_0000_0000_0000,
            UInt64.max,
        ])
    func bits(bits: UInt64) throws {
        _ = try receive(Wire.series(Wire.labels(["__name__": "a"]), Wire.sample(.max, bits: bits)))
        #expect(appender.history.values.first == [.init(time: .max, bits: bits)])
    }

    @Test("the fields of a sample may come in any order, twice, or not at all")
    func sampleFields() throws {
        let samples = [
            Wire.bytes(2, []), Wire.bytes(2, Wire.number(2, 5) + Wire.fixed64(1, 2.0.bitPattern)),
            Wire.bytes(2, Wire.number(2, 1) + Wire.number(2, 7) + Wire.text(15, "?")),
        ]
        _ = try receive(Wire.series(Wire.labels(["__name__": "a"]), samples.flatMap { $0 }))
        #expect(
            appender.history.values.first == [
                .init(time: 0, bits: 0), .init(time: 5, bits: 2.0.bitPattern), .init(time: 7, bits: 0),
            ])
    }

    @Test("unknown fields of all wire types are skipped everywhere")
    func unknownFields() throws {
        let unknown =
            Wire.number(100, .max) + Wire.fixed64(101, 1) + Wire.text(102, "text") + Wire.tag(103, 5) + [1, 2, 3, 4]
        let label = Wire.bytes(1, unknown + Wire.text(1, "__name__") + unknown + Wire.text(2, "a") + unknown)
        let sample = Wire.bytes(2, unknown + Wire.number(2, 9) + unknown)
        let metadata = Wire.bytes(3, unknown + Wire.text(2, "a") + unknown)
        let outcome = try receive(unknown + Wire.series(unknown, label, unknown, sample, unknown) + metadata + unknown)
        #expect(outcome.status == 204)
        #expect(appender.history == [LabelSet(metric: "a"): [.init(time: 9, bits: 0)]])
        #expect(appender.metadata.map(\.name) == ["a"])
    }

    @Test("labels may come unsorted, after samples or in several runs, and empty values are no labels")
    func labelForms() throws {
        let receiver = RemoteWriteReceiver(appender: appender)
        let forms = [
            Wire.series(Wire.labels(["__name__": "a", "x": "1", "y": "2"]), Wire.sample(1, 1)),
            Wire.series(Wire.labels(["y": "2", "x": "1", "__name__": "a"]), Wire.sample(2, 2)),
            Wire.series(Wire.sample(3, 3), Wire.labels(["__name__": "a", "x": "1", "y": "2"])),
            Wire.series(Wire.label("x", "1"), Wire.sample(4, 4), Wire.label("__name__", "a"), Wire.label("y", "2")),
            Wire.series(Wire.labels(["__name__": "a", "x": "1", "y": "2", "z": ""]), Wire.sample(5, 5)),
        ]
        for form in forms + forms {
            let outcome = try receiver.receive(SnappyBlock.compress(form))
            #expect(outcome.samples == 1)
            #expect(outcome.status == 204)
        }
        #expect(appender.labels == [LabelSet(metric: "a", [Label("x", "1"), Label("y", "2")])])
        #expect(appender.sampleCount == 10)
        #expect(receiver.cacheStatistics.series == 3)
    }

    @Test("exemplars and native histograms are counted and left out; a series of them alone is not created")
    func ignored() throws {
        let exemplar = Wire.bytes(3, Wire.label("trace", "1") + Wire.fixed64(2, 1))
        let histogram = Wire.bytes(4, Wire.number(1, 5))
        let outcome = try receive(
            Wire.series(Wire.labels(["__name__": "a"]), exemplar, exemplar, histogram)
                + Wire.series(Wire.labels(["__name__": "b"]), Wire.sample(1, 1), exemplar)
                + Wire.series(Wire.labels(["__name__": "c"])))
        #expect(outcome.exemplarsIgnored == 3)
        #expect(outcome.histogramsIgnored == 1)
        #expect(outcome.series == 1)
        #expect(outcome.status == 204)
        #expect(appender.labels.map(\.metricName) == ["b"])
    }

    @Test("types of metrics become those of the store")
    func metadata() throws {
        let request = (0...8).flatMap { Wire.metadata($0, "m\($0)", help: "h", unit: "u") }
        #expect(try receive(request).metadata == 9)
        #expect(
            appender.metadata.map(\.kind) == [
                .unknown, .counter, .gauge, .histogram, .unknown, .summary, .info, .stateset, .unknown,
            ])
        #expect(appender.metadata[3] == MetricMetadata(name: "m3", kind: .histogram, help: "h", unit: "u"))
    }

    @Test("an empty request is taken, and nothing is asked of the store")
    func empty() throws {
        #expect(try receive([]) == WriteOutcome())
        #expect(appender.isUntouched)
        #expect(appender.lookUps.isEmpty)
    }

    @Test("what is refused leaves the rest of the request standing, and the answer says so")
    func partial() throws {
        let outcome = try receive(
            Wire.series(Wire.labels(["__name__": "a"]), Wire.sample(2, 1), Wire.sample(1, 1), Wire.sample(3, 1))
                + Wire.series(Wire.labels(["x": "1"]), Wire.sample(2, 1), Wire.sample(3, 1)) + Wire.metadata(1, "")
                + Wire.series(Wire.labels(["__name__": "b"]), Wire.sample(2, 1)))
        #expect(outcome.samples == 3)
        #expect(outcome.series == 2)
        #expect(outcome.samplesRefused == 3)
        #expect(outcome.seriesRefused == 1)
        #expect(outcome.metadataRefused == 1)
        #expect(outcome.status == 400)
        #expect(
            outcome.message
                == "refused 1 series, 3 samples, 1 descriptions of metrics and took 3 samples; first: expected a sample "
                + "newer than the one of 2 ms before it in its series, found one of 1 ms at byte 30 of the request")
        #expect(appender.history[LabelSet(metric: "a")]?.map(\.time) == [2, 3])
    }

    // MARK: Cache

    @Test("a known series is not looked up again, also by another connection")
    func cache() throws {
        let receiver = RemoteWriteReceiver(appender: appender)
        let body = SnappyBlock.compress(
            (0..<300).flatMap { Wire.series(Wire.labels(["__name__": "a", "n": "\($0)"]), Wire.sample(1, Double($0))) })
        #expect(try receiver.receive(body).seriesLookedUp == 300)
        #expect(try receiver.receive(body).seriesLookedUp == 0)
        #expect(appender.lookUps == [300])
        #expect(receiver.cacheStatistics.series == 300)
        #expect(receiver.cacheStatistics.drops == 0)
        let batches = appender.batches
        #expect(batches[0].values.map(\.series) == batches[1].values.map(\.series))
        #expect(appender.labels.map { $0["n"] } == (0..<300).map { "\($0)" })
    }

    @Test(
        "a full cache forgets everything and goes on, whichever bound it meets",
        arguments: [
            (7, 1 << 20), (1 << 20, 200), (1, 1 << 20), (0, 1 << 20), (1 << 20, 0), (1 << 20, 10),
        ])
    func fullCache(entries: Int, bytes: Int) throws {
        var limits = RemoteWriteReceiver.Limits()
        limits.cachedSeries = entries
        limits.cachedBytes = bytes
        let receiver = RemoteWriteReceiver(appender: appender, limits: limits)
        for round in 0..<3 {
            let outcome = try receiver.receive(
                SnappyBlock.compress(
                    (0..<50).flatMap {
                        Wire.series(
                            Wire.labels(["__name__": "a", "n": "\($0)"]), Wire.sample(Int64(round), Double($0)))
                    }))
            #expect(outcome.samples == 50)
            #expect(receiver.cacheStatistics.series <= entries)
            #expect(receiver.cacheStatistics.bytes <= bytes)
        }
        #expect(appender.labels.count == 50)
        for (labels, written) in appender.history {
            #expect(written.map { "\(Int(Double(bitPattern: $0.bits)))" } == Array(repeating: labels["n"], count: 3))
        }
        if entries > 0, bytes > 50 { #expect(receiver.cacheStatistics.drops > 0) }
    }

    @Test("requests of several threads at once are each taken whole")
    func manyThreads() async throws {
        let receiver = RemoteWriteReceiver(appender: appender)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for round in 0..<40 {
                        let request = (0..<60).flatMap {
                            Wire.series(
                                Wire.labels(["__name__": "a", "n": "\((sender * 20 + $0) % 100)", "s": "\(sender)"]),
                                Wire.sample(Int64(round), Double($0)))
                        }
                        let outcome = try receiver.receive(SnappyBlock.compress(request))
                        #expect(outcome.samples == 60)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(appender.labels.count == 480)
        #expect(appender.history.values.allSatisfy { $0.count == 40 })
    }

    // MARK: Random requests

    @Test("random requests come out as a naive reading of what was written", arguments: 0..<20)
    func random(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var limits = RemoteWriteReceiver.Limits()
        limits.cachedSeries = Int.random(in: 1...60, using: &generator)
        let receiver = RemoteWriteReceiver(appender: appender, limits: limits)
        var expected: [LabelSet: [RecordingAppender.Written]] = [:]
        var clock: Int64 = 1_700_000_000_000
        for _ in 0..<40 {
            var request: [UInt8] = []
            var numbers = Array(0..<50)
            numbers.shuffle(using: &generator)
            let times = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                clock += Int64.random(in: 1...40_000, using: &generator)
                return clock
            }
            for number in numbers.prefix(Int.random(in: 0...50, using: &generator)) {
                var pairs = [
                    ("__name__", "m\(number % 3)"), ("n", "\(number)"), ("long", String(repeating: "ộ", count: number)),
                ]
                if Bool.random(using: &generator) { pairs.shuffle(using: &generator) }
                var message = pairs.flatMap { Wire.label($0, $1) }
                var written: [RecordingAppender.Written] = []
                for time in times where Int.random(in: 0...2, using: &generator) > 0 {
                    let bits = generator.next()
                    message += Wire.sample(time, bits: bits)
                    written.append(.init(time: time, bits: bits))
                }
                request += Wire.bytes(1, message)
                guard !written.isEmpty else { continue }
                expected[LabelSet(pairs.map { Label($0, $1) }), default: []] += written
            }
            let outcome = try receiver.receive(SnappyBlock.compress(request))
            #expect(outcome.firstRefusal == nil)
        }
        #expect(appender.history == expected, "seed \(seed)")
    }
}
