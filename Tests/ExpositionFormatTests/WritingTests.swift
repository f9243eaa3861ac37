import ExpositionFormat
import Foundation
import MonitoringModel
import TestSupport
import Testing

/// A page with every kind of family, well named.
private let wellNamed: [MetricFamily] = {
    let time = Timestamp(milliseconds: 1_790_000_000_123)
    func labels(_ name: String, _ pairs: [Label] = []) -> LabelSet { LabelSet(metric: name, pairs) }
    return [
        MetricFamily(
            metadata: MetricMetadata(
                name: "link_receive_bytes_total", kind: .counter, help: "Bytes received.", unit: "bytes"),
            samples: [
                (labels("link_receive_bytes_total", [Label("link", "a"), Label("end", "b")]), 1e15 + 2, time),
                (labels("link_receive_bytes_total", [Label("link", "x\"y\\z\nấ")]), 0.1, time),
            ]),
        MetricFamily(
            metadata: MetricMetadata(name: "room_ready_ratio", kind: .gauge, help: "A \"quoted\" \\ help\nin lines."),
            samples: [
                (labels("room_ready_ratio", [Label("room", "1")]), -.infinity, time),
                (labels("room_ready_ratio", [Label("room", "2")]), .infinity, time),
                (labels("room_ready_ratio", [Label("room", "3")]), -0.0, time),
            ]),
        MetricFamily(
            metadata: MetricMetadata(name: "poll_seconds", kind: .histogram, help: "Polls.", unit: "seconds"),
            samples: [
                (labels("poll_seconds_bucket", [Label("le", "0.5")]), 1, time),
                (labels("poll_seconds_bucket", [Label("le", "+Inf")]), 2, time),
                (labels("poll_seconds_sum"), 1.25, time),
                (labels("poll_seconds_count"), 2, time),
            ]),
        MetricFamily(
            metadata: MetricMetadata(name: "rpc_seconds", kind: .summary, help: "Calls.", unit: "seconds"),
            samples: [
                (labels("rpc_seconds", [Label("quantile", "0.5")]), Double.leastNonzeroMagnitude, time),
                (labels("rpc_seconds_sum"), 1.7976931348623157e308, time),
                (labels("rpc_seconds_count"), 2, time),
            ]),
        MetricFamily(
            metadata: MetricMetadata(name: "target_info", kind: .info, help: "Facts."),
            samples: [(labels("target_info", [Label("vendor", "ACME")]), 1, time)]),
        MetricFamily(
            metadata: MetricMetadata(name: "anything", kind: .unknown, help: "No type."),
            samples: [(labels("anything"), 123456.789, Timestamp(milliseconds: -1))]),
    ]
}()

/// What the formats keep of a family, for comparison.
private func summary(_ families: [MetricFamily]) -> [String] {
    families.flatMap { family in
        ["\(family.metadata.name) \(family.metadata.help)"]
            + family.samples.map {
                let value = $0.value.isNaN ? "NaN" : "\($0.value.bitPattern)"
                return "\($0.labels.labels) \(value) \($0.timestamp?.milliseconds ?? 0)"
            }
    }
}

@Suite struct WritingTests {
    @Test("a written page reads back equal", arguments: [ExpositionFlavor.text, .openMetrics])
    func roundTrip(_ flavor: ExpositionFlavor) throws {
        let families = try ExpositionParser.parse(ExpositionWriter.page(wellNamed, flavor: flavor), flavor: flavor)
        #expect(summary(families) == summary(wellNamed))
        let kinds: [MetricMetadata.Kind] =
            flavor == .text
            ? [.counter, .gauge, .histogram, .summary, .gauge, .unknown]
            : [.counter, .gauge, .histogram, .summary, .info, .unknown]
        #expect(families.map(\.metadata.kind) == kinds)
        if flavor == .openMetrics {
            #expect(families.map(\.metadata.unit) == wellNamed.map(\.metadata.unit))
        }
    }

    @Test("an OpenMetrics page looks as its specification has it")
    func openMetricsText() {
        let families = [
            MetricFamily(
                metadata: MetricMetadata(name: "a_seconds_total", kind: .counter, help: "\"x\"", unit: "seconds"),
                samples: [
                    (LabelSet(metric: "a_seconds_total", [Label("b", "\"")]), 2_000_000, Timestamp(milliseconds: 1500)),
                    (LabelSet(metric: "a_seconds_created"), 1, nil),
                ]),
            MetricFamily(
                metadata: MetricMetadata(name: "ifHCInOctets", kind: .counter, help: "Octets."),
                samples: [(LabelSet(metric: "ifHCInOctets"), 1e300, nil)]),
            MetricFamily(
                metadata: MetricMetadata(name: "mode", kind: .stateset),
                samples: [(LabelSet(metric: "mode", [Label("mode", "on")]), 1, nil)]),
            MetricFamily(
                metadata: MetricMetadata(name: "bad mode", kind: .stateset),
                samples: [(LabelSet(metric: "bad mode", [Label("9", "on")]), .nan, nil)]),
            MetricFamily(metadata: MetricMetadata(name: "empty", kind: .gauge, help: "Nothing.")),
        ]
        #expect(
            String(decoding: ExpositionWriter.page(families, flavor: .openMetrics), as: UTF8.self) == """
                # HELP a_seconds \\"x\\"
                # TYPE a_seconds counter
                # UNIT a_seconds seconds
                a_seconds_total{b="\\""} 2000000 1.500
                a_seconds_created 1
                # HELP ifHCInOctets Octets.
                # TYPE ifHCInOctets unknown
                ifHCInOctets 1e+300
                # TYPE mode stateset
                mode{mode="on"} 1
                # TYPE bad_mode unknown
                bad_mode{_9="on"} NaN
                # EOF

                """)
        #expect(
            String(decoding: ExpositionWriter.page(families, flavor: .text), as: UTF8.self) == """
                # HELP a_seconds_total "x"
                # TYPE a_seconds_total counter
                a_seconds_total{b="\\""} 2000000 1500
                # HELP a_seconds_created "x"
                # TYPE a_seconds_created gauge
                a_seconds_created 1
                # HELP ifHCInOctets Octets.
                # TYPE ifHCInOctets counter
                ifHCInOctets 1e+300
                # TYPE mode gauge
                mode{mode="on"} 1
                # TYPE bad_mode gauge
                bad_mode{_9="on"} NaN

                """)
    }

    @Test("any double is written so that the same double is read")
    func valuesRoundTrip() throws {
        var generator = SplitMix(state: 42)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            var output = Array("a ".utf8)
            ExpositionWriter.writeValue(value, into: &output)
            let back = try ExpositionParser.parse(output, flavor: .text)
            #expect(back.first?.samples.first?.value.bitPattern == value.bitPattern)
        }
    }

    @Test(
        "promtool finds nothing wrong with a page of well-named metrics",
        .enabled(if: programPath("promtool") != nil, "needs promtool (Debian package prometheus)"))
    func promtoolText() async throws {
        let directory = try TemporaryDirectory()
        let families = wellNamed.filter { $0.metadata.kind != .unknown }.map { family in
            // promtool wants no timestamps on what it lints.
            MetricFamily(metadata: family.metadata, samples: family.samples.map { ($0.labels, $0.value, nil) })
        }
        let file = directory.file("page")
        try Data(ExpositionWriter.page(families, flavor: .text)).write(to: URL(fileURLWithPath: file))
        let run = try RunningProgram(
            "/bin/sh", ["-c", "exec promtool check metrics < '\(file)'"], log: directory.file("log"))
        try await eventually("promtool ends") { !run.isRunning }
        #expect(run.exitStatus == 0, "\(run.output())")
    }

    @Test(
        "promtool reads an OpenMetrics page into blocks",
        .enabled(if: programPath("promtool") != nil, "needs promtool (Debian package prometheus)"))
    func promtoolOpenMetrics() async throws {
        let directory = try TemporaryDirectory()
        let families = wellNamed.filter { $0.metadata.kind != .unknown }
        try Data(ExpositionWriter.page(families, flavor: .openMetrics)).write(
            to: URL(fileURLWithPath: directory.file("page")))
        let run = try RunningProgram(
            "/usr/bin/promtool",
            ["tsdb", "create-blocks-from", "openmetrics", directory.file("page"), directory.file("blocks")],
            log: directory.file("log"))
        try await eventually("promtool ends", within: .seconds(30)) { !run.isRunning }
        #expect(run.exitStatus == 0, "\(run.output())")
    }

    @Test(
        "recorded pages of real exporters are read and read back equal",
        .enabled(if: SharedData.isPresent, "needs ../shared/data"),
        arguments: [
            "node_exporter-e2e-output.txt", "pve_exporter-sample.txt", "vmware_exporter-sample.txt",
            "windows_exporter-e2e-output.txt", "textfile/client_side_timestamp.prom",
            "textfile/different_metric_types.prom", "textfile/histogram.prom", "textfile/inconsistent_metrics.prom",
        ])
    func recordings(_ name: String) throws {
        let file = (SharedData.directory ?? "") + "/prometheus/" + name
        let text = try String(contentsOfFile: file, encoding: .utf8)
        // One of the samples comes from a README and stands in its fence.
        let bytes = Array(text.split(separator: "\n").filter { $0 != "```" }.joined(separator: "\n").utf8)
        let families = try ExpositionParser.parse(bytes, flavor: .text).filter { !$0.samples.isEmpty }
        #expect(!families.isEmpty)
        let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
        #expect(families.reduce(0) { $0 + $1.samples.count } == lines.count)
        let again = try ExpositionParser.parse(ExpositionWriter.page(families, flavor: .text), flavor: .text)
        #expect(summary(again) == summary(families))
        let openMetrics = try ExpositionParser.parse(
            ExpositionWriter.page(families, flavor: .openMetrics), flavor: .openMetrics)
        #expect(openMetrics.reduce(0) { $0 + $1.samples.count } == lines.count)
    }

    @Test("a page with random damage is read or refused", arguments: [ExpositionFlavor.text, .openMetrics])
    func mutation(_ flavor: ExpositionFlavor) {
        var generator = SplitMix(state: flavor == .text ? 1 : 2)
        let original = ExpositionWriter.page(wellNamed, flavor: flavor)
        let alphabet = Array("\0\n\r\t \"\\#{},=_09azAZ.-+eEnN\u{7F}ấ".utf8) + [0xFF, 0xC3]
        var refused = 0
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0...Int(generator.next() % 4) {
                let position = Int(generator.next() % UInt64(bytes.count))
                let byte = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                switch generator.next() % 4 {
                case 0: bytes[position] = byte
                case 1: bytes.insert(byte, at: position)
                case 2: bytes.remove(at: position)
                default: bytes.removeLast(Int(generator.next() % 64) % bytes.count)
                }
            }
            do {
                _ = try ExpositionParser.parse(bytes, flavor: flavor)
            } catch {
                refused += 1
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
        #expect(refused > 500)
    }
}

/// Seeded numbers, so that a failure comes back.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
