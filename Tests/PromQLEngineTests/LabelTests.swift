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
}
