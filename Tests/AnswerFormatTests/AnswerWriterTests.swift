import AnswerFormat
import MonitoringModel
import Testing

/// One answer of each kind, with what is awkward in each.
enum SampleAnswers {
    static let time = Timestamp(milliseconds: 1_435_781_451_781)
    static let labels = LabelSet(metric: "up", [Label("job", "a,\"b\""), Label("Zone", "ấ <&>\n")])

    static let matrix = QueryAnswer(
        .matrix([
            SeriesSamples(
                labels: labels,
                samples: [1, 0.1, -.infinity, 1e21].enumerated().map {
                    Sample(time + .milliseconds($0.offset * 15_219), $0.element)
                }),
            SeriesSamples(labels: LabelSet(), samples: [Sample(Timestamp(milliseconds: -1), -0.0)]),
            SeriesSamples(labels: LabelSet(metric: "empty"), samples: []),
        ]),
        warnings: ["first <1>", "second"], infos: ["PromQL info: \u{8}\u{2028}"])

    static let vector = QueryAnswer(.vector([(labels, Sample(time, .nan)), (LabelSet(), Sample(time, 1e-7))]))

    static let all = [
        matrix, vector, QueryAnswer(.scalar(Sample(Timestamp(milliseconds: 1500), 1e22)), infos: ["i"]),
        QueryAnswer(
            .string("a\"\\\n\r\t\u{8}\u{C}\u{1}\u{7F}<>&\u{2028}\u{2029}\u{2030}ấ/", at: time), warnings: ["w"]),
        QueryAnswer(.matrix([])), QueryAnswer(.vector([])),
    ]
}

@Suite struct AnswerWriterTests {
    private func json(_ answer: QueryAnswer) -> String {
        String(decoding: JSONAnswerWriter(answer).remainingBytes(), as: UTF8.self)
    }

    private func csv(_ answer: QueryAnswer) -> String {
        String(decoding: CSVAnswerWriter(answer).remainingBytes(), as: UTF8.self)
    }

    @Test("the body of each kind of answer")
    func bodies() {
        let labels = #"{"Zone":"ấ <&>\n","__name__":"up","job":"a,\"b\""}"#
        let expected = [
            #"{"resultType":"matrix","result":[{"metric":"# + labels
                + #","values":[[1435781451.781,"1"],[1435781467,"0.1"],[1435781482.219,"-Inf"],[1435781497.438,"1e+21"]]},"#
                + #"{"metric":{},"values":[[-0.001,"-0"]]},{"metric":{"__name__":"empty"}}]},"#
                + #""warnings":["first \u003c1\u003e","second"],"infos":["PromQL info: \u0008\u2028"]"#,
            #"{"resultType":"vector","result":[{"metric":"# + labels
                + #","value":[1435781451.781,"NaN"]},{"metric":{},"value":[1435781451.781,"1e-07"]}]}"#,
            #"{"resultType":"scalar","result":[1.5,"10000000000000000000000"]},"infos":["i"]"#,
            #"{"resultType":"string","result":[1435781451.781,""#
                + #"a\"\\\n\r\t\b\f\u0001"# + "\u{7F}" + #"\u003c\u003e\u0026\u2028\u2029"# + "\u{2030}ấ/\"]},"
                + #""warnings":["w"]"#,
            #"{"resultType":"matrix","result":[]}"#,
            #"{"resultType":"vector","result":[]}"#,
        ]
        for (answer, data) in zip(SampleAnswers.all, expected) {
            #expect(json(answer) == #"{"status":"success","data":"# + data + "}")
        }
    }

    @Test("control characters of labels and warnings have no short forms but those of line breaks and tabs")
    func escaping() {
        let text = (0..<0x20).map { String(UnicodeScalar(UInt8($0))) }.joined()
        let escaped = (0..<0x20).map { code in
            let hexadecimal = String(code, radix: 16)
            return switch code {
            case 9: #"\t"#
            case 10: #"\n"#
            case 13: #"\r"#
            default: #"\u"# + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            }
        }.joined()
        let labels = LabelSet([Label(text, text)])
        #expect(
            json(QueryAnswer(.vector([(labels, Sample(SampleAnswers.time, 0))]), warnings: [text])).contains(
                #"{""# + escaped + #"":""# + escaped + #""}"#))
        #expect(json(QueryAnswer(.vector([]), warnings: [text])).contains(#""warnings":[""# + escaped + #""]}"#))
    }

    @Test("tables have a column for each label, the time and the value")
    func tables() {
        #expect(
            csv(SampleAnswers.matrix) == """
                Zone,__name__,job,time,value
                "ấ <&>\n",up,"a,""b""\",2015-07-01T20:10:51.781Z,1
                "ấ <&>\n",up,"a,""b""\",2015-07-01T20:11:07.000Z,0.1
                "ấ <&>\n",up,"a,""b""\",2015-07-01T20:11:22.219Z,-Inf
                "ấ <&>\n",up,"a,""b""\",2015-07-01T20:11:37.438Z,1e+21
                ,,,1969-12-31T23:59:59.999Z,-0

                """)
        #expect(csv(SampleAnswers.all[2]) == "time,value\n1970-01-01T00:00:01.500Z,1e+22\n")
        #expect(
            csv(QueryAnswer(.string("a,b", at: SampleAnswers.time)))
                == "time,value\n2015-07-01T20:10:51.781Z,\"a,b\"\n")
        #expect(csv(QueryAnswer(.vector([]))) == "time,value\n")
        let times = [-86_400_001, -86_400_000, -1, 0, 86_399_999, 253_402_300_800_000].map {
            Sample(Timestamp(milliseconds: $0), 1)
        }
        #expect(
            csv(QueryAnswer(.matrix([SeriesSamples(labels: LabelSet(), samples: times)])))
                == "time,value\n" + times.map { $0.timestamp.utcText + ",1\n" }.joined())
    }

    private func check(_ makeWriter: (Int) -> some AnswerWriter) {
        let whole = makeWriter(AnswerChunk.usualSize).remainingBytes()
        for size in 1...200 {
            var writer = makeWriter(size)
            var chunk: [UInt8] = [1, 2, 3]
            var bytes: [UInt8] = []
            while writer.next(into: &chunk) {
                guard chunk.count >= size || bytes.count + chunk.count == whole.count else {
                    Issue.record("a chunk of \(chunk.count) bytes instead of \(size)")
                    return
                }
                bytes += chunk
            }
            #expect(chunk.isEmpty)
            #expect(bytes == whole, "in chunks of \(size)")
            let goesOn = writer.next(into: &chunk)
            #expect(!goesOn)
        }
    }

    @Test("chunks of any size are the whole answer", arguments: SampleAnswers.all.indices)
    func chunks(_ index: Int) {
        check { JSONAnswerWriter(SampleAnswers.all[index], chunkSize: $0) }
        check { CSVAnswerWriter(SampleAnswers.all[index], chunkSize: $0) }
    }

    @Test("a large answer comes in chunks of the usual size")
    func largeAnswer() {
        let samples = (0..<10_000).map { Sample(SampleAnswers.time + .seconds($0), Double($0) / 7) }
        let answer = QueryAnswer(
            .matrix(Array(repeating: SeriesSamples(labels: SampleAnswers.labels, samples: samples), count: 3)))
        var writer = JSONAnswerWriter(answer)
        var chunk: [UInt8] = []
        var sizes: [Int] = []
        while writer.next(into: &chunk) { sizes.append(chunk.count) }
        #expect(sizes.count > 10)
        #expect(sizes.dropLast().allSatisfy { (AnswerChunk.usualSize..<AnswerChunk.usualSize + 100).contains($0) })
    }
}
