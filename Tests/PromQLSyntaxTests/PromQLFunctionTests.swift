import PromQLSyntax
import Testing

@Suite struct PromQLFunctionTests {
    /// One letter a type, `?` behind an optional argument, `*` behind one that may stand any number of times.
    private func shape(_ function: PromQLFunction) -> String {
        let signature = function.signature
        let letters: [ExpressionType: String] = [
            .instantVector: "v", .rangeVector: "r", .scalar: "n", .string: "s",
        ]
        let arguments = signature.arguments.enumerated().map { index, type in
            (letters[type] ?? "")
                + (index < signature.minimum ? "" : signature.maximum == nil ? "*" : "?")
        }
        return arguments.joined() + (letters[signature.result].map { ">\($0)" } ?? "")
    }

    @Test("the functions are those of Prometheus 3.5")
    func table() {
        let expected: [String: String] = [
            "v>v": """
            abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count \
            histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan \
            tanh timestamp
            """,
            "r>v": """
            absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time \
            mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time \
            stdvar_over_time sum_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time
            """,
            "v?>v": "day_of_month day_of_week day_of_year days_in_month hour minute month year",
            "vnn>v": "clamp", "vn>v": "clamp_max clamp_min", "rnn>v": "double_exponential_smoothing",
            "nnv>v": "histogram_fraction", "nv>v": "histogram_quantile", "vv?>v": "info", "vsss*>v": "label_join",
            "vssss>v": "label_replace", ">n": "pi time", "rn>v": "predict_linear", "nr>v": "quantile_over_time",
            "vn?>v": "round", "v>n": "scalar", "vs*>v": "sort_by_label sort_by_label_desc", "n>v": "vector",
        ]
        let found = Dictionary(grouping: PromQLFunction.allCases, by: shape)
            .mapValues { $0.map(\.rawValue).sorted().joined(separator: " ") }
        #expect(found == expected)
        #expect(PromQLFunction.allCases.count == 80)
    }

    @Test("some functions read native histograms only")
    func nativeHistograms() {
        #expect(
            PromQLFunction.allCases.filter(\.needsNativeHistograms).map(\.rawValue) == [
                "histogram_avg", "histogram_count", "histogram_stddev", "histogram_stdvar", "histogram_sum",
            ])
    }

    @Test(
        "an unknown function is told with the nearest one",
        arguments: [
            ("rte", "rate"), ("RATE", "rate"), ("sum_over_tim", "sum_over_time"),
            ("histogram_quantil", "histogram_quantile"),
            ("absentovertime", "absent_over_time"), ("sortdesc", "sort_desc"), ("label_replcae", "label_replace"),
            ("average_over_time", "avg_over_time"), ("offset", "absent"), ("quantile_over_times", "quantile_over_time"),
        ])
    func nearest(_ name: String, _ nearest: String) throws {
        let error = try #require(throws: PromQLSyntaxError.self) { try PromQLParser.parse(" \(name) (x)") }
        #expect(error.description == "1:2: parse error: expected a function such as \(nearest), found \(name)")
    }
}
