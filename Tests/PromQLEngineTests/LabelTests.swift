import MonitoringModel
import PromQLEngine
import Testing

/// Labels that functions make, and many names of labels.
@Suite struct LabelTests {
    private let start = Timestamp(milliseconds: 0)

    private func engine(_ series: [LabelSet], samplesHeld: Int = 1_000_000) -> PromQLEvaluator {
        PromQLEvaluator(source: MemorySource(series.map { ($0, [1]) }), samplesHeld: samplesHeld)
    }

    private func ask(_ engine: PromQLEvaluator, _ expression: String, samples: Int? = nil) async throws -> QueryAnswer {
        var options = QueryOptions()
        if let samples { options.limits.samples = samples }
        return try await engine.instant(expression, at: start, scope: .everything, options: options)
    }

    private func labels(_ answer: QueryAnswer) -> [LabelSet] {
        guard case .vector(let vector) = answer.value else { return [] }
        return vector.map(\.labels)
    }

    private func failure(_ query: () async throws -> QueryAnswer) async -> QueryError? {
        do {
            _ = try await query()
            return nil
        } catch {
            return error as? QueryError
        }
    }

    // MARK: long labels

    /// `label_replace` that makes ten of the label `a`, so many times over.
    private static func tenfold(_ levels: Int) -> String {
        (0..<levels).reduce("x") { content, _ in
            "label_replace(\(content), \"a\", \"$1$1$1$1$1$1$1$1$1$1\", \"a\", \"(.*)\")"
        }
    }

    @Test(
        "a label of more than 64 KiB is not made",
        arguments: [
            (tenfold(4), nil),
            (
                "  " + tenfold(5),
                "1:3: expected label_replace to make a label of at most 65536 bytes, found one of 100000"
            ),
            // 10^100 bytes would not be there to be had.
            (tenfold(100), "found one of 100000"),
            (#"label_replace(x, "b", "\#(String(repeating: "$1", count: 65_536))", "a", "(.*)")"#, nil),
            (
                #"label_replace(x, "b", "y\#(String(repeating: "$1", count: 65_536))", "a", "(.*)")"#,
                "found one of 65537"
            ),
            (#"label_replace(x, "b", "\#(String(repeating: "y", count: 70_000))", "a", "none")"#, nil),
            (#"label_join(x, "b", "\#(String(repeating: "é", count: 32_767))", "a", "a")"#, nil),
            (
                #"label_join(x, "b", "\#(String(repeating: "é", count: 32_768))", "a", "a")"#,
                "1:1: expected label_join to make a label of at most 65536 bytes, found one of 65538"
            ),
            (#"label_join(x, "b", "\#(String(repeating: "é", count: 40_000))", "a")"#, nil),
        ] as [(String, String?)])
    func longLabel(_ expression: String, _ message: String?) async {
        let engine = engine([LabelSet(metric: "x", [Label("a", "y")])])
        let error = await failure { try await ask(engine, expression) }
        #expect(error?.code == (message == nil ? nil : .execution))
        if let message { #expect(error?.message.hasSuffix(message) == true, "\(error?.message ?? "")") }
    }

    @Test(
        "made labels count as the samples that take their room",
        arguments: [
            #"label_replace(x, "b", "\#(String(repeating: "y", count: 1_600))$1", "a", "(.)")"#,
            #"label_join(x, "b", "\#(String(repeating: "y", count: 800))", "a", "none", "none")"#,
            #"sum by (b) (label_replace(x, "b", "\#(String(repeating: "y", count: 1_600))$1", "a", "(.)"))"#,
        ])
    func manyLabels(_ expression: String) async throws {
        let engine = engine((0..<9).map { LabelSet(metric: "x", [Label("a", "\($0)")]) })
        // Nine labels of a hundred samples each, and as many samples.
        #expect(labels(try await ask(engine, expression, samples: 909)).count == 9)
        let error = await failure { try await ask(engine, expression, samples: 900) }
        #expect(error?.code == .execution)
        #expect(error?.message.contains("at most 900 samples at once") == true)
        #expect(error?.message.contains("shorter labels") == true)
    }

    @Test("texts of counted values count as well")
    func countedValues() async throws {
        let source = MemorySource(
            (0..<8).map { (LabelSet(metric: "x", [Label("a", "\($0)")]), [1e300 + Double($0) * 1e290]) })
        let engine = PromQLEvaluator(source: source)
        _ = try await ask(engine, #"count_values("v", x)"#, samples: 8 + 8 * 301 / 16 + 8)
        #expect(await failure { try await ask(engine, #"count_values("v", x)"#, samples: 8 * 301 / 16) } != nil)
    }

    @Test("an answer holds its made labels until it goes")
    func heldLabels() async throws {
        let engine = engine([LabelSet(metric: "x", [Label("a", "1")])], samplesHeld: 10_000)
        let expression = #"label_replace(x, "b", "\#(String(repeating: "y", count: 64_000))", "a", ".*")"#
        var answer: QueryAnswer? = try await ask(engine, expression)
        #expect(await failure { try await ask(engine, expression) }?.code == .unavailable)
        #expect(answer != nil)
        answer = nil
        _ = try await ask(engine, expression)
    }

    // MARK: many names

    /// Series with one label each of a thousand, and with one that all have.
    private static let scattered: [LabelSet] = (0..<1_000).map { number in
        LabelSet(metric: "x", [Label("n\(number)", "\(number % 7)"), Label("all", "\(number % 2)")])
    }

    private static func names(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "n\($0)" } }

    @Test("series are sorted by thousands of labels as by few, the first that differs first")
    func sortedByMany() async throws {
        let engine = engine(Self.scattered.shuffled())
        let names = Self.names((0..<5_000).reversed())
        let arguments = names.map { "\"\($0)\"" }.joined(separator: ", ")
        // A label that a series lacks is empty, and so comes first: the series of the label named last come before all others.
        let expected = (0..<1_000).map {
            LabelSet(metric: "x", [Label("n\($0)", "\($0 % 7)"), Label("all", "\($0 % 2)")])
        }
        #expect(labels(try await ask(engine, "sort_by_label(x, \(arguments))")) == expected)
        #expect(labels(try await ask(engine, "sort_by_label_desc(x, \(arguments))")) == expected.reversed())
    }

    @Test("labels asked for by thousands of equalities are those of absent, but those asked for twice")
    func absentOfMany() async throws {
        let engine = engine([])
        let once = (0..<30_000).map { "a\($0)=\"x\"" }
        let answer = try await ask(
            engine, "absent(up{\(once.joined(separator: ",")), a7=\"y\", a8!=\"z\", b!=\"y\", b=\"z\"})")
        let labels = try #require(labels(answer).first)
        let expected = (0..<30_000).filter { $0 != 7 && $0 != 8 }.map { Label("a\($0)", "x") } + [Label("b", "z")]
        #expect(labels == LabelSet(expected))
    }

    @Test(
        "thousands of names match and group as few do",
        arguments: [
            ("x unless on(%s) x", 0),
            ("x and on(%s) x", 1_000),
            ("x unless ignoring(%s) x{all=\"0\"}", 500),
            ("sum by (all) (x) * on(all) group_left(%s) x{n0=\"0\"}", 1),
            ("sum without (%s) (x)", 2),
            ("sum by (%s) (x)", 1_000),
            ("sum by (%s, all) (x)", 1_000),
        ])
    func manyNames(_ expression: String, _ count: Int) async throws {
        let engine = engine(Self.scattered)
        let names = Self.names(0..<2_000).joined(separator: ",")
        let answer = try await ask(
            engine, expression.split(separator: "%s", omittingEmptySubsequences: false).joined(separator: names))
        #expect(labels(answer).count == count)
        #expect(Set(labels(answer)).count == count)
    }

    @Test("more than a thousand of the best are in order")
    func manyChosen() async throws {
        let values = (0..<3_000).shuffled().map(Double.init)
        let engine = PromQLEvaluator(
            source: MemorySource(values.map { (LabelSet(metric: "x", [Label("a", "\($0)")]), [$0]) }))
        for count in [999, 1_000, 1_001, 2_999, 3_000, 4_000] {
            guard case .vector(let vector) = try await ask(engine, "topk(\(count), x)").value else { return }
            #expect(vector.map(\.sample.value) == Array(values.sorted(by: >).prefix(count)))
        }
    }
}
