import MonitoringModel
import PromQLSyntax
import Testing

@Suite struct SelectorTests {
    private func selector(_ text: String) throws -> VectorSelector {
        switch try PromQLParser.parse(text).unwrapped {
        case .vector(let selector): return selector
        case .matrix(let matrix): return matrix.selector
        default: throw PromQLSyntaxError("not a selector", at: 0, of: text)
        }
    }

    @Test(
        "selectors are read with their matchers",
        arguments: [
            ("up", [LabelMatcher("__name__", .equal, "up")]),
            (":a:b9 {}", [LabelMatcher("__name__", .equal, ":a:b9")]),
            ("offset", [LabelMatcher("__name__", .equal, "offset")]),
            ("sum", [LabelMatcher("__name__", .equal, "sum")]),
            (
                "ifHCInOctets{site=\"ct-01\", ifName=~'eth.*',x!=\"\",y!~`a\\d`,}",
                [
                    LabelMatcher("__name__", .equal, "ifHCInOctets"), LabelMatcher("site", .equal, "ct-01"),
                    LabelMatcher("ifName", .matches, "eth.*"), LabelMatcher("x", .notEqual, ""),
                    LabelMatcher("y", .doesNotMatch, "a\\d"),
                ]
            ),
            ("{__name__=~\"a|b\"}", [LabelMatcher("__name__", .matches, "a|b")]),
            (
                "{__name__=~\"a.*\",__name__!=\"ab\"}",
                [LabelMatcher("__name__", .matches, "a.*"), LabelMatcher("__name__", .notEqual, "ab")]
            ),
            (
                "{\"độ.ẩm\", \"site.tên\"=\"Cần Thơ\", by=\"x\", inf=\"1\"}",
                [
                    LabelMatcher("__name__", .equal, "độ.ẩm"), LabelMatcher("site.tên", .equal, "Cần Thơ"),
                    LabelMatcher("by", .equal, "x"), LabelMatcher("inf", .equal, "1"),
                ]
            ),
            (
                "# note\na{b=\"\\x41\\102\\u1EA5\\U0001F600\\a\\b\\f\\n\\r\\t\\v\\\\\\\"'\",c='\\''} # end",
                [
                    LabelMatcher("__name__", .equal, "a"),
                    LabelMatcher("b", .equal, "AB\u{1EA5}\u{1F600}\u{7}\u{8}\u{C}\n\r\t\u{B}\\\"'"),
                    LabelMatcher("c", .equal, "'"),
                ]
            ),
        ])
    func matchers(_ text: String, _ matchers: [LabelMatcher]) throws {
        #expect(try selector(text).matchers.map(\.matcher) == matchers)
    }

    @Test(
        "offset, @ and range are read in whole milliseconds",
        arguments: [
            ("a", 0, nil, nil),
            ("a offset 5m", 300_000, nil, nil),
            ("a OFFSET -1h30m", -5_400_000, nil, nil),
            ("a offset 90", 90_000, nil, nil),
            ("a @ 1.5", 0, .time(Timestamp(milliseconds: 1500)), nil),
            ("a @ -1 offset 1ms", 1, .time(Timestamp(milliseconds: -1000)), nil),
            ("a offset 1s @ start()", 1000, .start, nil),
            ("a @ END ( )", 0, .end, nil),
            ("a[5m]", 0, nil, 300_000),
            ("(a [ 1y2w3d4h5m6s7ms ] offset 1d)", 86_400_000, nil, 33_019_506_007),
            ("a[0.5] @ 1_000", 0, .time(Timestamp(milliseconds: 1_000_000)), 500),
        ] as [(String, Int64, EvaluationTime?, Int64?)])
    func modifiers(_ text: String, _ offset: Int64, _ at: EvaluationTime?, _ span: Int64?) throws {
        let tree = try PromQLParser.parse(text).unwrapped
        #expect(try selector(text).offset == .milliseconds(offset))
        #expect(try selector(text).at == at)
        if case .matrix(let matrix) = tree {
            #expect(matrix.span.wholeMilliseconds == span)
            #expect(tree.type == .rangeVector)
        } else {
            #expect(span == nil)
            #expect(tree.type == .instantVector)
        }
    }
}
