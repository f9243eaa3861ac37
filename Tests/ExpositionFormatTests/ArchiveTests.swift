import ExpositionFormat
import MonitoringModel
import Testing

@Suite("Archives")
struct ArchiveTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        var format = ArchiveFormat.openMetrics
        var text: String
        var message: String
        /// Samples before the error.
        var samples = 0
        var testDescription: String { text }
    }

    @Test(
        "a bad line is named with what was expected and found; what stands before it is there",
        arguments: [
            Bad(text: "a 1 1\nb x 2\n", message: "2:3: expected a number, found \"x\"", samples: 1),
            Bad(
                text: "a 1\n",
                message: "1:4: expected one space and a timestamp behind the value, found the end of the line"),
            Bad(text: "a 1 # {} 1\n", message: "1:5: expected a timestamp in seconds, found \"#\""),
            Bad(
                text: "a 1 1\n",
                message: "2:1: expected \"# EOF\", found the end of the file, which seems to be cut off", samples: 1),
            Bad(
                text: "a 1 1\n# EOF\na 1 2\n",
                message: "3:1: expected the end of the file behind \"# EOF\", found \"a\"", samples: 1),
            Bad(
                text: "a{b=\"c} 1 1\n",
                message: "1:12: expected \"\\\"\" behind the label value, found the end of the line"),
            Bad(
                text: "# TYPE a thing\n",
                message: "1:10: expected one of counter, gauge, histogram, gaugehistogram, summary, "
                    + "info, stateset, unknown, found \"thing\""),
            Bad(text: "\n# EOF\n", message: "1:1: expected a metric name or \"#\", found the end of the line"),
            Bad(
                format: .jsonLines, text: "{\"metric\":{},\"values\":[],\"timestamps\":[]}",
                message:
                    "1:1: expected labels in \"metric\", found none"),
            Bad(
                format: .jsonLines, text: "{\"metric\":{\"a\":\"b\"},\"values\":[1],\"timestamps\":[1,2]}",
                message:
                    "1:1: expected as many timestamps as values (1), found 2"),
            Bad(
                format: .jsonLines, text: "{\"metric\":{\"a\":\"b\"},\"values\":[1],\"timestamps\":[1.5]}",
                message:
                    "1:48: expected a timestamp in whole milliseconds, found \"1.5\""),
            Bad(
                format: .jsonLines, text: "{\"metric\":{\"a\":\"b\"},\"values\":[1",
                message:
                    "1:32: expected \",\" or \"]\", found the end of the line"),
            Bad(
                format: .jsonLines, text: "{\"metric\":{\"a\":\"\\ud800x\"},\"values\":[1],\"timestamps\":[1]}",
                message:
                    "1:23: expected the second half of a surrogate pair"),
        ])
    func badLine(bad: Bad) throws {
        // In pieces of every size, so that errors stand where they are whatever the pieces.
        for size in [1, 2, 3, 7, 1000] {
            var reader = ArchiveReader(bad.format)
            let error = #expect(throws: ExpositionError.self) {
                let bytes = Array(bad.text.utf8)
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try reader.read(bytes[start..<min(start + size, bytes.count)])
                }
                try reader.finish()
            }
            #expect(error?.description == bad.message)
            #expect(reader.sampleCount == bad.samples)
        }
    }

    @Test("samples in any order, repeated metrics, exemplars and descriptions are read")
    func openMetrics() throws {
        var reader = ArchiveReader(.openMetrics)
        let page = """
            # TYPE a counter
            # HELP a All of \\"it\\".
            a_total{x="1 2"} 5 1000.5 # {t="u"} 1 3
            b 1 1000
            a_total{x="1 2"} 6 1001
            b +Inf 1001.001
            # EOF
            """
        try reader.read(Array(page.utf8))
        try reader.finish()
        #expect(reader.sampleCount == 4)
        #expect(reader.takeDescriptions() == [MetricMetadata(name: "a_total", kind: .counter, help: "All of \"it\".")])
        let samples = reader.takeSamples()
        #expect(samples.map(\.labels) == [LabelSet(metric: "a_total", [Label("x", "1 2")]), LabelSet(metric: "b")])
        #expect(
            samples[0].samples == [
                Sample(Timestamp(milliseconds: 1_000_500), 5), Sample(Timestamp(milliseconds: 1_001_000), 6),
            ])
        #expect(samples[1].samples.map(\.value) == [1, .infinity])
        #expect(samples[1].samples[1].timestamp.milliseconds == 1_001_001)
        #expect(reader.takeSamples().isEmpty)
    }

    @Test("what VictoriaMetrics exports is read, in any order of keys")
    func jsonLines() throws {
        var reader = ArchiveReader(.jsonLines)
        let page = #"""
            {"metric":{"__name__":"up","s":"\u00e9\ud83d\ude00\n"},"values":[0,null,1.5e3,"Infinity","NaN"],"timestamps":[1,2,3,4,5]}

             { "timestamps" : [ 9 ] , "values" : [ -0.25 ] , "metric" : { "a" : "b" } }
            """#
        try reader.read(Array(page.utf8))
        try reader.finish()
        let samples = reader.takeSamples()
        #expect(samples.map(\.labels) == [LabelSet(metric: "up", [Label("s", "é😀\n")]), LabelSet([Label("a", "b")])])
        #expect(
            samples[0].samples.map(\.value.bitPattern) == [
                0, StaleMarker.bits, 1500.0.bitPattern, Double.infinity.bitPattern, Double.nan.bitPattern,
            ])
        #expect(samples[1].samples == [Sample(Timestamp(milliseconds: 9), -0.25)])
    }

    @Test("a long series takes several lines of JSON")
    func longSeries() throws {
        var writer = ArchiveWriter(.jsonLines, metadata: [:])
        let samples = (0..<25_000).map { Sample(Timestamp(milliseconds: Int64($0)), Double($0)) }
        writer.append(LabelSet(metric: "m"), samples[...])
        let bytes = writer.takeBytes()
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 3)
        var reader = ArchiveReader(.jsonLines)
        try reader.read(bytes)
        try reader.finish()
        #expect(reader.takeSamples().map(\.samples) == [samples])
    }
}
