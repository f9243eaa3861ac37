import Foundation
import Testing

/// A script beside this file.
private struct ScriptFile: Sendable, CustomTestStringConvertible {
    var url: URL

    var testDescription: String { url.lastPathComponent }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts")

    /// All scripts; a folder that cannot be read is told by the test that counts them.
    static let all: [ScriptFile] = ((try? names()) ?? []).filter { $0.hasSuffix(".promqltest") }.map {
        ScriptFile(url: folder.appending(path: $0))
    }

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
    }
}

@Suite struct ScriptTests {
    @Test("the engine answers as the script says", arguments: ScriptFile.all)
    private func script(_ file: ScriptFile) async throws {
        let (evaluations, failures) = await ScriptRunner.run(try String(contentsOf: file.url, encoding: .utf8))
        #expect(evaluations > 0)
        for failure in failures {
            Issue.record(
                Comment(rawValue: failure.message),
                sourceLocation: SourceLocation(
                    fileID: "PromQLEngineTests/\(file.url.lastPathComponent)",
                    filePath: file.url.path(percentEncoded: false), line: failure.line, column: 1))
        }
    }

    @Test("every file beside the grammar is a script that is run")
    func scripts() throws {
        let names = try ScriptFile.names()
        #expect(ScriptFile.all.count >= 15)
        #expect(names.filter { !$0.hasSuffix(".promqltest") } == ["README.md"])
        #expect(names.count == ScriptFile.all.count + 1)
    }

    // MARK: the runner

    struct Case: Sendable, CustomTestStringConvertible {
        var lines: String
        var line: Int
        var message: String
        var testDescription: String { message }

        /// - Parameters:
        ///   - lines: behind `load` and its series.
        ///   - line: where it fails.
        init(_ lines: String, _ line: Int, _ message: String) {
            self.lines = lines
            self.line = line
            self.message = message
        }
    }

    private static let load = "load 10s\n  x{a=\"1\"} 1 2 3 NaN\n  x{a=\"2\"} 0+10x2 0\n"

    private func failures(_ lines: String) async -> [ScriptFailure] {
        await ScriptRunner.run(Self.load + lines).failures
    }

    @Test(
        "a script that tells the truth passes",
        arguments: [
            "eval instant at 20s x\n  x{a=\"1\"} 3\n  x{a=\"2\"} 20\n",
            "eval instant at 20 x\n  x{a=\"2\"} 20 # a comment\n# another\n  x{a=\"1\"} 3\n",
            "eval instant at 20s -x\n  {a=\"2\"} -20\n  {a=\"1\"} -3.0000000000001\n",
            "eval range from 0 to 30s step 10s x\n  x{a=\"1\"} 1 2 3 NaN\n  x{a=\"2\"} 0+10x2 0\n",
            "eval range from 0 to 30s step 10s x > 1\n  x{a=\"1\"} _ 2 3 _\n  x{a=\"2\"} _ 10 20 _\n",
            "eval instant at 20s x[15s]\n  x{a=\"1\"} 2@10s 3@20s\n  x{a=\"2\"} 10@10 20@20\n",
            "eval instant at 0 1 + 1\n  expect scalar 2\n",
            "eval instant at 0 \"a\"\n  expect string \"a\"\n",
            "eval instant at 1h x\n  expect empty\n",
            "eval instant at 0 x +\n  expect fail bad_data 1:4\n",
            "eval instant at 20s sort(x)\n  expect ordered\n  x{a=\"1\"} 3\n  x{a=\"2\"} 20\n",
            "eval instant at 0 quantile(2, x)\n  {} Inf\n"
                + "  expect warn quantile value should be between 0 and 1, got 2 (1:10)\n",
            "clear\neval instant at 20s x\n  expect empty\n",
            "load 1m\n  y 1@5s stale@15s 2@60 3@90s\neval range from 5s to 125s step 60s y\n  y 1 2 3\n",
            "set lookback 1s\neval instant at 21s x\n  expect empty\n",
        ])
    func passes(_ lines: String) async {
        #expect(await failures(lines) == [])
    }

    @Test(
        "a script that does not fails at its line",
        arguments: [
            Case("eval instant at 20s x\n  x{a=\"1\"} 3\n  x{a=\"2\"} 21\n", 4, "expected 21.0@20.0, found 20.0@20.0"),
            Case("eval instant at 20s x{a=\"1\"}\n  x{a=\"1\"} 3.00000000001\n", 4, "expected 3.00000000001@20.0"),
            Case("eval instant at 0 x{a=\"2\"}\n  x{a=\"2\"} -0\n", 4, "expected -0.0@0.0, found 0.0@0.0"),
            Case("eval instant at 30s x\n  x{a=\"1\"} 0\n  x{a=\"2\"} 0\n", 4, "expected 0.0@30.0, found nan@30.0"),
            Case("eval instant at 20s x\n  x{a=\"1\"} 3\n  x{b=\"2\"} 20\n", 4, "{__name__=\"x\",b=\"2\"} is missing"),
            Case("eval instant at 20s x\n  x{a=\"1\"} 3\n", 4, "a=\"2\"} is not expected, with 20.0@20.0"),
            Case("eval instant at 20s x{a=\"1\"}\n  x{a=\"1\"} 3\n  x{a=\"2\"} 20\n", 4, "a=\"2\"} is missing"),
            Case(
                "eval range from 0 to 20s step 10s x{a=\"1\"}\n  x{a=\"1\"} 1 2 _\n", 4,
                "found 1.0@0.0 2.0@10.0 3.0@20.0"),
            Case("eval instant at 20s x\n  expect empty\n", 4, "is not expected"),
            Case("eval instant at 20s x\n  expect scalar 3\n", 4, "expected a scalar or a string"),
            Case("eval instant at 20s 3\n  expect empty\n", 4, "the result is the scalar 3.0"),
            Case("eval instant at 20s 3\n  expect scalar 4\n", 4, "expected 4.0, found 3.0"),
            Case("eval instant at 20s \"a\"\n  expect string \"b\"\n", 4, "the result is the string \"a\""),
            Case(
                "eval instant at 20s sort_desc(x)\n  expect ordered\n  x{a=\"1\"} 3\n  x{a=\"2\"} 20\n", 4,
                "another order"),
            Case("eval instant at 20s x\n  expect fail execution more\n", 4, "expected the error execution more"),
            Case("eval instant at 20s x +\n  expect fail execution 1:4\n", 4, "found bad_data 1:4: parse error"),
            Case("eval instant at 20s x +\n  expect fail bad_data 1:5\n", 4, "expected the error bad_data 1:5"),
            Case("eval instant at 20s x +\n  expect empty\n", 4, "failed: bad_data"),
            Case("eval instant at 0 quantile(2, x)\n  {} Inf\n", 4, "the note \"PromQL warning: quantile"),
            Case("eval instant at 0 sum(x)\n  {} 1\n  expect info a\n", 4, "expected the note \"PromQL info: a\""),
            Case(
                "clear\nload 10s\n  y _ _ 1 2\neval instant at 20s y @ end()\n  y 1\n", 7,
                "in a range query: {__name__=\"y\"}: expected 1.0@20.0, found 2.0@20.0"),
            Case("eval instant at 20s x\n", 4, "found nothing below eval"),
            Case("eval instant at 20s x\n  expect ordered\n", 4, "found nothing below eval"),
            Case("eval instant at 20s x\n  x{a=\"1\"}\n", 5, "expected 1 values, found 0"),
            Case("eval range from 0 to 10s step 10s x\n  x{a=\"1\"} 1\n", 5, "expected 2 values, found 1"),
            Case("eval instant at 20s x\n  x{a=~\"1\"} 1\n", 5, "expected labels, found x{a=~\"1\"}"),
            Case("eval instant at 20s x\n  x{a=\"1\"} one\n", 5, "expected a value, found one"),
            Case("eval instant at 20s x\n  expect nothing\n", 5, "expected what to expect, found nothing"),
            Case("eval instant at noon x\n  expect empty\n", 4, "expected a time, found noon"),
            Case("eval soon at 0 x\n  expect empty\n", 4, "expected instant or range, found soon"),
            Case("load 10s\n  y 1 2 3@5s\n", 5, "expected samples in the order of time"),
            Case("load 10s\n  x{a=\"1\"} 1\n", 5, "expected a new series"),
            Case("evaluate\n", 4, "expected load, clear, set or eval, found evaluate"),
            Case("", 1, "nothing is evaluated"),
        ])
    func fails(_ item: Case) async throws {
        let failure = try #require(await failures(item.lines).first)
        #expect(failure.line == item.line)
        #expect(failure.message.contains(item.message), "\(failure)")
    }
}
