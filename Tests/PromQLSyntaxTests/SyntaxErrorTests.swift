import PromQLSyntax
import Testing

@Suite struct SyntaxErrorTests {
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
            (
                "sum(up) offset 1m",
                "1:9: parse error: expected offset behind a selector or sub-query only, found it behind an instant vector"
            ),
            ("1 @ 5", "1:3: parse error: expected @ behind a selector or sub-query only, found it behind a scalar"),
            ("up[5m:1m] @ 1 @ 2", "1:15: parse error: expected @ once, found it again"),
            ("up[5m:0]", "1:7: parse error: expected a step longer than zero"),
            ("up[-5m]", "1:4: parse error: expected a range longer than zero"),
            ("up[5m:x]", "1:7: parse error: expected a step such as 5m, found x"),
            ("up[5m:1m:1m]", "1:9: parse error: expected \"]\", found :"),
            ("up[:1m]", "1:4: parse error: expected a range such as 5m, found :"),
            ("up[5m", "1:6: parse error: expected \":\" or \"]\", found the end of the expression"),
            ("up[5m 5m]", "1:7: parse error: expected \":\" or \"]\", found 5m"),
            (
                "up[5m * 2]",
                "1:7: parse error: expected a range such as 5m, found arithmetic on durations, which is not supported"
            ),
            (
                "up[5m:(1m)]",
                "1:7: parse error: expected a step such as 5m, found arithmetic on durations, which is not supported"
            ),
            (
                "up offset (5m + 1m)",
                "1:11: parse error: expected an offset such as 5m, found arithmetic on durations, which is not supported"
            ),
            ("up offset", "1:10: parse error: expected an offset such as 5m, found the end of the expression"),
            ("a +", "1:4: parse error: expected an expression, found the end of the expression"),
            ("* a", "1:1: parse error: expected an expression, found *"),
            ("a ** b", "1:4: parse error: expected an expression, found *"),
            ("a == == b", "1:6: parse error: expected an expression, found =="),
            ("a = b", "1:3: parse error: expected the end of the expression, found ="),
            ("a ! b", "1:3: parse error: expected a name, number, string or sign of PromQL, found \"!\""),
            ("a =~ b", "1:3: parse error: expected the end of the expression, found =~"),
            ("a, b", "1:2: parse error: expected the end of the expression, found ,"),
            ("on", "1:1: parse error: expected an expression, found on"),
            ("a + GROUP_LEFT b", "1:5: parse error: expected an expression, found GROUP_LEFT"),
            ("a + group_left() b", "1:5: parse error: expected an expression, found group_left"),
            ("atan2", "1:1: parse error: expected an expression, found atan2"),
            ("bool(x)", "1:1: parse error: expected an expression, found bool"),
            ("a == on(x) bool b", "1:12: parse error: expected an expression, found bool"),
            ("a + on b", "1:8: parse error: expected \"(\", found b"),
            ("a + on(b c) d", "1:10: parse error: expected \",\" or \")\", found c"),
            ("a + on(,) d", "1:8: parse error: expected a label name or \")\", found ,"),
            ("a + on(b", "1:9: parse error: expected \",\" or \")\", found the end of the expression"),
            ("a + on(b) group_left (c)", "1:25: parse error: expected an expression, found the end of the expression"),
            ("a + ignoring(b) on(c) d", "1:17: parse error: expected an expression, found on"),
            ("sum by (a", "1:10: parse error: expected \",\" or \")\", found the end of the expression"),
            ("sum by a (b)", "1:8: parse error: expected \"(\", found a"),
            ("sum by (5) (b)", "1:9: parse error: expected a label name or \")\", found 5"),
            ("sum by (\"\") (b)", "1:9: parse error: expected a name, found an empty string"),
            ("sum by (a)", "1:11: parse error: expected \"(\", found the end of the expression"),
            ("sum by (a) (b) by (a)", "1:16: parse error: expected the end of the expression, found by"),
            ("sum(a) by (b) without (c)", "1:15: parse error: expected the end of the expression, found without"),
            ("sum(a", "1:6: parse error: expected \",\" or \")\", found the end of the expression"),
            ("abs(a,)", "1:7: parse error: expected an expression, found )"),
            ("abs(,a)", "1:5: parse error: expected an expression, found ,"),
            ("clamp(a 1 2)", "1:9: parse error: expected \",\" or \")\", found 1"),
            (
                "holt_winters(a[5m], 1, 1)",
                "1:1: parse error: expected double_exponential_smoothing, found holt_winters, its former name"
            ),
            ("a:b(c)", "1:1: parse error: expected a function such as abs, found a:b"),
            ("\"a\"(b)", "1:4: parse error: expected the end of the expression, found ("),
            ("1e", "1:1: parse error: expected a number or duration, found \"1e\""),
            ("1e999", "1:1: parse error: expected a number or duration, found \"1e999\""),
            ("1__0", "1:1: parse error: expected a number or duration, found \"1__0\""),
            ("0x", "1:1: parse error: expected a number or duration, found \"0x\""),
            ("5mfoo", "1:1: parse error: expected a number or duration, found \"5mfoo\""),
            ("1h1h", "1:1: parse error: expected a number or duration, found \"1h1h\""),
            ("# note", "1:7: parse error: expected an expression, found the end of the expression"),
            ("(up", "1:4: parse error: expected \")\", found the end of the expression"),
            ("up)", "1:3: parse error: expected the end of the expression, found )"),
            ("up $ 1", "1:4: parse error: expected a name, number, string or sign of PromQL, found \"$\""),
            ("ấp", "1:1: parse error: expected a name, number, string or sign of PromQL, found \"ấ\""),
        ])
    func refusal(_ text: String, _ message: String) throws {
        let error = try #require(throws: PromQLSyntaxError.self) { try PromQLParser.parse(text) }
        #expect(error.description == message)
    }
}
