import MonitoringModel
import Testing

@Suite("Times as text")
struct TimestampTextTests {
    @Test(
        "times are written as RFC 3339 and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_250, "2000-02-29T00:00:00.250Z"),
            (1_772_346_600_250, "2026-03-01T06:30:00.250Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func written(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).utcText == text)
        #expect(Timestamp(text: text)?.milliseconds == milliseconds)
    }

    @Test(
        "offsets, fractions and Unix seconds are read",
        arguments: [
            ("2026-03-01T13:30:00+07:00", 1_772_346_600_000), ("2026-03-01t06:30:00.1z", 1_772_346_600_100),
            ("2026-03-01 06:30:00.123999Z", 1_772_346_600_123), ("1772346600.25", 1_772_346_600_250), ("-1", -1000),
            ("2026-03-01T00:30:00-06:00", 1_772_346_600_000),
        ] as [(String, Int64)])
    func read(text: String, milliseconds: Int64) {
        #expect(Timestamp(text: text)?.milliseconds == milliseconds)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "now", "nan", "inf", "1e300", "2026-02-29T00:00:00Z", "2026-03-01", "2026-03-01T06:30:00",
            "2026-13-01T06:30:00Z",
            "2026-03-01T24:30:00Z", "2026-03-01T06:30:00.Z", "2026-03-01T06:30:00Zz", "2026-03-01T06:30:00+7:00",
        ])
    func refused(text: String) {
        #expect(Timestamp(text: text) == nil)
    }
}
