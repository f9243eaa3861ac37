import MonitoringModel
import PromQLEngine
import Testing

private let stale = StaleMarker.value

/// Values at 0, 10, 20, 30 s.
private let source = MemorySource([
    (LabelSet(metric: "up", [Label("site", "b"), Label("job", "snmp")]), [0, 1, 2, 3]),
    (LabelSet(metric: "up", [Label("site", "a"), Label("job", "http")]), [5, nil, stale, 6]),
    (LabelSet(metric: "up", [Label("job", "self")]), [nil, nil, 7, stale]),
    (LabelSet(metric: "độ.ẩm", [Label("site", "a")]), [1, 1, 1, 1]),
])

/// A result in one line: `labels value@seconds`.
private func text(_ answer: QueryAnswer) -> String {
    func text(_ sample: Sample) -> String { "\(sample.value)@\(sample.timestamp.seconds)" }
    func text(_ labels: LabelSet) -> String {
        labels.withoutMetricName.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    }
    return switch answer.value {
    case .scalar(let sample): text(sample)
    case .string(let value, let time): "\(value)@\(time.seconds)"
    // Of one time the order is that of the store.
    case .vector(let vector): vector.map { "\(text($0.labels)) \(text($0.sample))" }.sorted().joined(separator: "; ")
    case .matrix(let matrix):
        matrix.map { "\(text($0.labels)) \($0.samples.map(text).joined(separator: " "))" }.joined(separator: "; ")
    }
}

private func seconds(_ value: Double) -> Timestamp { Timestamp(seconds: value) }

@Suite struct EvaluationTests {
    private let engine = PromQLEvaluator(source: source, lookback: .seconds(15))

    @Test(
        "an instant query gives the newest value within the look-back",
        arguments: [
            ("up", 0, "job=http,site=a 5.0@0.0; job=snmp,site=b 0.0@0.0"),
            ("up", 14.999, "job=http,site=a 5.0@14.999; job=snmp,site=b 1.0@14.999"),
            ("up", 15, "job=snmp,site=b 1.0@15.0"),
            ("up", 20, "job=self 7.0@20.0; job=snmp,site=b 2.0@20.0"),
            ("up", 30, "job=http,site=a 6.0@30.0; job=snmp,site=b 3.0@30.0"),
            ("up", 45, ""),
            ("up", -1, ""),
            ("(up{site=\"b\"})", 25, "job=snmp,site=b 2.0@25.0"),
            ("{__name__=~\"u.\",job!=\"snmp\",site=~\".+\"}", 0, "job=http,site=a 5.0@0.0"),
            ("{\"độ.ẩm\"}", 0, "site=a 1.0@0.0"),
            ("up{site!~\"a|b\"}", 20, "job=self 7.0@20.0"),
            ("up{site=\"b\"} offset 10s", 30, "job=snmp,site=b 2.0@30.0"),
            ("up{site=\"b\"} offset -10s", 10, "job=snmp,site=b 2.0@10.0"),
            ("up{site=\"b\"} @ 0", 30, "job=snmp,site=b 0.0@30.0"),
            ("up{site=\"b\"} @ end() offset 10s", 30, "job=snmp,site=b 2.0@30.0"),
            ("up{site=\"b\"}[20s]", 30, "job=snmp,site=b 2.0@20.0 3.0@30.0"),
            ("up{site=\"a\"}[30s]", 30, "job=http,site=a 6.0@30.0"),
            (
                "up[30001ms] @ 30", 0,
                "job=http,site=a 5.0@0.0 6.0@30.0; job=self 7.0@20.0; "
                    + "job=snmp,site=b 0.0@0.0 1.0@10.0 2.0@20.0 3.0@30.0"
            ),
            ("up[10s] offset 10s", 30, "job=self 7.0@20.0; job=snmp,site=b 2.0@20.0"),
            ("1h", 7, "3600.0@7.0"),
            ("'a\\x62'", 7, "ab@7.0"),
        ])
    func instant(_ expression: String, _ time: Double, _ expected: String) async throws {
        #expect(text(try await engine.instant(expression, at: seconds(time), scope: .everything)) == expected)
    }

    @Test(
        "a range query gives the instant value at each step",
        arguments: [
            ("up{site=\"b\"}", 0, 30, 10, "job=snmp,site=b 0.0@0.0 1.0@10.0 2.0@20.0 3.0@30.0"),
            ("up{site=\"b\"}", -20, 50, 14, "job=snmp,site=b 0.0@8.0 2.0@22.0 3.0@36.0"),
            ("up{site=\"a\"}", 0, 40, 5, "job=http,site=a 5.0@0.0 5.0@5.0 5.0@10.0 6.0@30.0 6.0@35.0 6.0@40.0"),
            ("up", 15, 21, 10, "job=snmp,site=b 1.0@15.0"),
            ("up{site=\"b\"} offset 10s", 10, 30, 20, "job=snmp,site=b 0.0@10.0 2.0@30.0"),
            ("up{site=\"b\"} @ end()", 0, 30, 15, "job=snmp,site=b 3.0@0.0 3.0@15.0 3.0@30.0"),
            ("up{site=\"b\"} @ start()", 10, 20, 10, "job=snmp,site=b 1.0@10.0 1.0@20.0"),
            ("up", 100, 200, 10, ""),
            ("(2)", 0, 2, 1, " 2.0@0.0 2.0@1.0 2.0@2.0"),
            ("up{site=\"b\"}", 0, 0, 1, "job=snmp,site=b 0.0@0.0"),
        ])
    func range(_ expression: String, _ start: Double, _ end: Double, _ step: Double, _ expected: String) async throws {
        let answer = try await engine.range(
            expression, from: seconds(start), through: seconds(end), step: .seconds(step), scope: .everything)
        #expect(text(answer) == expected)
    }

    @Test(
        "a scope leaves out the series of other sites and of none",
        arguments: [
            (["b"], "up", "job=snmp,site=b 0.0@0.0"),
            (["a", "b"], "up", "job=http,site=a 5.0@0.0; job=snmp,site=b 0.0@0.0"),
            (["a"], "up{site=\"b\"}", ""),
            (["c"], "up", ""),
            ([], "up", ""),
            ([""], "up", ""),
            (["", "a"], "up @ 20", ""),
            (["a"], "up[1m] @ 20", "job=http,site=a 5.0@0.0"),
        ] as [(Set<String>, String, String)])
    func scope(_ sites: Set<String>, _ expression: String, _ expected: String) async throws {
        #expect(text(try await engine.instant(expression, at: seconds(0), scope: .sites(sites))) == expected)
        if !expression.contains("[") {
            let answer = try await engine.range(
                expression, from: seconds(0), through: seconds(0), step: .seconds(1), scope: .sites(sites))
            #expect(text(answer) == expected)
        }
    }

    private func failure(_ query: () async throws -> QueryAnswer) async -> QueryError? {
        do {
            _ = try await query()
            return nil
        } catch {
            return error as? QueryError
        }
    }

    @Test(
        "a wrong expression is bad data with its place",
        arguments: [
            ("up{", "1:4: parse error: expected a label name or \"}\", found the end of the expression"),
            ("{}", "1:1: parse error: expected at least one matcher that does not match the empty string, found none"),
            (
                " {a=\"\",b!=\"x\",c=~\"x*\",d!~\"x+\"}",
                "1:2: parse error: expected at least one matcher that does not match the empty string, found none"
            ),
            ("up{a=~\"(\"}", "1:4: parse error: expected a regular expression: missing ): ("),
            (
                "rate(up)",
                "1:6: parse error: expected a range vector as argument 1 of rate, found an instant vector"
            ),
            ("sum(rate(up{a=~\"(\"}[5m]))", "1:13: parse error: expected a regular expression: missing ): ("),
            (
                "absent(up or {a=~\".*\"})",
                "1:14: parse error: expected at least one matcher that does not match the empty string, found none"
            ),
        ])
    func badExpression(_ expression: String, _ message: String) async {
        let expected = QueryError(.badData, message)
        #expect(await failure { try await engine.instant(expression, at: seconds(0), scope: .everything) } == expected)
        let range = await failure {
            try await engine.range(
                expression, from: seconds(0), through: seconds(1), step: .seconds(1), scope: .everything)
        }
        #expect(range == expected)
    }

    struct BadRange: Sendable, CustomTestStringConvertible {
        var expression = "up"
        var start = Timestamp(milliseconds: 0)
        var end = Timestamp(milliseconds: 1000)
        var step = Duration.seconds(1)
        var message: String
        var testDescription: String { message }
    }

    @Test(
        "wrong parameters of a range query are bad data",
        arguments: [
            BadRange(step: .zero, message: "expected a step of at least a millisecond, found a shorter one"),
            BadRange(step: .seconds(-1), message: "expected a step of at least a millisecond, found a shorter one"),
            BadRange(end: seconds(-1), message: "expected an end at or after the start, found one before it"),
            BadRange(
                end: seconds(11_001),
                message: "expected at most 11,000 steps, found more; a longer step or a shorter range gives fewer"),
            BadRange(
                end: Timestamp(milliseconds: .max),
                message: "expected a time within 140,000 years of 1970 as end, found one out of range"),
            BadRange(
                start: Timestamp(milliseconds: .min),
                message: "expected a time within 140,000 years of 1970 as start, found one out of range"),
            BadRange(
                expression: "up[5m]",
                message: "1:1: parse error: expected a scalar or instant vector for a range query, found a range vector"
            ),
            BadRange(
                expression: "\"a\"",
                message: "1:1: parse error: expected a scalar or instant vector for a range query, found a string"),
        ])
    func badRange(_ item: BadRange) async {
        let error = await failure {
            try await engine.range(
                item.expression, from: item.start, through: item.end, step: item.step, scope: .everything)
        }
        #expect(error == QueryError(.badData, item.message))
    }

    @Test("extreme steps and times do not overflow")
    func extremes() async throws {
        let answer = try await engine.range(
            "2", from: seconds(0), through: seconds(11_000), step: .seconds(1), scope: .everything)
        guard case .matrix(let matrix) = answer.value else { return }
        #expect(matrix.first?.samples.count == 11_001)
        let long = try await engine.range(
            "up offset -1000y", from: Timestamp(milliseconds: -(1 << 52)), through: Timestamp(milliseconds: 1 << 52),
            step: .seconds(Int64.max), scope: .everything)
        #expect(text(long) == "")
        #expect(
            await failure { try await engine.instant("up", at: Timestamp(milliseconds: .max), scope: .everything) }?
                .code
                == .badData)
    }

    private struct Broken: Error, CustomStringConvertible {
        var description: String { "chunk 7 is damaged" }
    }

    @Test(
        "a store that fails is an internal error, one read too large an execution error, a cancelled read a canceled query"
    )
    func failures() async {
        var broken = source
        broken.error = Broken()
        let engine = PromQLEvaluator(source: broken)
        #expect(
            await failure { try await engine.instant("up", at: seconds(0), scope: .everything) }
                == QueryError(.internal, "the store cannot be read: chunk 7 is damaged"))
        broken.error = SampleLimitExceeded(limit: 5)
        let limited = PromQLEvaluator(source: broken)
        let refused = await failure { try await limited.instant("up[400d]", at: seconds(0), scope: .everything) }
        #expect(refused?.code == .execution)
        #expect(refused?.message.contains("at most 5 samples") == true)
        broken.error = CancellationError()
        let canceling = PromQLEvaluator(source: broken)
        #expect(
            await failure { try await canceling.instant("up", at: seconds(0), scope: .everything) }?.code == .canceled)
    }

    @Test("ten notes of a kind are told, and how many more there are")
    func notes() async throws {
        var many = source
        many.series = (0..<14).map { number in
            SeriesSamples(
                labels: LabelSet(metric: "m\(number)", [Label("n", "\(number)")]),
                samples: [Sample(seconds(0), 1), Sample(seconds(10), 2)])
        }
        let answer = try await PromQLEvaluator(source: many).instant(
            "rate({n=~\".+\"}[1m]) > quantile(2, m0)", at: seconds(10), scope: .everything)
        #expect(answer.infos.count == 11)
        #expect(answer.infos.last == "4 more info annotations omitted")
        #expect(answer.warnings == ["PromQL warning: quantile value should be between 0 and 1, got 2 (1:32)"])
    }

    @Test(
        "a query whose task is cancelled while it is evaluated is a canceled query",
        arguments: [
            "up", "up @ 10", "sum(rate(up[1m]))", "up + up", "max_over_time(up[1m:1s])", "topk(1, up)", "absent(up)",
        ])
    func cancellationBetween(_ expression: String) async {
        var cancelling = source
        cancelling.pause = { withUnsafeCurrentTask { $0?.cancel() } }
        let engine = PromQLEvaluator(source: cancelling)
        let codes = await withTaskGroup(of: [QueryError.Code?].self) { group in
            group.addTask {
                [await failure { try await engine.instant(expression, at: seconds(30), scope: .everything) }?.code]
            }
            group.addTask {
                let query = { () async throws -> QueryAnswer in
                    try await engine.range(
                        expression, from: seconds(0), through: seconds(30), step: .seconds(1), scope: .everything)
                }
                return [await failure(query)?.code]
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(codes == [.canceled, .canceled])
    }

    @Test("queries share the samples they may hold, and an answer holds its own until it goes")
    func sharedSamples() async throws {
        let engine = PromQLEvaluator(source: source, samplesHeld: 130_000)
        func ask() async throws -> QueryAnswer {
            try await engine.instant(
                "vector(1)[20000s:1s]", at: seconds(20_000), scope: .everything)
        }
        var held: QueryAnswer? = try await ask()
        #expect(held?.statistics.peakSamples ?? 0 >= 40_000)
        let refused = await failure { try await ask() }
        #expect(refused?.code == .unavailable)
        #expect(refused?.message.contains("beside what other queries hold") == true)
        held = nil
        _ = try await ask()
    }

    @Test("what is free is to be had, however little, and never more than half of it by one query")
    func sharedPortion() async throws {
        let engine = PromQLEvaluator(source: source, samplesHeld: 600)
        func ask(_ steps: Int) async throws -> QueryAnswer {
            try await engine.range(
                "vector(1)", from: seconds(0), through: seconds(Double(steps - 1)), step: .seconds(1),
                scope: .everything)
        }
        var held = [try await ask(300)]
        let larger = await failure { try await ask(301) }
        #expect(larger?.code == .execution)
        #expect(larger?.message.contains("at most 300 samples at once") == true)
        #expect(await failure { try await ask(151) }?.code == .unavailable)
        held.append(try await ask(150))
        // However many answers are held, small queries are answered.
        while held.count < 100, let answer = try? await ask(20) { held.append(answer) }
        #expect(held.count == 8)
        #expect(text(try await engine.instant("vector(1)", at: seconds(0), scope: .everything)) == " 1.0@0.0")
        held.removeAll()
        _ = try await ask(300)
    }

    @Test("cancelling the task cancels the query")
    func cancellation() async {
        var slow = source
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        slow.pause = {
            continuation.yield()
            while !Task.isCancelled { await Task.yield() }
        }
        let engine = PromQLEvaluator(source: slow)
        let codes = await withTaskGroup(of: QueryError.Code?.self) { group in
            group.addTask { await failure { try await engine.instant("up", at: seconds(0), scope: .everything) }?.code }
            for await _ in stream { break }
            group.cancelAll()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == [.canceled])
    }
}
