import MonitoringModel
import PromQLSyntax
import Testing

@Suite struct ParserTests {
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

    @Test(
        "numbers are read as Prometheus reads them",
        arguments: [
            ("1", 1), ("-1", -1), ("+-+1", -1), (".5", 0.5), ("1e3", 1000), ("1E-3", 0.001), ("0x1F", 31),
            ("1_000", 1000),
            ("Inf", .infinity), ("-inf", -.infinity), ("5m", 300), ("((1h30m))", 5400),
        ] as [(String, Double)])
    func numbers(_ text: String, _ value: Double) throws {
        guard case .number(let literal) = try PromQLParser.parse(text).unwrapped else {
            Issue.record("not a number")
            return
        }
        #expect(literal.value == value)
    }

    @Test("nodes know their place in the text")
    func ranges() throws {
        let tree = try PromQLParser.parse(" ( ap{a=\"b\"}[5m] offset 1m )")
        #expect(tree.range == 1..<28)
        #expect(tree.unwrapped.range == 3..<26)
        guard case .matrix(let matrix) = tree.unwrapped else { return }
        #expect(matrix.selector.matchers.map(\.range) == [3..<5, 6..<11])
    }

    @Test(
        "what is wrong is told with place, expected and found",
        arguments: [
            ("", "1:1: parse error: expected an expression, found the end of the expression"),
            ("up up", "1:4: parse error: expected the end of the expression, found up"),
            ("up{", "1:4: parse error: expected a label name or \"}\", found the end of the expression"),
            ("up{a}", "1:5: parse error: expected =, !=, =~ or !~ behind the label name, found }"),
            ("up{a=b}", "1:6: parse error: expected a string behind =, found b"),
            ("up{a==\"b\"}", "1:5: parse error: expected =, !=, =~ or !~ behind the label name, found =="),
            ("up{a=\"b\" c=\"d\"}", "1:10: parse error: expected \",\" or \"}\", found c"),
            ("up{a:b=\"c\"}", "1:4: parse error: expected a label name or \"}\", found a:b"),
            ("up{,}", "1:4: parse error: expected a label name or \"}\", found ,"),
            ("up{a=\"ấ\",9}", "1:10: parse error: expected a label name or \"}\", found 9"),
            ("\nup{a=\"b", "2:6: parse error: expected the end of the string, found the end of the expression"),
            ("up{a=\"b\n\"}", "1:8: parse error: expected the end of the string, found a line break"),
            ("\"\\q\"", "1:2: parse error: expected an escape of Go, found another"),
            ("\"\\x4\"", "1:2: parse error: expected 2 digits of base 16 in an escape, found fewer"),
            ("\"\\x+4\"", "1:2: parse error: expected 2 digits of base 16 in an escape, found fewer"),
            ("\"\\ud800\"", "1:2: parse error: expected a Unicode scalar value, found another number"),
            ("\"\\400\"", "1:2: parse error: expected an octal escape of at most \\377"),
            ("\"\\xff\"", "1:1: parse error: expected a string of UTF-8, found other bytes"),
            ("\"\\", "1:2: parse error: expected an escape, found the end of the expression"),
            ("up{__name__=\"a\"}", "1:4: parse error: expected the metric name once, found it again"),
            ("{\"a\",\"b\"}", "1:6: parse error: expected the metric name once, found it again"),
            ("{__name__=~\"b\",\"a\"}", "1:16: parse error: expected the metric name once, found it again"),
            ("{\"\"}", "1:2: parse error: expected a name, found an empty string"),
            ("up[5]m", "1:6: parse error: expected the end of the expression, found m"),
            ("up[]", "1:4: parse error: expected a range such as 5m, found ]"),
            ("up[0s]", "1:4: parse error: expected a range longer than zero"),
            ("up[5m30h]", "1:4: parse error: expected a number or duration, found \"5m30h\""),
            ("up[1.5h]", "1:4: parse error: expected a number or duration, found \"1.5h\""),
            ("up[9999y]", "1:4: parse error: expected a duration of at most 1000y, found a longer one"),
            ("up[99999999999999999999s]", "1:4: parse error: expected a duration of at most 1000y, found a longer one"),
            ("up[1e300]", "1:4: parse error: expected a range of at most 1000y, found 1e300"),
            (
                "up[5m][5m]",
                "1:1: parse error: expected a range behind a vector selector only, found it behind a range vector"
            ),
            ("up offset 5m[5m]", "1:13: parse error: expected the range before offset and @, found it behind them"),
            ("up offset 5m offset 5m", "1:14: parse error: expected offset once, found it again"),
            ("up @ 1 @ 2", "1:8: parse error: expected @ once, found it again"),
            ("up @ x", "1:6: parse error: expected a time in seconds, start() or end() behind @, found x"),
            ("up @ NaN", "1:6: parse error: expected a time in seconds behind @, found one out of range"),
            ("up @ start", "1:11: parse error: expected \"(\", found the end of the expression"),
            ("1[5m]", "1:1: parse error: expected a range behind a vector selector only, found it behind a scalar"),
            (
                "(up)[5m]",
                "1:1: parse error: expected a range behind a vector selector only, found it behind an instant vector"
            ),
            (
                "(up) offset 5m",
                "1:6: parse error: expected offset behind a selector or sub-query only, found it behind an instant vector"
            ),
            ("(up", "1:4: parse error: expected \")\", found the end of the expression"),
            ("up)", "1:3: parse error: expected the end of the expression, found )"),
            ("up $ 1", "1:4: parse error: expected a name, number, string or sign of PromQL, found \"$\""),
            ("ấp", "1:1: parse error: expected a name, number, string or sign of PromQL, found \"ấ\""),
        ])
    func refusal(_ text: String, _ message: String) throws {
        let error = try #require(throws: PromQLSyntaxError.self) { try PromQLParser.parse(text) }
        #expect(error.description == message)
    }

    @Test("nesting and length are bounded")
    func bounds() throws {
        let nested = String(repeating: "(", count: 100_000)
        #expect(throws: PromQLSyntaxError.self) { try PromQLParser.parse(nested) }
        let long = "up{a=\"" + String(repeating: "x", count: 2 << 20) + "\"}"
        #expect(throws: PromQLSyntaxError.self) { try PromQLParser.parse(long) }
    }

    @Test("random damage is read or refused")
    func mutation() {
        let original = Array("(up{a=\"b\\n\",\"c.d\"=~'e.*'}[1h30m] offset -5m @ 12.5e1)".utf8)
        let alphabet = Array("\0\"'`\\{}[]()=~!,:@#+-.0159xeyms \n\u{1EA5}".utf8) + [0xFF]
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<5000 {
            var bytes = original
            for _ in 0...next(4) {
                switch next(3) {
                case 0: bytes[next(bytes.count)] = alphabet[next(alphabet.count)]
                case 1: bytes.insert(alphabet[next(alphabet.count)], at: next(bytes.count))
                default: bytes.remove(at: next(bytes.count))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let tree = try? PromQLParser.parse(text) { #expect(tree.range.upperBound <= text.utf8.count) }
        }
    }
}
