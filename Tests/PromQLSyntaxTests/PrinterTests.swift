import PromQLSyntax
import Testing

@Suite struct PrinterTests {
    @Test(
        "expressions are printed as Prometheus prints them",
        arguments: [
            ("sum by() (a)", "sum(a)"), ("sum(a)by(b)", "sum by (b) (a)"), ("SUM without()(a)", "sum without () (a)"),
            ("avg by(b,c,)(a)", "avg by (b, c) (a)"), ("topk(5,a)", "topk(5, a)"),
            ("count_values without(x)('v',a)", "count_values without (x) (\"v\", a)"),
            ("sum by(\"a.b\",\"c\",d:e)(x)", "sum by (\"a.b\", c, d:e) (x)"),
            ("a-on()c", "a - on () c"), ("a-ignoring()c", "a - c"), ("a-ignoring(b)c", "a - ignoring (b) c"),
            ("a-on(b)group_left c", "a - on (b) group_left () c"),
            ("a-on(b)group_right(x,y)(c)", "a - on (b) group_right (x, y) (c)"),
            ("a-ignoring()group_left(x)c", "a - ignoring () group_left (x) c"),
            ("a/on(\"é\")group_left(\"x y\")c", "a / on (\"é\") group_left (\"x y\") c"),
            ("a>bool on(x)b", "a > bool on (x) b"), ("1==bool 2", "1 == bool 2"), ("a AND b", "a and b"),
            ("1+on()2", "1 + 2"), ("-a", "-a"), ("- -a", "--a"), ("(a)", "(a)"), ("( ( 1 ) )", "((1))"),
            ("a{}", "a"), ("{__name__=\"a\"}", "{__name__=\"a\"}"), ("{\"a\"}", "{__name__=\"a\"}"),
            ("{\"a.b\",c=\"d\"}", "{__name__=\"a.b\",c=\"d\"}"),
            ("a{z='1',b!='2',B=~'3',b=~'4'}", "a{B=~\"3\",b!=\"2\",b=~\"4\",z=\"1\"}"),
            ("{\"x.y\"=\"1\",'_0'!~`2`}", "{\"x.y\"=\"1\",_0!~\"2\"}"), ("{\"0\"='1'}", "{\"0\"=\"1\"}"),
            ("{__name__='',a='x'}", "{__name__=\"\",a=\"x\"}"), ("info(a,{})", "info(a, {})"),
            ("a offset 1m", "a offset 1m"), ("a offset -7m", "a offset -7m"), ("a offset 0", "a"),
            ("a@10", "a @ 10.000"), ("a @ -0.5", "a @ -0.500"), ("a @ 1.0004", "a @ 1.000"),
            ("a@start( )", "a @ start()"),
            ("a offset 5m @ end()", "a @ end() offset 5m"), ("a[5m]offset 1m", "a[5m] offset 1m"),
            ("a{b=\"c\"}[300]@1 offset 90", "a{b=\"c\"}[5m] @ 1.000 offset 1m30s"),
            ("a[1h:5m]offset 1m", "a[1h:5m] offset 1m"), ("a[60:]@start()", "a[1m:] @ start()"),
            ("a offset 1m[1h:]", "a offset 1m[1h:]"), ("rate(a[5m])[1h:1m]", "rate(a[5m])[1h:1m]"),
            ("time( )", "time()"), ("clamp(a,1,2)", "clamp(a, 1, 2)"), ("'a'", "\"a\""),
        ])
    func lines(_ text: String, _ expected: String) throws {
        #expect(try PromQLParser.parse(text).text == expected)
    }

    @Test(
        "numbers are printed in full",
        arguments: [
            ("1.0", "1"), ("1e3", "1000"), ("0x1F", "31"), (".5", "0.5"), ("1e-3", "0.001"), ("1e-10", "0.0000000001"),
            ("123456789.125", "123456789.125"), ("1e21", "1000000000000000000000"),
            ("1.5e22", "15000000000000000000000"),
            ("0.1", "0.1"), ("1.25e-5", "0.0000125"), ("-0", "-0"), ("-1.5", "-1.5"), ("Inf", "+Inf"), ("-inf", "-Inf"),
            ("nan", "NaN"), ("inf ^ 2", "Inf ^ 2"), ("2 ^ inf", "2 ^ +Inf"), ("-inf ^ 2", "-Inf ^ 2"),
            ("100", "100"), ("1048576", "1048576"), ("9007199254740993", "9007199254740992"),
            ("1e16", "10000000000000000"),
        ])
    func numbers(_ text: String, _ expected: String) throws {
        #expect(try PromQLParser.parse(text).text == expected)
    }

    @Test(
        "durations are printed in the longest units, years and weeks only alone",
        arguments: [
            ("60s", "1m"), ("90m", "1h30m"), ("36h", "1d12h"), ("7d", "1w"), ("8d", "8d"), ("14d", "2w"),
            ("365d", "1y"),
            ("366d", "366d"), ("1y2w", "379d"), ("1500ms", "1s500ms"), ("0s", "0s"), ("-5m", "-5m"), ("1m0s", "1m"),
            ("57ms", "57ms"), ("1000y", "1000y"), ("1d1ms", "1d1ms"),
        ])
    func durations(_ text: String, _ expected: String) throws {
        #expect(try PromQLParser.parse(text).text == expected)
    }

    @Test(
        "strings are quoted as Go quotes them",
        arguments: [
            ("a\"b\\c'`", "\"a\\\"b\\\\c'`\""), ("\u{7}\u{8}\u{C}\n\r\t\u{B}", "\"\\a\\b\\f\\n\\r\\t\\v\""),
            ("\0\u{1}\u{7F}", "\"\\x00\\x01\\x7f\""), ("Cần Thơ 世界 😀 é", "\"Cần Thơ 世界 😀 é\""),
            (
                "\u{80}\u{A0}\u{AD}\u{200B}\u{2028}\u{3000}\u{FEFF}",
                "\"\\u0080\\u00a0\\u00ad\\u200b\\u2028\\u3000\\ufeff\""
            ),
            ("\u{E0001}\u{10FFFF}", "\"\\U000e0001\\U0010ffff\""), ("e\u{301}", "\"e\u{301}\""),
        ])
    func strings(_ value: String, _ expected: String) throws {
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        let literal = "\"\(escaped)\""
        let text = try PromQLParser.parse(literal).text
        #expect(Array(text.utf8) == Array(expected.utf8))
        #expect(try PromQLParser.parse(text).text.utf8.elementsEqual(text.utf8))
    }
}
