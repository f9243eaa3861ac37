import Foundation
import HTTPAPI
import MonitoringModel
import Testing

@Suite("Request parameters")
struct RequestParametersTests {
    @Test(
        "a time is Unix seconds or RFC 3339",
        arguments: [
            ("1700000000", 1_700_000_000_000), ("1700000000.5", 1_700_000_000_500),
            ("2023-11-14T22:13:20Z", 1_700_000_000_000), ("2023-11-14T22:13:20.250Z", 1_700_000_000_250),
            ("2023-11-15T05:13:20%2B07:00", 1_700_000_000_000),
            // Before 1582, too, by the calendar of today.
            ("1500-03-01T12:00:00Z", -14_826_628_800_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ] as [(String, Int64)])
    func time(text: String, milliseconds: Int64) throws {
        let parameters = RequestParameters(query: "time=\(text)")
        #expect(try parameters.time("time") == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "a time that is none is refused with what was expected",
        arguments: [
            "yesterday", "NaN", "1e300", "-9e12", "0x10", "2026-02-30T12:00:00Z", "2026-11-27T12:00:00Zx",
            "2026-1-2T12:00:00Z", "2026-11-27T12:00:00%2B0700", "2026-11-27",
        ])
    func badTime(text: String) {
        let error = #expect(throws: BadParameter.self) {
            try RequestParameters(query: "time=\(text)").time("time")
        }
        #expect(error?.message.contains("RFC 3339") == true)
    }

    @Test(
        "an end of a period may lie beyond all times",
        arguments: [
            ("-9223309901257974", -1), ("9223309901257974", 1), ("-292273086-05-16T16:47:06Z", -1),
            ("292277025-08-18T07:12:54.999999999Z", 1),
        ] as [(String, Int64)])
    func bound(text: String, sign: Int64) throws {
        let bound = try RequestParameters(query: "start=\(text)").bound("start")
        #expect(bound == Timestamp(milliseconds: sign < 0 ? .min / 4 : .max / 4))
    }

    @Test("an end of a period is a time otherwise")
    func ordinaryBound() throws {
        #expect(try RequestParameters(query: "end=5").bound("end") == Timestamp(milliseconds: 5_000))
        #expect(try RequestParameters(query: "end=").bound("end") == nil)
        #expect(throws: BadParameter.self) { try RequestParameters(query: "end=soon").bound("end") }
    }

    @Test("whole numbers may be below 0 where no limit is meant")
    func integers() throws {
        #expect(try RequestParameters(query: "limit=-1").integer("limit") == -1)
        #expect(throws: BadParameter.self) { try RequestParameters(query: "limit=x").integer("limit") }
        #expect(throws: BadParameter.self) { try RequestParameters(query: "limit=-1").count("limit") }
    }

    @Test(
        "a duration is seconds or a Prometheus duration",
        arguments: [("15", 15_000), ("0.25", 250), ("5m", 300_000), ("1h30m", 5_400_000), ("1d", 86_400_000)]
            as [(String, Int64)])
    func duration(text: String, milliseconds: Int64) throws {
        #expect(try RequestParameters(query: "step=\(text)").duration("step") == .milliseconds(milliseconds))
    }

    @Test("a form's value counts before that of the query string; lists have both")
    func form() {
        let parameters = RequestParameters(form: "query=up&match[]=a", query: "query=down&time=7&match[]=b")
        #expect(parameters["query"] == "up")
        #expect(parameters["time"] == "7")
        #expect(parameters.all("match[]") == ["a", "b"])
    }

    @Test("a duration that is none is refused", arguments: ["0", "-5", "5x", "m", "99999999999999999999y", "5m "])
    func badDuration(text: String) {
        #expect(throws: BadParameter.self) { try RequestParameters(query: "step=\(text)").duration("step") }
    }

    @Test("names and values are decoded, repeated ones kept in order")
    func decoding() {
        let parameters = RequestParameters(query: "match[]=up&match%5B%5D=a%7Bb%3D%22c+d%22%7D&flag")
        #expect(parameters.all("match[]") == ["up", "a{b=\"c d\"}"])
        #expect(parameters["flag"] == "")
        #expect(parameters["missing"] == nil)
    }
}
