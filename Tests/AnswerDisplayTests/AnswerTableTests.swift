import AnswerDisplay
import MonitoringModel
import Testing

@Suite struct AnswerTableTests {
    private static let time = Timestamp(milliseconds: 1_772_366_400_000)
    private static let hanoi = ClockZone { _ in 7 * 3600 }

    private func table(_ value: QueryAnswer.Value, _ unit: ValueUnit = .number, width: Int? = nil) -> String {
        AnswerTable(value, unit: unit, zone: Self.hanoi, width: width).lines.joined(separator: "\n")
    }

    private static func element(_ metric: String, _ pairs: [(String, String)], _ value: Double) -> (LabelSet, Sample) {
        (LabelSet(metric: metric, pairs.map { Label($0.0, $0.1) }), Sample(time, value))
    }

    @Test("a column for each label, the plain value, and a readable one where the name tells the unit")
    func vector() {
        let rows = [
            Self.element("capacity_used_bytes", [("resource", "nas"), ("site", "hq")], 8_123_456_789_012),
            Self.element("capacity_used_bytes", [("resource", "đĩa số 1")], 1000),
            Self.element("room_packet_loss_ratio", [("room", "日本")], 0.0123), Self.element("up", [("site", "hq")], 1),
            Self.element("device_uptime_seconds", [("site", "hq")], 266_400.5),
            Self.element("probe_ssl_earliest_cert_expiry", [], 1_780_000_000),
            Self.element("room_jitter_seconds", [], 0.00042), Self.element("x_bytes", [], .nan),
            Self.element("device_temperature_celsius", [], -3.25),
        ]
        #expect(
            table(.vector(rows)) == """
                metric                          resource  room  site          value
                capacity_used_bytes             nas             hq    8123456789012                    8.12 TB
                capacity_used_bytes             đĩa số 1                       1000                       1 KB
                room_packet_loss_ratio                    日本               0.0123                     1.23 %
                up                                              hq                1
                device_uptime_seconds                           hq         266400.5                       3d2h
                probe_ssl_earliest_cert_expiry                           1780000000  2026-05-29T03:26:40+07:00
                room_jitter_seconds                                         0.00042                     420 µs
                x_bytes                                                         NaN
                device_temperature_celsius                                    -3.25                   -3.25 °C
                """)
    }

    @Test("what a device says cannot move the cursor")
    func hostile() {
        let rows = [Self.element("up", [("a", "x\u{1b}[2J\u{9b}y\nz"), ("b", "\u{202e}")], 1)]
        #expect(
            table(.vector(rows)) == """
                metric  a                 b       value
                up      x\\x1b[2J\\x9by\\nz  \\u202e      1
                """)
    }

    @Test("a table wider than the terminal tells labels that are the same everywhere once")
    func narrow() {
        let rows = ["a", "b"].map { Self.element("up", [("instance", $0), ("job", "snmp"), ("site", "can-tho")], 1) }
        #expect(
            table(.vector(rows), width: 30) == """
                all: up{job="snmp",site="can-tho"}
                instance  value
                a             1
                b             1
                """)
        #expect(!table(.vector(rows), width: 80).contains("all:"))
    }

    @Test("a range has its times, in the reader's zone")
    func matrix() {
        let samples = [0, 1].map { Sample(Self.time + .milliseconds($0 * 60_250), Double($0)) }
        let series = [SeriesSamples(labels: LabelSet([Label("link", "l1")]), samples: samples)]
        #expect(
            table(.matrix(series), .bytesPerSecond) == """
                link  time                           value
                l1    2026-03-01T19:00:00+07:00          0  0 B/s
                l1    2026-03-01T19:01:00.250+07:00      1  1 B/s
                """)
    }

    @Test("values without labels stand alone")
    func alone() {
        #expect(table(.vector([(LabelSet(), Sample(Self.time, 3e12))]), .bytes) == "3000000000000  3 TB")
        #expect(table(.scalar(Sample(Self.time, 42))) == "42")
        #expect(table(.string("a\u{7}b", at: Self.time)) == "a\\x07b")
        #expect(table(.vector([])) == "")
        #expect(table(.matrix([SeriesSamples(labels: LabelSet(metric: "up"), samples: [])])) == "")
    }

    @Test(
        "readable values have three digits or two parts",
        arguments: [
            (.bytes, 0, "0 B"), (.bytes, 999.6, "1 KB"), (.bytes, 999_499, "999 KB"), (.bytes, 999_500, "1 MB"),
            (.bytes, 1.005e15, "1 PB"), (.bytes, -1500, "-1.5 KB"), (.bytesPerSecond, 1.25e8, "125 MB/s"),
            (.ratio, 0.5, "50 %"), (.ratio, 0.12345, "12.3 %"), (.seconds, 59.99, "1m"), (.seconds, 3e-9, "3 ns"),
            (.seconds, 125, "2m5s"), (.seconds, -7200, "-2h"), (.seconds, 90_061, "1d1h"), (.seconds, 1e20, "1e+20 s"),
            (.time, 0, "1970-01-01T07:00:00+07:00"), (.time, 1e300, ""), (.watts, 2350, "2.35 kW"),
        ] as [(ValueUnit, Double, String)])
    func readable(unit: ValueUnit, value: Double, text: String) {
        let line = table(.scalar(Sample(Self.time, value)), unit)
        #expect(line.split(separator: "  ").dropFirst().joined() == text)
    }
}
