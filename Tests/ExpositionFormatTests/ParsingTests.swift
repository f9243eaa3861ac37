import ExpositionFormat
import MonitoringModel
import Testing

@Suite struct ParsingTests {
    @Test("a text page is read into families with types, help and timestamps")
    func textPage() throws {
        let page = """
            # A comment.
            # HELP http_requests_total Requests with a \\\\ and\\na second line.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000
            http_requests_total{ method = "post" , code="400", } 3 -1395066363000

            msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot \\"find\\":\\n"} 1.458255915e9
            metric_without_timestamp_and_labels 12.47
            something_weird{problem="division by zero"} +Inf -3982045
            # TYPE http_request_duration_seconds histogram
            http_request_duration_seconds_bucket{le="0.05"} 24054
            http_request_duration_seconds_bucket{le="+Inf"} 144320
            http_request_duration_seconds_sum 53423
            http_request_duration_seconds_count 144320
            # TYPE rpc_seconds summary
            rpc_seconds{quantile="0.5"} 4773
            rpc_seconds_sum 6.87e+010
            rpc_seconds_count 2693
            \t # TYPE late gauge
            late NaN
            """
        let families = try ExpositionParser.parse(Array(page.utf8), flavor: .text)
        #expect(
            families.map(\.metadata.name) == [
                "http_requests_total", "msdos_file_access_time_seconds", "metric_without_timestamp_and_labels",
                "something_weird", "http_request_duration_seconds", "rpc_seconds", "late",
            ])
        #expect(
            families.map(\.metadata.kind) == [.counter, .unknown, .unknown, .unknown, .histogram, .summary, .gauge])
        #expect(families.map(\.samples.count) == [2, 1, 1, 1, 4, 3, 1])
        #expect(families[0].metadata.help == "Requests with a \\ and\na second line.")
        #expect(families[0].samples[0].timestamp == Timestamp(milliseconds: 1_395_066_363_000))
        #expect(
            families[0].samples[1].labels
                == LabelSet(
                    metric: "http_requests_total",
                    [
                        Label("method", "post"), Label("code", "400"),
                    ]))
        #expect(families[1].samples[0].labels["path"] == "C:\\DIR\\FILE.TXT")
        #expect(families[1].samples[0].labels["error"] == "Cannot \"find\":\n")
        #expect(families[3].samples[0].value == .infinity)
        #expect(families[5].samples[1].value == 68_700_000_000)
        #expect(families[6].samples[0].value.isNaN)
        #expect(!StaleMarker.isStale(families[6].samples[0].value))
    }

    @Test("an OpenMetrics page is read into families; counters and info metrics keep the names of their samples")
    func openMetricsPage() throws {
        let page = """
            # TYPE acme_http_router_request_seconds summary
            # UNIT acme_http_router_request_seconds seconds
            # HELP acme_http_router_request_seconds Latency of \\"all\\" requests.
            acme_http_router_request_seconds_sum{path="/api/v1",method="GET"} 9036.32
            acme_http_router_request_seconds_count{path="/api/v1",method="GET"} 807283.0
            acme_http_router_request_seconds_created{path="/api/v1",method="GET"} 1605281325.0
            # TYPE requests counter
            # HELP requests
            requests_total 5 1605281325.5004 # {trace_id="KOO5S4vxi0o"} 0.67 1605281325.1
            requests_created 1605281325.0
            # TYPE target info
            target_info{env="prod",back="a\\d"} 1
            # TYPE size gaugehistogram
            size_bucket{le="+Inf"} 3
            size_gcount 3
            size_gsum 1e2
            # TYPE mode stateset
            mode{mode="on"} 1
            free 3
            # TYPE seconds histogram
            seconds_bucket{le="1.0"} 0 # {} 0.5
            seconds_bucket{le="+Inf"} 2
            # EOF
            """
        let families = try ExpositionParser.parse(Array((page + "\n").utf8), flavor: .openMetrics)
        #expect(
            families.map(\.metadata.name) == [
                "acme_http_router_request_seconds", "requests_total", "target_info", "size_bucket", "size_gcount",
                "size_gsum", "mode", "free", "seconds",
            ])
        #expect(
            families.map(\.metadata.kind) == [
                .summary, .counter, .info, .unknown, .unknown, .unknown, .stateset, .unknown, .histogram,
            ])
        #expect(families[0].metadata.unit == "seconds")
        #expect(families[0].metadata.help == "Latency of \"all\" requests.")
        #expect(families[0].samples.count == 3)
        #expect(families[1].samples[0].timestamp == Timestamp(milliseconds: 1_605_281_325_500))
        #expect(families[1].samples[1].labels.metricName == "requests_created")
        #expect(families[2].samples[0].labels["back"] == "a\\d")
        #expect(families[8].samples.count == 2)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var flavor: ExpositionFlavor
        var page: String
        var error: String
        var testDescription: String { error }

        init(_ page: String, _ error: String, _ flavor: ExpositionFlavor = .text) {
            self.flavor = flavor
            self.page = page
            self.error = error
        }
    }

    @Test(
        "a wrong page is refused with place, expected and found",
        arguments: [
            Wrong("a 1\nb", "2:2: expected a number, found the end of the line"),
            Wrong("a b\n", "1:3: expected a number, found \"b\""),
            Wrong("a 1_000\n", "1:3: expected a number, found \"1_000\""),
            Wrong("a 0x1p3\n", "1:3: expected a number, found \"0x1p3\""),
            Wrong("a 1e999\n", "1:3: expected a number, found \"1e999\""),
            Wrong("a -NaN\n", "1:3: expected a number, found \"-NaN\""),
            Wrong("a 1\r\n", "1:3: expected a number, found \"1\\r\""),
            Wrong("a 1 2.5\n", "1:5: expected a timestamp in whole milliseconds, found \"2.5\""),
            Wrong(
                "a 1 99999999999999999999\n",
                "1:5: expected a timestamp in whole milliseconds, found \"99999999999999999999\""),
            Wrong("a 1 2 3\n", "1:7: expected the end of the line, found \"3\""),
            Wrong("9a 1\n", "1:1: expected a metric name or \"#\", found \"9\""),
            Wrong("a-b 1\n", "1:2: expected \"{\" or a blank behind the metric name, found \"-\""),
            Wrong("ấ 1\n", "1:1: expected a metric name or \"#\", found \"\\xe1\""),
            Wrong("a{b=\"ấ\",9} 1\n", "1:9: expected a label name or \"}\", found \"9\""),
            Wrong("a{b=\"x\" 1\n", "1:9: expected \",\" or \"}\" behind the label value, found \"1\""),
            Wrong("a{b=\"x\n\"} 1\n", "1:7: expected \"\\\"\" behind the label value, found the end of the line"),
            Wrong("a{b=x} 1\n", "1:5: expected \"\\\"\" before the label value, found \"x\""),
            Wrong("a{b} 1\n", "1:4: expected \"=\" behind the label name, found \"}\""),
            Wrong(
                "a{b=\"\\t\"} 1\n", "1:7: expected \\\\, \\\" or \\n behind a backslash in a label value, found \"t\""),
            Wrong("a{b=\"1\",b=\"2\"} 1\n", "1:9: expected each label once, found b again"),
            Wrong("a{__name__=\"b\"} 1\n", "1:3: expected a label other than __name__"),
            Wrong("# TYPE a blob\n", "1:10: expected counter, gauge, histogram, summary or untyped, found \"blob\""),
            Wrong(
                "# TYPE a\n", "1:9: expected counter, gauge, histogram, summary or untyped, found the end of the line"),
            Wrong("# TYPE a gauge x\n", "1:16: expected the end of the line, found \"x\""),
            Wrong("# TYPE a gauge\n# TYPE a gauge\n", "2:8: expected one TYPE line for a, found a second"),
            Wrong("# HELP a b\n# HELP a c\n", "2:8: expected one HELP line for a, found a second"),
            Wrong("# HELP 1 b\n", "1:8: expected a metric name, found \"1\""),
            Wrong("a 1\n", "2:1: expected \"# EOF\", found the end of the page", .openMetrics),
            Wrong("a 1", "1:4: expected \"# EOF\", found the end of the page", .openMetrics),
            Wrong("", "1:1: expected \"# EOF\", found the end of the page", .openMetrics),
            Wrong("a 1\n# EOF\nb 1\n", "3:1: expected the end of the page behind \"# EOF\", found \"b\"", .openMetrics),
            Wrong("a  1\n# EOF\n", "1:3: expected a number, found the end of the line", .openMetrics),
            Wrong("a 1 \n# EOF\n", "1:5: expected a timestamp in seconds, found the end of the line", .openMetrics),
            Wrong("a 1 NaN\n# EOF\n", "1:5: expected a timestamp in seconds, found \"NaN\"", .openMetrics),
            Wrong("a 1 1e300\n# EOF\n", "1:5: expected a timestamp in seconds, found \"1e300\"", .openMetrics),
            Wrong("\na 1\n# EOF\n", "1:1: expected a metric name or \"#\", found the end of the line", .openMetrics),
            Wrong("# comment\n# EOF\n", "1:3: expected TYPE, HELP, UNIT or EOF, found \"comment\"", .openMetrics),
            Wrong("a{b=\"1\",} 1\n# EOF\n", "1:9: expected a label name behind \",\", found \"}\"", .openMetrics),
            Wrong(
                "# TYPE a counter\na 1\n# EOF\n",
                "2:1: expected a sample of counter a (a_total, a_created), found \"a\"", .openMetrics),
            Wrong(
                "# TYPE a counter\na_total 1\nb 1\na_total 2\n# EOF\n",
                "4:1: expected a in one piece, found it again behind another metric", .openMetrics),
            Wrong(
                "# TYPE a gauge\na 1\n# HELP a x\n# EOF\n",
                "3:8: expected the description of a before its samples", .openMetrics),
            Wrong(
                "# TYPE a gauge\n# TYPE a gauge\n# EOF\n", "2:8: expected TYPE of a once, found it again",
                .openMetrics),
            Wrong(
                "# UNIT a_bytes seconds\n# EOF\n",
                "1:16: expected a unit that ends the name a_bytes, found \"seconds\"", .openMetrics),
            Wrong(
                "# TYPE a gauge \n# EOF\n",
                "1:10: expected counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown, "
                    + "found \"gauge \"",
                .openMetrics),
            Wrong(
                "a 1 2 # {x=\"1\"}\n# EOF\n",
                "1:16: expected one space before the value of the exemplar, found the end of the line", .openMetrics),
        ])
    func refusal(_ item: Wrong) throws {
        let error = try #require(throws: ExpositionError.self) {
            try ExpositionParser.parse(Array(item.page.utf8), flavor: item.flavor)
        }
        #expect(error.description == item.error)
    }

    @Test("a TYPE line behind the first samples of a text page still counts")
    func lateType() throws {
        let families = try ExpositionParser.parse(Array("a 1\n# TYPE a gauge\na{b=\"c\"} 2\n".utf8), flavor: .text)
        #expect(families.map(\.metadata.kind) == [.gauge])
        #expect(families.map(\.samples.count) == [2])
    }

    @Test("a byte order mark before a text page is passed over")
    func byteOrderMark() throws {
        let families = try ExpositionParser.parse([0xEF, 0xBB, 0xBF] + Array("a 1".utf8), flavor: .text)
        #expect(families.first?.samples.count == 1)
    }

    @Test("bytes that are not UTF-8 are refused")
    func invalidUTF8() throws {
        let error = try #require(throws: ExpositionError.self) {
            try ExpositionParser.parse(Array("a{b=\"x".utf8) + [0xFF] + Array("\"} 1\n".utf8), flavor: .text)
        }
        #expect(error.description == "1:6: expected UTF-8, found other bytes")
    }

    @Test("lines, labels and samples are bounded")
    func limits() throws {
        let limits = ExpositionLimits(lineBytes: 30, labels: 2, samples: 2)
        func message(_ page: String) throws -> String {
            try #require(throws: ExpositionError.self) {
                try ExpositionParser.parse(Array(page.utf8), flavor: .text, limits: limits)
            }.description
        }
        #expect(
            try message("a 1\n# " + String(repeating: "x", count: 29))
                == "2:1: expected a line of at most 30 bytes, found 31")
        #expect(try message("a{b=\"\",c=\"\",d=\"\"} 1\n") == "1:13: expected at most 2 labels, found more")
        #expect(try message("a 1\na 1\na 1\n") == "3:1: expected at most 2 samples, found more")
    }

    @Test(
        "numbers are read to the nearest double",
        arguments: [
            ("0", 0), ("-0", -0.0), ("1", 1), ("+1.5", 1.5), (".5", 0.5), ("5.", 5), ("1E3", 1000), ("1e-3", 0.001),
            ("6.87e+010", 6.87e10), ("123456789012345678901234567890", 123456789012345677877719597056),
            ("0.1", 0.1), ("2.2250738585072014e-308", 2.2250738585072014e-308), ("5e-324", .leastNonzeroMagnitude),
            ("1.7976931348623157e308", 1.7976931348623157e308), ("9007199254740993", 9007199254740992),
            ("0.00000000000000000000000000000000000001", 1e-38), ("Inf", .infinity), ("-inf", -.infinity),
            ("+Infinity", .infinity), ("1e-999", 0), ("18446744073709551615", 18446744073709551616),
        ] as [(String, Double)])
    func numbers(_ text: String, _ value: Double) throws {
        let families = try ExpositionParser.parse(Array("a \(text)\n".utf8), flavor: .text)
        #expect(families.first?.samples.first?.value.bitPattern == value.bitPattern)
    }
}
