import AnswerFormat
import Foundation
import MonitoringModel
import TestSupport
import Testing

/// A Prometheus that serves series made for the test.
private struct ReferenceServer {
    static let programs = ["prometheus", "promtool", "curl"].map { "/usr/bin/" + $0 }
    static let isInstalled = programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    let directory: TemporaryDirectory
    let process: RunningProgram
    let address: String

    struct Failure: Error {
        var output: String
    }

    private static func run(_ program: String, _ arguments: [String], in directory: TemporaryDirectory) async throws {
        let process = try RunningProgram("/usr/bin/" + program, arguments, log: directory.file(program + ".log"))
        try await eventually("\(program) ends") { !process.isRunning }
        guard process.exitStatus == 0 else { throw Failure(output: process.output()) }
    }

    init(page: String) async throws {
        directory = try TemporaryDirectory()
        try page.write(toFile: directory.file("page"), atomically: true, encoding: .utf8)
        try "".write(toFile: directory.file("configuration"), atomically: true, encoding: .utf8)
        try await Self.run(
            "promtool", ["tsdb", "create-blocks-from", "openmetrics", directory.file("page"), directory.file("data")],
            in: directory)
        let process = try RunningProgram(
            "/usr/bin/prometheus",
            [
                "--config.file=" + directory.file("configuration"), "--storage.tsdb.path=" + directory.file("data"),
                "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:0",
            ], log: directory.file("server.log"))
        self.process = process
        var found: String?
        try await eventually("the server is ready") {
            let output = process.output()
            let addresses = output.split { $0 == " " || $0 == "\n" }.filter { $0.hasPrefix("address=127.0.0.1:") }
            found = addresses.last { !$0.hasSuffix(":0") }.map { String($0.dropFirst("address=".count)) }
            return found != nil && output.contains("ready to receive")
        }
        address = found!
    }

    func query(_ endpoint: String, _ parameters: [String: String]) async throws -> [UInt8] {
        try await Self.run(
            "curl",
            ["-sS", "-o", directory.file("answer"), "http://\(address)/api/v1/\(endpoint)"]
                + parameters.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }, in: directory)
        return Array(try Data(contentsOf: URL(fileURLWithPath: directory.file("answer"))))
    }
}

/// What stands in a body of Prometheus, read with other means than ours.
private func answer(_ body: [UInt8]) throws -> QueryAnswer {
    let top = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
    let data = try #require(top["data"] as? [String: Any], "\(top)")
    let kind = try #require(data["resultType"] as? String)
    let result = try #require(data["result"] as? [Any])
    func sample(_ pair: Any?) throws -> Sample {
        let pair = try #require(pair as? [Any])
        let text = try #require(pair[1] as? String)
        return Sample(Timestamp(seconds: try #require(pair[0] as? Double)), try #require(Double(text)))
    }
    func labels(_ element: Any) throws -> LabelSet {
        let metric = try #require((element as? [String: Any])?["metric"] as? [String: String])
        return LabelSet(metric.map { Label($0.key, $0.value) })
    }
    switch kind {
    case "scalar": return QueryAnswer(.scalar(try sample(result)))
    case "string":
        let time = Timestamp(seconds: try #require(result[0] as? Double))
        return QueryAnswer(.string(try #require(result[1] as? String), at: time))
    case "vector":
        return QueryAnswer(
            .vector(try result.map { (try labels($0), try sample(($0 as? [String: Any])?["value"])) }))
    default:
        return QueryAnswer(
            .matrix(
                try result.map { element in
                    let values = try #require((element as? [String: Any])?["values"] as? [Any])
                    return SeriesSamples(labels: try labels(element), samples: try values.map(sample))
                }))
    }
}

/// Bodies beside those of Prometheus 2.42, byte by byte.
@Suite struct ReferenceServerTests {
    private static let start: Int64 = 1_700_000_000_000

    /// Random numbers of every kind at times a second or so apart.
    private static func page(seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        var page = ""
        func add(_ name: String, _ values: [Double]) {
            var time = start
            page += "# TYPE \(name.prefix { $0 != "{" }) gauge\n"
            for value in values {
                let text = value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
                page += "\(name) \(text) \(time / 1000).\(String(time % 1000 + 1000).dropFirst())\n"
                time += [1000, 999, 1010, 1100].randomElement(using: &random)!
            }
        }
        add("bits", (0..<4000).map { _ in Double(bitPattern: random.next()) }.filter { !$0.isNaN })
        add("subnormal", (0..<1000).map { _ in Double(bitPattern: random.next() >> 12) })
        add("power", (1..<2047).map { Double(bitPattern: $0 << 52) })
        add("rate{site=\"hq\",device=\"switch-1\"}", (0..<4000).map { _ in .random(in: 0..<5000, using: &random) })
        add(
            "short",
            (0..<3000).map { _ in
                let scale = [1, 10, 100, 1e3, 1e6].randomElement(using: &random)!
                return (Double.random(in: -5000..<5000, using: &random) * scale).rounded() / scale
            })
        add("whole", (0..<3000).map { _ in Double(Int64.random(in: -1 << 62...1 << 62, using: &random) >> 30) })
        add("huge", (0..<3000).map { _ in Double(random.next() >> UInt64.random(in: 0..<12, using: &random)) * 100 })
        add("special", [.nan, .infinity, -.infinity, -0.0, 0])
        add("text{Zone=\"ấ <&>/'\\\\\\\"\\n\u{1}\u{8}\t\u{7F}\u{2028}\",a_b=\"1\"}", [1, 2])
        return page + "# EOF\n"
    }

    /// Labels in Prometheus 2.42 are escaped for HTML; those of 3.5, which we follow, are not.
    private static func withoutEscapesForHTML(_ body: [UInt8]) -> String {
        var text = String(decoding: body, as: UTF8.self)
        for (escape, character) in [#"\u003c"#: "<", #"\u003e"#: ">", #"\u0026"#: "&", #"\u2028"#: "\u{2028}"] {
            text = text.replacingOccurrences(of: escape, with: character)
        }
        return text
    }

    @Test("bodies are those of Prometheus", .enabled(if: ReferenceServer.isInstalled, "no Prometheus is installed"))
    func bodies() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("AnswerFormat reference: seed \(seed)")
        let server = try await ReferenceServer(page: Self.page(seed: seed))
        let end = "\((Self.start + 4_500_000) / 1000)"
        var bytes = 0
        for query in [
            "bits[2h]", "subnormal[2h]", "power[2h]", "rate[2h]", "short[2h]", "whole[2h]", "huge[2h]", "special[2h]",
            "text[2h]", "{__name__!=\"\"} offset 40m", "sum({__name__=~\"short|whole|rate\"} offset 40m)", "nothing",
            "nothing[1h]", "scalar(rate offset 40m)", "scalar(power offset 70m)", "scalar(vector(1e-300))",
            "scalar(nothing)", "time()", "\"a<b>&\\\"\\\\ \\n\\r\\t\\u0001\\u007f\\u2028 \\u1ea5/\"", "vector(0) * -1",
        ] {
            let body = try await server.query("query", ["query": query, "time": end])
            try compare(body, query)
            bytes += body.count
        }
        for query in ["deriv(rate[5m])", "rate / 3", "nothing", "{__name__=~\"short|whole|text\"}", "1 / 3", "time()"] {
            for (start, step) in [("1700000000", "15"), ("1700000000.1", "10.25")] {
                let body = try await server.query(
                    "query_range", ["query": query, "start": start, "end": "1700003600", "step": step])
                try compare(body, query)
                bytes += body.count
            }
        }
        #expect(bytes > 500_000)
    }

    private func compare(_ body: [UInt8], _ query: String) throws {
        let answer = try answer(body)
        let ours = String(decoding: JSONAnswerWriter(answer).remainingBytes(), as: UTF8.self)
        let theirs: String
        if case .string = answer.value {
            theirs = String(decoding: body, as: UTF8.self)
        } else {
            theirs = Self.withoutEscapesForHTML(body)
        }
        // Not in the expectation, which would print a megabyte.
        let isEqual = ours.utf8.elementsEqual(theirs.utf8)
        let start = max(0, zip(ours, theirs).prefix { $0 == $1 }.count - 20)
        #expect(isEqual, "\(query): \(ours.dropFirst(start).prefix(60)) is not \(theirs.dropFirst(start).prefix(60))")
    }
}
