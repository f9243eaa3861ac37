import PromQLSyntax
import Testing

@Suite struct TypeChecksTests {
    @Test(
        "operands of the wrong type are refused at their place",
        arguments: [
            ("a + \"b\"", "1:5: parse error: expected a scalar or an instant vector on the right of +, found a string"),
            (
                "a[5m] * 2",
                "1:1: parse error: expected a scalar or an instant vector on the left of *, found a range vector"
            ),
            (
                "1 - a[5m:1m]",
                "1:5: parse error: expected a scalar or an instant vector on the right of -, found a range vector"
            ),
            ("a and 1", "1:7: parse error: expected an instant vector on the right of and, found a scalar"),
            ("1 or a", "1:1: parse error: expected an instant vector on the left of or, found a scalar"),
            ("1 unless 2", "1:1: parse error: expected an instant vector on the left of unless, found a scalar"),
            ("a and (1 + 2)", "1:7: parse error: expected an instant vector on the right of and, found a scalar"),
            ("1 or on(b) a", "1:1: parse error: expected an instant vector on the left of or, found a scalar"),
            ("1 == 1", "1:3: parse error: expected bool behind == between scalars, found none"),
            ("time() > (3)", "1:8: parse error: expected bool behind > between scalars, found none"),
            ("a + 1 + 2 <= 2 != 3", nil),
            ("-\"a\"", "1:2: parse error: expected a scalar or an instant vector behind -, found a string"),
            ("+a[5m]", "1:2: parse error: expected a scalar or an instant vector behind +, found a range vector"),
            (
                "1[5m:]",
                "1:1: parse error: expected a sub-query behind an instant vector only, found it behind a scalar"
            ),
            (
                "a[5m:][5m:1m]",
                "1:1: parse error: expected a sub-query behind an instant vector only, found it behind a range vector"
            ),
            (
                "(\"a\")[5m:]",
                "1:1: parse error: expected a sub-query behind an instant vector only, found it behind a string"
            ),
            (
                "(a[5m])[5m:]",
                "1:1: parse error: expected a sub-query behind an instant vector only, found it behind a range vector"
            ),
        ])
    func operands(_ text: String, _ message: String?) throws {
        try expect(text, message)
    }

    @Test(
        "modifiers are refused where they mean nothing",
        arguments: [
            ("a + bool b", "1:5: parse error: expected bool behind a comparison only, found it behind +"),
            ("a AND bool b", "1:7: parse error: expected bool behind a comparison only, found it behind and"),
            (
                "a + on(x) 1",
                "1:5: parse error: expected on or ignoring between instant vectors only, found it beside a scalar"
            ),
            (
                "1 < bool ignoring(x) 2",
                "1:10: parse error: expected on or ignoring between instant vectors only, found it beside a scalar"
            ),
            ("1 + on() a + ignoring() group_left(x) 2", nil),
            ("a and on(x) group_left b", "1:13: parse error: expected no grouping behind and, found group_left"),
            (
                "a or ignoring() group_right(y) b",
                "1:17: parse error: expected no grouping behind or, found group_right"
            ),
            (
                "a * on(x, y) group_left(z, y) b",
                "1:14: parse error: expected a label in either on or the group clause, found y in both"
            ),
            ("a * ignoring(x, y) group_left(z, y) b", nil),
        ])
    func modifiers(_ text: String, _ message: String?) throws {
        try expect(text, message)
    }

    @Test(
        "calls need the right number of arguments of the right types",
        arguments: [
            ("rate(a)", "1:6: parse error: expected a range vector as argument 1 of rate, found an instant vector"),
            ("abs(1)", "1:5: parse error: expected an instant vector as argument 1 of abs, found a scalar"),
            ("vector(a)", "1:8: parse error: expected a scalar as argument 1 of vector, found an instant vector"),
            ("rate()", "1:1: parse error: expected 1 argument of rate, found 0"),
            ("clamp(a, 1)", "1:1: parse error: expected 3 arguments of clamp, found 2"),
            ("time(1)", "1:1: parse error: expected 0 arguments of time, found 1"),
            ("round(a, 1, 2)", "1:1: parse error: expected 1 or 2 arguments of round, found 3"),
            ("hour(a, b)", "1:1: parse error: expected 0 or 1 argument of hour, found 2"),
            ("hour(1)", "1:6: parse error: expected an instant vector as argument 1 of hour, found a scalar"),
            ("label_join(a, \"b\")", "1:1: parse error: expected at least 3 arguments of label_join, found 2"),
            (
                "label_join(a, \"b\", \"c\", 1)",
                "1:25: parse error: expected a string as argument 4 of label_join, found a scalar"
            ),
            (
                "label_join(a, \"b\", \"c\", \"d\", e)",
                "1:30: parse error: expected a string as argument 5 of label_join, found an instant vector"
            ),
            ("sort_by_label()", "1:1: parse error: expected at least 1 argument of sort_by_label, found 0"),
            (
                "histogram_quantile(a, 1)",
                "1:20: parse error: expected a scalar as argument 1 of histogram_quantile, found an instant vector"
            ),
            (
                "abs(rate(a))",
                "1:10: parse error: expected a range vector as argument 1 of rate, found an instant vector"
            ),
            (
                "info(a, b)",
                "1:9: parse error: expected matchers in braces as argument 2 of info, found another expression"
            ),
            (
                "info(a, abs(b))",
                "1:9: parse error: expected matchers in braces as argument 2 of info, found another expression"
            ),
            ("info(a, 1)", "1:9: parse error: expected an instant vector as argument 2 of info, found a scalar"),
            ("info(a, {})", nil), ("label_join(a, \"b\", \"c\")", nil), ("sort_by_label_desc(a)", nil), ("hour()", nil),
            ("round(a)", nil), ("info(a)", nil), ("label_join(a, \"b\", \"c\", \"d\", \"e\", \"f\")", nil),
        ])
    func calls(_ text: String, _ message: String?) throws {
        try expect(text, message)
    }

    @Test(
        "aggregations need a vector, and a parameter where they take one",
        arguments: [
            ("sum(1)", "1:5: parse error: expected an instant vector as argument 1 of sum, found a scalar"),
            ("sum(a[5m])", "1:5: parse error: expected an instant vector as argument 1 of sum, found a range vector"),
            ("sum()", "1:1: parse error: expected 1 argument of sum, found 0"),
            ("SUM(a, b)", "1:1: parse error: expected 1 argument of sum, found 2"),
            ("topk(a)", "1:1: parse error: expected 2 arguments of topk, found 1"),
            ("topk(\"1\", a)", "1:6: parse error: expected a scalar as argument 1 of topk, found a string"),
            (
                "quantile(a, a)",
                "1:10: parse error: expected a scalar as argument 1 of quantile, found an instant vector"
            ),
            (
                "count_values(1, a)",
                "1:14: parse error: expected a string as argument 1 of count_values, found a scalar"
            ),
            ("bottomk(1, 2)", "1:12: parse error: expected an instant vector as argument 2 of bottomk, found a scalar"),
            ("limitk(1, a) + limit_ratio(-0.5, a)", nil), ("count_values(\"b\", a)", nil),
            ("topk(scalar(a), a)", nil),
        ])
    func aggregations(_ text: String, _ message: String?) throws {
        try expect(text, message)
    }

    private func expect(_ text: String, _ message: String?) throws {
        guard let message else {
            _ = try PromQLParser.parse(text)
            return
        }
        let error = try #require(throws: PromQLSyntaxError.self) { try PromQLParser.parse(text) }
        #expect(error.description == message)
    }
}
