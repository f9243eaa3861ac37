import ForecastLines
import Foundation
import Testing

private func object(_ text: String) throws -> [String: Any] {
    let answer = try ForecastLine.answer(to: Array(text.utf8))
    return try #require(try JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any])
}

/// A pool that grows by one a day up to 300.
private func question(_ changes: [String: Any] = [:]) throws -> String {
    var question: [String: Any] = [
        "id": "san \"1\"", "start": "2023-03-01", "step_hours": 24, "unit": "TB", "values": (1...300).map { $0 },
        "capacity": 350, "horizon_days": 365, "quantiles": [0.025, 0.5, 0.975],
    ]
    question.merge(changes) { $1 }
    question = question.filter { !($0.value is NSNull && $0.key != "capacity") }
    return String(decoding: try JSONSerialization.data(withJSONObject: question), as: UTF8.self)
}

@Suite("Forecasts by lines")
struct ForecastLineTests {
    @Test("an object with a capacity is answered with days and probabilities")
    func fill() throws {
        let answer = try object(try question())
        #expect(answer["id"] as? String == "san \"1\"")
        let quantiles = try #require(answer["quantiles"] as? [String: Any])
        #expect(Set(quantiles.keys) == ["0.025", "0.5", "0.975"])
        let median = try #require(quantiles["0.5"] as? Double)
        #expect((40...60).contains(median))
        let full = try #require(answer["p_full"] as? [String: Double])
        #expect(Set(full.keys) == ["30", "90", "180"])
        #expect(full["180"] ?? 0 > 0.9)
    }

    @Test("readings may be missing, and the capacity may have changed")
    func gaps() throws {
        var values: [Any] = (1...300).map { $0 }
        values[150] = NSNull()
        let answer = try object(
            try question(["values": values, "capacity_history": [[-100, 210.0], [-20, 350.0]]]))
        let quantiles = try #require(answer["quantiles"] as? [String: Any])
        #expect(quantiles["0.5"] is Double)
    }

    @Test("what is not within the horizon is null")
    func beyond() throws {
        let answer = try object(try question(["capacity": 1_000_000]))
        let quantiles = try #require(answer["quantiles"] as? [String: Any])
        #expect(quantiles["0.975"] is NSNull)
    }

    @Test("any other object is answered with a mean and bounds")
    func rate() throws {
        let values = (0..<200).map { String(50 + $0 % 24) }.joined(separator: ",")
        let answer = try object(
            "{\"id\":\"H1\",\"values\":[\(values)],\"season\":24,\"period_seconds\":3600,\"horizon\":48,\"levels\":[80,95]}"
        )
        #expect((answer["mean"] as? [Double])?.count == 48)
        let lower = try #require(answer["lower"] as? [String: [Double]])
        #expect(Set(lower.keys) == ["80", "95"])
        #expect(lower["95"]?.count == 48)
    }

    @Test(
        "a bad line is told what was expected and what was found",
        arguments: [
            ("", "expected a JSON object, found something else"),
            ("[1]", "expected a JSON object, found something else"),
            ("{\"capacity\":3}", "expected the field \"id\", found none"),
            ("{\"id\":\"x\"}", "expected the field \"values\", found none"),
        ])
    func bad(line: String, message: String) {
        let error = #expect(throws: ForecastLineError.self) { try ForecastLine.answer(to: Array(line.utf8)) }
        // The kind of a mismatch is told in the decoder's own words.
        if message.contains("field") { #expect(error?.description == message) }
    }

    @Test(
        "what would take the machine's memory is refused",
        arguments: [
            (
                "levels",
                "\"levels\":[\(Array(repeating: "50", count: 21).joined(separator: ","))],\"season\":1,\"horizon\":1"
            ),
            ("season", "\"levels\":[80],\"season\":20161,\"horizon\":1"),
            ("horizon", "\"levels\":[80],\"season\":1,\"horizon\":1000000000"),
        ])
    func bounds(name: String, fields: String) {
        let line = "{\"id\":\"x\",\"values\":[1,2,3,4,5,6,7,8,9,10,11,12],\"period_seconds\":60,\(fields)}"
        let error = #expect(throws: ForecastLineError.self) { try ForecastLine.answer(to: Array(line.utf8)) }
        #expect(error?.description.contains(name) == true)
    }

    @Test("values out of range are named")
    func ranges() throws {
        for (change, name) in [
            (["start": "yesterday"] as [String: Any], "start"), (["start": "2023-02-31"], "2023-02-31"),
            (["horizon_days": 0], "horizon_days"),
            (["quantiles": [0, 0.5]], "quantiles"), (["step_hours": 1], "step_hours"),
            (["capacity_history": [[1, 2, 3]]], "capacity_history"), (["values": ["x"]], "values"),
        ] {
            let line = Array(try question(change).utf8)
            let error = #expect(throws: ForecastLineError.self) { try ForecastLine.answer(to: line) }
            #expect(error?.description.contains(name) == true)
        }
    }
}
