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
        ] as [(String, Int64)])
    func time(text: String, milliseconds: Int64) throws {
        let parameters = RequestParameters(query: "time=\(text)")
        #expect(try parameters.time("time") == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "a time that is none is refused with what was expected", arguments: ["yesterday", "NaN", "1e300", "-9e12"])
    func badTime(text: String) {
        let error = #expect(throws: BadParameter.self) {
            try RequestParameters(query: "time=\(text)").time("time")
        }
        #expect(error?.message.contains("RFC 3339") == true)
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
