import AnswerFormat
import MonitoringModel
import TestSupport
import Testing

@Suite struct JSONAnswerReaderTests {
    private func read(_ text: String) throws -> (answer: QueryAnswer, leftOut: Int) {
        guard case .answer(let answer, let leftOut) = try JSONAnswerReader.read(Array(text.utf8)) else {
            throw NoAnswer()
        }
        return (answer, leftOut)
    }

    private struct NoAnswer: Error {}

    @Test("what is written is read back, byte for byte when it is written again", arguments: SampleAnswers.all)
    func roundTrip(answer: QueryAnswer) throws {
        let written = JSONAnswerWriter(answer).remainingBytes()
        let again = try read(String(decoding: written, as: UTF8.self)).answer
        #expect(JSONAnswerWriter(again).remainingBytes() == written)
        #expect(again.warnings == answer.warnings)
        #expect(again.infos == answer.infos)
    }

    @Test("members come in any order, with white space, and unknown ones are passed over")
    func order() throws {
        let text = """
            { "stats" : {"a":[1,{"b":"}]\\""}], "c": null},
              "data": {"result": [ {"values": [[1.5, "2"], [ 3e0 ,"-Inf"]], "x": true, "metric": {"b": "1", "a": ""}} ],
                       "resultType": "matrix"},
              "isPartial": false, "infos": ["i"], "warnings": null, "status": "success" }
            """
        let (answer, leftOut) = try read(text)
        guard case .matrix(let series) = answer.value else { throw NoAnswer() }
        #expect(series.map(\.labels) == [LabelSet([Label("b", "1")])])
        #expect(
            series.map(\.samples) == [
                [Sample(Timestamp(milliseconds: 1500), 2), Sample(Timestamp(milliseconds: 3000), -.infinity)]
            ])
        #expect(answer.infos == ["i"])
        #expect(answer.warnings.isEmpty)
        #expect(leftOut == 0)
    }

    @Test("escapes stand for their characters, and halves of pairs for none")
    func escapes() throws {
        let text =
            #"{"status":"success","data":{"resultType":"string","result":[0,"a\"\\\/\b\f\n\r\t\u1ea5\ud83d\ude00\ud83dx\udc00"]}}"#
        guard case .string(let value, _) = try read(text).answer.value else { throw NoAnswer() }
        #expect(value == "a\"\\/\u{8}\u{c}\n\r\tấ😀\u{FFFD}x\u{FFFD}")
    }

    @Test("native histograms are left out and counted")
    func histograms() throws {
        let histogram = #"[0,{"count":"3","sum":"1","buckets":[[3,"0","1","3"]]}]"#
        let vector = try read(
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"1"},"histogram":"# + histogram
                + #"},{"metric":{"a":"2"},"value":[0,"7"]}]}}"#)
        guard case .vector(let elements) = vector.answer.value else { throw NoAnswer() }
        #expect(elements.map(\.sample.value) == [7])
        #expect(vector.leftOut == 1)
        let matrix = try read(
            #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"histograms":["# + histogram
                + #"]}]}}"#)
        guard case .matrix(let series) = matrix.answer.value else { throw NoAnswer() }
        #expect(series.isEmpty)
        #expect(matrix.leftOut == 1)
    }

    @Test("a refusal keeps its kind and its words")
    func failure() throws {
        let body = #"{"status":"error","errorType":"bad_data","error":"1:2: parse error: \u003c","data":null}"#
        guard case .failure(let type, let message) = try JSONAnswerReader.read(Array(body.utf8)) else {
            throw NoAnswer()
        }
        #expect(type == "bad_data")
        #expect(message == "1:2: parse error: <")
    }

    @Test(
        "what is no answer is named with its place",
        arguments: [
            ("", "byte 0 is not an object"), ("<html>", "byte 0 is not an object"),
            (#"{"status":"success"}"#, #"byte 20 is not the member "data" with a result"#),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"x"]}]}}"#,
                "a number in quotes"
            ),
            (#"{"status":"success","data":{"resultType":"vector","result":[,]}}"#, "byte 60 is not an object"),
            (#"{"status":"success","data":{"resultType":"cube","result":[]}}"#, "scalar, string, vector or matrix"),
            (#"{"status":"success","data":{"resultType":"scalar","result":[1,"2",3]}}"#, "the end of a pair"),
            (#"{"status":"odd"}"#, #"the status "success" or "error""#), (#"{"a":"#, "byte 5 is not a value"),
            (#"{"status":"error"} x"#, "byte 19 is not the end"), (#"{"a":"\u12g4"}"#, "not"),
        ])
    func bad(text: String, message: String) {
        let error = #expect(throws: JSONAnswerError.self) { try JSONAnswerReader.read(Array(text.utf8)) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(error.map { "\($0)" } ?? "")")
    }

    @Test("a body that is cut anywhere is no answer, and a flipped byte never traps")
    func damage() throws {
        let bytes = JSONAnswerWriter(SampleAnswers.matrix).remainingBytes()
        for length in bytes.indices {
            #expect(throws: JSONAnswerError.self) { try JSONAnswerReader.read(Array(bytes[..<length])) }
        }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                damaged[Int.random(in: damaged.indices, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            _ = try? JSONAnswerReader.read(damaged)
        }
        let nested = #"{"status":"error","x":"# + String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONAnswerError.self) { try JSONAnswerReader.read(Array(nested.utf8)) }
    }
}
