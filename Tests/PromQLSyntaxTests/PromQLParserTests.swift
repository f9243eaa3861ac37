import PromQLSyntax
import Testing

@Suite struct PromQLParserTests {
    @Test(
        "operators bind as in Prometheus",
        arguments: [
            ("a + b * c", "(a + (b * c))"), ("a * b + c", "((a * b) + c)"), ("a - b - c", "((a - b) - c)"),
            ("a / b % c * d atan2 e", "((((a / b) % c) * d) atan2 e)"), ("a ^ b ^ c", "(a ^ (b ^ c))"),
            ("a * b ^ c", "(a * (b ^ c))"), ("a ^ b * c", "((a ^ b) * c)"), ("-a ^ b", "(-(a ^ b))"),
            ("-1 ^ 2", "(-(1 ^ 2))"), ("(-1) ^ 2", "(-1 ^ 2)"), ("a ^ -b ^ c", "(a ^ (-(b ^ c)))"),
            ("a ^ -b * c", "((a ^ (-b)) * c)"), ("-a * b", "((-a) * b)"), ("-a + b", "((-a) + b)"),
            ("a * -b + c", "((a * (-b)) + c)"), ("a + -b * c", "(a + ((-b) * c))"), ("- - a", "(-(-a))"),
            ("-a % +b", "((-a) % (+b))"), ("-1 * 2", "(-1 * 2)"), ("1 - -1", "(1 - -1)"), ("--1", "1"), ("+-+1", "-1"),
            ("a < b + c", "(a < (b + c))"), ("a == b != c", "((a == b) != c)"), ("a > b and c", "((a > b) and c)"),
            ("a and b or c", "((a and b) or c)"), ("a or b and c", "(a or (b and c))"),
            ("a or b or c", "((a or b) or c)"), ("a unless b and c", "((a unless b) and c)"),
            ("a and b unless c or d", "(((a and b) unless c) or d)"), ("a + (b + c)", "(a + (b + c))"),
            ("1 > bool 2 + 3 * 4 ^ 5", "(1 > (2 + (3 * (4 ^ 5))))"), ("a atan2 b ^ c", "(a atan2 (b ^ c))"),
            ("-a offset 5m", "(-a offset 5m)"), ("a + b offset 5m", "(a + b offset 5m)"),
            ("a offset -2 ^ 2", "(a offset -2s ^ 2)"), ("a offset 2 * 2", "(a offset 2s * 2)"),
            ("a @ 1 ^ 2", "(a @ 1.000 ^ 2)"), ("a offset -5 - 5", "(a offset -5s - 5)"),
            ("-sum(a)", "(-sum(a))"),
        ])
    func precedence(_ text: String, _ grouped: String) throws {
        #expect(try PromQLParser.parse(text).grouped == grouped)
    }

    @Test(
        "keywords are names where no keyword can stand",
        arguments: [
            ("and and and", "(and and and)"), ("or or unless", "(or or unless)"), ("AND aNd and", "(AND and and)"),
            ("by", "by"), ("without offset 5m", "without offset 5m"), ("sum", "sum"), ("SUM + min", "(SUM + min)"),
            ("sum{}", "sum"), ("sum[5m]", "sum[5m]"), ("sum offset 5m", "sum offset 5m"), ("start", "start"),
            ("end @ end()", "end @ end()"), ("offset offset 5m", "offset offset 5m"), ("rate", "rate"),
            ("Sum(sum)", "sum(sum)"), ("sum by (by) (by)", "sum by (by) (by)"), ("holt_winters", "holt_winters"),
            ("sum by(sum, ON, bool, offset, inf) (x)", "sum by (sum, ON, bool, offset, inf) (x)"),
            ("a:b + :c", "(a:b + :c)"), ("infinity + nano", "(infinity + nano)"), ("e5 + h", "(e5 + h)"),
            ("a{on=\"1\",sum=\"2\",by=\"3\",nan=\"4\"}", "a{by=\"3\",nan=\"4\",on=\"1\",sum=\"2\"}"),
            ("a == BOOL b", "(a == b)"), ("a UNLESS b", "(a unless b)"), ("a Offset 5m", "a offset 5m"),
        ])
    func keywords(_ text: String, _ grouped: String) throws {
        #expect(try PromQLParser.parse(text).grouped == grouped)
    }

    @Test("nodes know their place in the text")
    func ranges() throws {
        let sums = try PromQLParser.parse(" sum by (a) ( ap{a=\"b\"} > bool  on (x) -c ) ")
        guard case .aggregation(let sum) = sums, case .binary(let comparison) = sum.content,
            case .unary(let minus) = comparison.right, case .vector(let left) = comparison.left
        else {
            Issue.record("not the expected tree")
            return
        }
        #expect(sum.range == 1..<43)
        #expect(comparison.range == 14..<41)
        #expect(comparison.operatorRange == 24..<25)
        #expect(minus.range == 39..<41)
        #expect(minus.operand.range == 40..<41)
        #expect(left.range == 14..<23)
        #expect(left.matchers.map(\.range) == [14..<16, 17..<22])

        let calls = try PromQLParser.parse("(rate(a[5m] offset 1m)[1h:1m] @ 3)")
        guard case .subquery(let subquery) = calls.unwrapped, case .call(let rate) = subquery.content,
            case .matrix(let matrix) = rate.arguments[0]
        else {
            Issue.record("not the expected tree")
            return
        }
        #expect(calls.range == 0..<34)
        #expect(subquery.range == 1..<33)
        #expect(rate.range == 1..<22)
        #expect(matrix.range == 6..<21)
        #expect(try PromQLParser.parse(" - 1").range == 1..<4)
        #expect(try PromQLParser.parse("sum(x) by (a) ").range == 0..<13)
    }

    @Test(
        "operations carry their matching",
        arguments: [
            ("a + b", .oneToOne, false, [], []),
            ("a >= bool on(x, \"y z\",) group_left(v,) b", .manyToOne, true, ["x", "y z"], ["v"]),
            ("a / ignoring(x) group_right b", .oneToMany, false, ["x"], []),
            ("a - ignoring() group_left(x) b", .manyToOne, false, [], ["x"]),
            ("a - ignoring(x) group_left(x) b", .manyToOne, false, ["x"], ["x"]),
            ("a - on(x) group_right() (b)", .oneToMany, true, ["x"], []),
            ("a and on() b", .manyToMany, true, [], []),
            ("a UNLESS IGNORING(x) b", .manyToMany, false, ["x"], []),
        ] as [(String, VectorMatching.Cardinality, Bool, [String], [String])])
    func matching(
        _ text: String, _ cardinality: VectorMatching.Cardinality, _ isOn: Bool, _ labels: [String], _ include: [String]
    ) throws {
        let matching = try #require(try operation(text)?.matching)
        #expect(matching.cardinality == cardinality)
        #expect(matching.isOn == isOn)
        #expect(matching.labels == labels)
        #expect(matching.include == include)
    }

    @Test("scalars match nothing, and comparisons may return 0 or 1")
    func modifiers() throws {
        #expect(try operation("a + 1")?.matching == nil)
        #expect(try operation("1 + on() group_left(x) 1")?.matching == nil)
        #expect(try operation("1 == bool 1")?.returnsBool == true)
        #expect(try operation("a == BOOL on(x) a")?.returnsBool == true)
        #expect(try operation("a == a")?.returnsBool == false)
    }

    private func operation(_ text: String) throws -> BinaryOperation? {
        if case .binary(let operation) = try PromQLParser.parse(text) { operation } else { nil }
    }

    @Test(
        "types follow from the parts",
        arguments: [
            ("1", .scalar), ("\"a\"", .string), ("a", .instantVector), ("a[5m]", .rangeVector),
            ("a[5m:]", .rangeVector), ("-time()", .scalar), ("-a", .instantVector), ("1 + time()", .scalar),
            ("a + 1", .instantVector), ("sum(a)", .instantVector), ("scalar(a)", .scalar),
            ("vector(1)", .instantVector),
            ("((a[5m]))", .rangeVector), ("pi()", .scalar), ("sort(a)", .instantVector),
        ] as [(String, ExpressionType)])
    func types(_ text: String, _ type: ExpressionType) throws {
        #expect(try PromQLParser.parse(text).type == type)
    }
}
