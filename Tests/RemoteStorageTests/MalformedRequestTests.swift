import MonitoringModel
import RemoteStorage
import TestSupport
import Testing

@Suite("Malformed remote write")
struct MalformedRequestTests {
    private let appender = RecordingAppender()

    /// The error that a request throws.
    private func error(_ body: [UInt8], limits: RemoteWriteReceiver.Limits = .init()) -> RemoteWriteError? {
        do throws(RemoteWriteError) {
            _ = try RemoteWriteReceiver(appender: appender, limits: limits).receive(body)
            return nil
        } catch {
            return error
        }
    }

    private static let name = Wire.labels(["__name__": "a"])

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var request: [UInt8]
        var message: String

        init(_ name: String, _ request: [UInt8], _ message: String) {
            (testDescription, self.request, self.message) = (name, request, message)
        }
    }

    private static let unreadable = [
        Case(
            "cut tag", [0x80],
            "expected a varint for a field of WriteRequest, found the end of its message at byte 1 of the request"),
        Case(
            "tag of eleven bytes", Array(repeating: 0x80, count: 10) + [1],
            "expected a varint of at most 64 bits for a field of WriteRequest, found a longer one at byte 0 of the request"
        ),
        Case(
            "tag of 65 bits", Array(repeating: 0x80, count: 9) + [2],
            "expected a varint of at most 64 bits for a field of WriteRequest, found a longer one at byte 0 of the request"
        ),
        Case(
            "field 0", [0x00],
            "expected a field number from 1 to 536870911 in WriteRequest, found 0 at byte 0 of the request"),
        Case(
            "field of 30 bits", Wire.tag(1 << 29, 0),
            "expected a field number from 1 to 536870911 in WriteRequest, found 536870912 at byte 0 of the request"),
        Case(
            "group", [0x4B],
            "expected wire type 0, 1, 2 or 5 for field 9 of WriteRequest, found 3 at byte 0 of the request"),
        Case(
            "wire type 7", Wire.number(8, 1) + [0x4F],
            "expected wire type 0, 1, 2 or 5 for field 9 of WriteRequest, found 7 at byte 2 of the request"),
        Case(
            "series as a number", Wire.number(1, 1),
            "expected wire type 2 for WriteRequest.timeseries, found 0 at byte 0 of the request"),
        Case(
            "series longer than the request", [0x0A, 5, 0x0A],
            "expected a length of at most 1 for WriteRequest.timeseries, found 5 at byte 1 of the request"),
        Case(
            "series of 2^64 - 1 bytes", Wire.tag(1, 2) + Wire.varint(.max),
            "expected a length of at most 0 for WriteRequest.timeseries, found 18446744073709551615 at byte 1 of the request"
        ),
        Case(
            "cut unknown field of eight bytes", Wire.tag(9, 1) + [1, 2, 3],
            "expected 8 bytes for an unknown field, found the end of its message at byte 4 of the request"),
        Case(
            "cut unknown field of four bytes", Wire.tag(9, 5) + [1, 2, 3],
            "expected 4 bytes for an unknown field, found the end of its message at byte 4 of the request"),
        Case(
            "label longer than its series", Wire.series([0x0A, 9, 0]) + Wire.series([0, 0, 0]),
            "expected a length of at most 1 for TimeSeries.labels, found 9 at byte 3 of the request"),
        Case(
            "labels as eight bytes", Wire.series(Wire.fixed64(1, 0)),
            "expected wire type 2 for TimeSeries.labels, found 1 at byte 2 of the request"),
        Case(
            "samples as a number", Wire.series(name, Wire.number(2, 0)),
            "expected wire type 2 for TimeSeries.samples, found 0 at byte 17 of the request"),
        Case(
            "exemplars as a number", Wire.series(name, Wire.number(3, 0)),
            "expected wire type 2 for TimeSeries.exemplars, found 0 at byte 17 of the request"),
        Case(
            "histogram longer than its series", Wire.series(name, Wire.tag(4, 2) + [1]),
            "expected a length of at most 0 for TimeSeries.histograms, found 1 at byte 18 of the request"),
        Case(
            "name longer than its label", Wire.series(Wire.bytes(1, [0x0A, 3, 0x61]), Wire.sample(1, 1)),
            "expected a length of at most 1 for Label.name, found 3 at byte 5 of the request"),
        Case(
            "value of a label as a number", Wire.series(Wire.bytes(1, Wire.text(1, "a") + Wire.number(2, 0))),
            "expected wire type 2 for Label.value, found 0 at byte 7 of the request"),
        Case(
            "cut value of a sample", Wire.series(name, Wire.bytes(2, [0x09, 1, 2, 3])),
            "expected 8 bytes for Sample.value, found the end of its message at byte 23 of the request"),
        Case(
            "value of a sample as a number", Wire.series(name, Wire.bytes(2, Wire.number(1, 1))),
            "expected wire type 1 for Sample.value, found 0 at byte 19 of the request"),
        Case(
            "cut time of a sample", Wire.series(name, Wire.bytes(2, [0x10, 0x80])),
            "expected a varint for Sample.timestamp, found the end of its message at byte 21 of the request"),
        Case(
            "time of a sample as text", Wire.series(name, Wire.bytes(2, Wire.text(2, "x"))),
            "expected wire type 0 for Sample.timestamp, found 2 at byte 19 of the request"),
        Case(
            "help longer than its description", Wire.bytes(3, Wire.tag(4, 2) + [9]),
            "expected a length of at most 0 for MetricMetadata.help, found 9 at byte 3 of the request"),
        Case(
            "type of a metric as text", Wire.bytes(3, Wire.text(1, "")),
            "expected wire type 0 for MetricMetadata.type, found 2 at byte 2 of the request"),
    ]

    @Test("a request that cannot be read is refused with its place, and nothing of it is taken", arguments: unreadable)
    func cannotBeRead(_ malformed: Case) {
        let good = Wire.series(Self.name, Wire.sample(1, 1)) + Wire.metadata(1, "a")
        let error = error(SnappyBlock.compress(malformed.request))
        #expect(error?.description == malformed.message)
        #expect(error?.code == .protobuf)
        #expect(error?.status == 400)
        #expect(self.error(SnappyBlock.compress(good + malformed.request))?.code == .protobuf)
        #expect(appender.isUntouched)
    }

    private static let refused = [
        Case("no labels", Wire.series(), "expected a series with labels, found one without at byte 2 of the request"),
        Case(
            "no labels, one sample", Wire.series(Wire.sample(1, 1)),
            "expected a series with labels, found one without at byte 2 of the request"),
        Case(
            "no name", Wire.series(Wire.labels(["a": "b"]), Wire.sample(1, 1)),
            "expected a series with the label \"__name__\", found one without at byte 2 of the request"),
        Case(
            "empty name", Wire.series(Wire.labels(["__name__": "", "a": "b"]), Wire.sample(1, 1)),
            "expected a series with the label \"__name__\", found an empty one at byte 2 of the request"),
        Case(
            "label without a name", Wire.series(name, Wire.label("", "b"), Wire.sample(1, 1)),
            "expected the name of a label, found none at byte 19 of the request"),
        Case(
            "label twice", Wire.series(Wire.labels(["__name__": "a", "b": "1", "b": "1"]), Wire.sample(1, 1)),
            "expected labels with different names, found \"b\" twice at byte 2 of the request"),
        Case(
            "empty label twice", Wire.series(Wire.labels(["b": "", "__name__": "a", "b": ""]), Wire.sample(1, 1)),
            "expected labels with different names, found \"b\" twice at byte 2 of the request"),
        Case(
            "names that differ in composition",
            Wire.series(Wire.labels(["\u{E9}": "1", "e\u{301}": "2", "__name__": "a"])),
            "expected labels with different names, found \"\u{E9}\" twice at byte 2 of the request"),
        Case(
            "very long name twice",
            Wire.series(
                Wire.labels([
                    "__name__": "a", String(repeating: "b", count: 70): "1", String(repeating: "b", count: 70): "1",
                ])),
            "expected labels with different names, found \"\(String(repeating: "b", count: 64))\"… twice at byte 3 of the request"
        ),
        Case(
            "name of a label not UTF-8",
            Wire.series(name, Wire.bytes(1, Wire.bytes(1, [0x61, 0xFF, 0x61])), Wire.sample(1, 1)),
            "expected UTF-8 in the name of a label, found other bytes at byte 22 of the request"),
        Case(
            "value of a label cut within a character",
            Wire.series(name, Wire.bytes(1, Wire.text(1, "b") + Wire.bytes(2, [0x61, 0xE1, 0xBB])), Wire.sample(1, 1)),
            "expected UTF-8 in the value of a label, found other bytes at byte 25 of the request"),
        Case(
            "surrogate in a label",
            Wire.series(name, Wire.bytes(1, Wire.text(1, "b") + Wire.bytes(2, [0xED, 0xA0, 0x80]))),
            "expected UTF-8 in the value of a label, found other bytes at byte 24 of the request"),
        Case(
            "1025 labels",
            Wire.series(name, (0...1024).flatMap { Wire.label("l\(10_000 + $0)", "") }, Wire.sample(1, 1)),
            "expected a series of at most 1024 labels, found more at byte 12294 of the request"),
        Case(
            "sample of the same time", Wire.series(name, Wire.sample(5, 1), Wire.sample(5, 2)),
            "expected a sample newer than the one of 5 ms before it in its series, found one of 5 ms at byte 30 of the request"
        ),
        Case(
            "older sample", Wire.series(name, Wire.sample(5, 1), Wire.sample(.min, 2)),
            "expected a sample newer than the one of 5 ms before it in its series, "
                + "found one of -9223372036854775808 ms at byte 30 of the request"),
        Case(
            "description without a name", Wire.metadata(1, "", help: "h"),
            "expected the name of a metric, found none at byte 2 of the request"),
        Case(
            "help not UTF-8", Wire.bytes(3, Wire.text(2, "a") + Wire.bytes(4, [0xC0])),
            "expected UTF-8 in the help of a metric, found other bytes at byte 7 of the request"),
    ]

    @Test("a part that cannot be used is left out and named, in each of several requests", arguments: refused)
    func isLeftOut(_ malformed: Case) throws {
        let receiver = RemoteWriteReceiver(appender: appender)
        let good = Wire.series(Wire.labels(["__name__": "good"]), Wire.sample(1, 1))
        for round in 1...2 {
            let outcome = try receiver.receive(SnappyBlock.compress(malformed.request + good))
            #expect(outcome.firstRefusal?.description == malformed.message)
            #expect(outcome.status == 400)
            #expect(outcome.message?.hasSuffix(malformed.message) == true)
            #expect(appender.history[LabelSet(metric: "good")]?.count == round)
            #expect(outcome.seriesRefused + outcome.samplesRefused + outcome.metadataRefused > 0)
        }
        #expect(appender.labels.allSatisfy { $0 == LabelSet(metric: "good") || $0 == LabelSet(metric: "a") })
    }

    // MARK: Limits

    @Test(
        "more elements than allowed are refused as too large",
        arguments: [
            ("series", (0..<4).flatMap { Wire.series(Wire.labels(["__name__": "a\($0)"])) }),
            ("samples", Wire.series(name, (0..<4).flatMap { Wire.sample(Int64($0), 1) })),
            ("descriptions of metrics", (0..<4).flatMap { Wire.metadata(1, "a\($0)") }),
            ("series", (0..<4).flatMap { _ in Wire.series() }),
            ("samples", Wire.series(name, (0..<4).flatMap { _ in Wire.bytes(2, []) })),
            ("descriptions of metrics", (0..<4).flatMap { _ in Wire.bytes(3, []) }),
        ])
    func tooMany(what: String, request: [UInt8]) {
        var limits = RemoteWriteReceiver.Limits()
        limits.elements = 4
        #expect(error(SnappyBlock.compress(request), limits: limits) == nil)
        limits.elements = 3
        let error = error(SnappyBlock.compress(request), limits: limits)
        #expect(error?.expected == "at most 3 \(what) in a request")
        #expect(error?.found == "more")
        #expect(error?.code == .tooLarge)
        #expect(error?.status == 413)
    }

    @Test("a block that declares more than the limit is refused before anything is allocated")
    func declaredTooLong() {
        let error = error(Wire.varint(33 << 20) + [0])
        #expect(error?.description == "expected a request of at most 33554432 bytes, found a snappy block of 34603008")
        #expect(error?.status == 413)
        var limits = RemoteWriteReceiver.Limits()
        limits.requestBytes = .max
        #expect(
            self.error(Wire.varint(UInt64(UInt32.max)) + [0], limits: limits)?.description
                == "expected a request of at most 1073741824 bytes, found a snappy block of 4294967295")
    }

    @Test("a bomb of zeros within the limit is read and refused as protobuf; one beyond it is not read")
    func bomb() {
        let zeros = SnappyBlock.compress([UInt8](repeating: 0, count: 32 << 20))
        #expect(zeros.count < 2 << 20)
        #expect(error(zeros)?.code == .protobuf)
        var limits = RemoteWriteReceiver.Limits()
        limits.requestBytes = (32 << 20) - 1
        #expect(error(zeros, limits: limits)?.code == .tooLarge)
    }

    private static let good = Wire.series(name, Wire.sample(1, 1))

    @Test(
        "a block that is damaged or lies about its length is refused",
        arguments: [
            Case("nothing", [], "expected a snappy block, found an empty body"),
            Case(
                "endless length", Array(repeating: 0xFF, count: 9),
                "expected a snappy block that begins with the length of its content, found 9 bytes that do not"),
            Case(
                "a length out of reach", Wire.varint(32 << 20) + [0, 0],
                "expected a snappy block of 33554432 bytes, as it declares, found 6 compressed bytes, which cannot hold so much"
            ),
            Case(
                "longer than it declares", Wire.literalBlock(good, declaring: good.count - 1),
                "expected a snappy block of 29 bytes, as it declares, found 32 compressed bytes that are damaged or of another length"
            ),
            Case(
                "shorter than it declares", Wire.literalBlock(good, declaring: good.count + 1),
                "expected a snappy block of 31 bytes, as it declares, found 32 compressed bytes that are damaged or of another length"
            ),
            Case(
                "a copy from before the beginning", [8, 0x01, 9, 0, 0],
                "expected a snappy block of 8 bytes, as it declares, found 5 compressed bytes that are damaged or of another length"
            ),
        ])
    func damagedBlock(_ malformed: Case) {
        let error = error(malformed.request)
        #expect(error?.description == malformed.message)
        #expect(error?.code == .snappy)
        #expect(error?.byte == nil)
        #expect(appender.isUntouched)
    }

    // MARK: Cut and changed

    private static let rich =
        Wire.series(
            Wire.labels(["__name__": "ifHCInOctets", "device": "sw00001", "ifName": "Eth1/1", "site": "Cần Thơ"]),
            Wire.sample(1_700_000_000_000, 1.5), Wire.sample(1_700_000_060_000, bits: StaleMarker.bits),
            Wire.bytes(3, Wire.label("trace", "1")), Wire.bytes(4, Wire.number(1, 7)))
        + Wire.number(9, 300)
        + Wire.series(Wire.sample(5, 5), Wire.labels(["zone": "b", "__name__": "up"]), Wire.sample(6, 6))
        + Wire.metadata(1, "ifHCInOctets", help: "Octets in.", unit: "bytes")

    @Test("a request cut at any byte is refused, or is a shorter request")
    func cut() {
        var shorter = 0
        for length in Self.rich.indices {
            let appender = RecordingAppender()
            let receiver = RemoteWriteReceiver(appender: appender)
            do throws(RemoteWriteError) {
                let outcome = try receiver.receive(SnappyBlock.compress(Array(Self.rich[..<length])))
                #expect(outcome.samples == appender.sampleCount)
                shorter += 1
            } catch {
                #expect(error.code == .protobuf)
                #expect(error.byte.map { $0 <= length } == true)
                #expect(appender.isUntouched)
            }
        }
        // After each of the fields but the last, and before the first.
        #expect(shorter == 4)
    }

    @Test("a body cut at any byte is refused")
    func cutBody() {
        for body in [SnappyBlock.compress(Self.rich), Wire.literalBlock(Self.rich)] {
            for length in body.indices {
                #expect(error(Array(body[..<length]))?.code == .snappy)
            }
        }
        #expect(appender.isUntouched)
    }

    @Test("20,000 changed requests are refused or taken, and what is taken is what is counted")
    func changed() {
        let seed: UInt64 = 0x5EED
        var generator = SeededGenerator(seed: seed)
        var limits = RemoteWriteReceiver.Limits()
        limits.cachedSeries = 50
        let shared = RecordingAppender()
        let receiver = RemoteWriteReceiver(appender: shared, limits: limits)
        var taken = 0
        var samples = 0
        for round in 0..<20_000 {
            // A third is changed as a block, so that the decompressor sees damage too.
            let isBlock = round % 3 == 0
            var bytes = isBlock ? SnappyBlock.compress(Self.rich) : Self.rich
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                case 3: bytes.removeSubrange(place..<min(bytes.count - 1, place + 3))
                default: bytes[place] = bytes.randomElement(using: &generator) ?? 0
                }
            }
            do throws(RemoteWriteError) {
                let outcome = try receiver.receive(isBlock ? bytes : SnappyBlock.compress(bytes))
                taken += 1
                samples += outcome.samples
            } catch {
                #expect(!error.expected.isEmpty && !error.found.isEmpty, "seed \(seed), round \(round)")
            }
        }
        #expect(shared.sampleCount == samples)
        // Neither all nor nothing, or the changes test nothing.
        #expect((1000...19_000).contains(taken))
    }
}
