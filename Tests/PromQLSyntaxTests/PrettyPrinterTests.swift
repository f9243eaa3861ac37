import PromQLSyntax
import Testing

@Suite struct PrettyPrinterTests {
    /// A selector of 60 bytes, so that two of them do not fit into a line.
    private static let long = "node_filesystem_available_and_reserved_bytes{mountpoint=\"/\"}"

    @Test(
        "what fits into 100 bytes stays on one line",
        arguments: ["sum(a)", "a + b", String(repeating: "a", count: 48) + " + " + String(repeating: "b", count: 49)])
    func whole(_ text: String) throws {
        #expect(try PromQLParser.parse(text).pretty == text)
    }

    @Test(
        "longer nodes are broken around their children",
        arguments: [
            (
                "\(long)+\(long)",
                """
                  \(long)
                +
                  \(long)
                """
            ),
            (
                "\(long)>bool on(a)group_left \(long)-1",
                """
                  \(long)
                > bool on (a) group_left ()
                  \(long) - 1
                """
            ),
            (
                "a+b*\(long)/\(long)",
                """
                  a
                +
                    b * \(long)
                  /
                    \(long)
                """
            ),
            (
                "sum by(job,instance) (rate(\(long)[5m]) / rate(\(long)[5m]))",
                """
                sum by (job, instance) (
                    rate(\(long)[5m])
                  /
                    rate(\(long)[5m])
                )
                """
            ),
            (
                "topk(3,abs(\(long)-\(long)))",
                """
                topk(
                  3,
                  abs(
                      \(long)
                    -
                      \(long)
                  )
                )
                """
            ),
            (
                "label_replace(\(long), \"target_label\", \"$1\", \"source_label\", \"(.*):.*\")",
                """
                label_replace(
                  \(long),
                  "target_label",
                  "$1",
                  "source_label",
                  "(.*):.*"
                )
                """
            ),
            (
                "((\(long) or \(long)))",
                """
                (
                  (
                      \(long)
                    or
                      \(long)
                  )
                )
                """
            ),
            (
                "-(\(long) or \(long))",
                """
                -(
                    \(long)
                  or
                    \(long)
                )
                """
            ),
            (
                "1+-(\(long) or \(long))",
                """
                  1
                +
                  -(
                      \(long)
                    or
                      \(long)
                  )
                """
            ),
            (
                "-\(long)^\(long)",
                """
                -\(long)
                ^
                  \(long)
                """
            ),
            (
                "Inf^(\(long) or \(long))",
                """
                  Inf
                ^
                  (
                      \(long)
                    or
                      \(long)
                  )
                """
            ),
            (
                "max_over_time((\(long) - \(long))[1h:1m] @ start() offset 5m)",
                """
                max_over_time(
                  (
                      \(long)
                    -
                      \(long)
                  )[1h:1m] @ start() offset 5m
                )
                """
            ),
            // Prometheus forgets to indent a sub-query that fits.
            (
                "quantile_over_time(0.95123456789, \(long)[1h:1m] @ 1234567890 offset 1d)",
                """
                quantile_over_time(
                  0.95123456789,
                \(long)[1h:1m] @ 1234567890.000 offset 1d
                )
                """
            ),
        ])
    func broken(_ text: String, _ expected: String) throws {
        let tree = try PromQLParser.parse(text)
        #expect(tree.pretty == expected)
        #expect(try PromQLParser.parse(tree.pretty).withoutRanges == tree.withoutRanges)
    }
}
