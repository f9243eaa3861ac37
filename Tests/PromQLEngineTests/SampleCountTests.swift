import MonitoringModel
import PromQLEngine
import Testing

/// Counts that `stats=all` of Prometheus 2.42 gives for the same data. Where Prometheus 3 reads another number, since ranges are open at
/// their start, times are such that no sample lies there.
@Suite struct SampleCountTests {
    private static let base: Int64 = 1_700_000_000

    /// Three series of `x` with a sample every ten seconds and one of `y` every thirty, three seconds off.
    private let engine: PromQLEvaluator = {
        func series(_ labels: LabelSet, every step: Int) -> SeriesSamples {
            SeriesSamples(
                labels: labels,
                samples: stride(from: Int64(3), through: 603, by: step).map {
                    Sample(Timestamp(milliseconds: (Self.base + $0) * 1000), Double($0))
                })
        }
        var source = MemorySource([])
        source.series =
            (0..<3).map { series(LabelSet(metric: "x", [Label("a", "\($0)")]), every: 10) }
            + [series(LabelSet(metric: "y"), every: 30)]
        return PromQLEvaluator(source: source)
    }()

    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: (base + seconds) * 1000) }

    private let options: QueryOptions = {
        var options = QueryOptions()
        options.countsSamples = true
        return options
    }()

    @Test(
        "samples read at an instant are counted, those of a range that is the result as well",
        arguments: [
            ("x", 3),
            ("x[1m]", 18),
            ("x[1m] @ 1700000500", 18),
            ("x[5m:1m]", 15),
            ("(x[5m:1m])", 15),
            ("rate(x[1m])[5m:1m]", 90),
            ("sum_over_time(x[5m:1m])", 15),
            ("sum_over_time(x[299s:1m])[3m:1m]", 45),
            ("(x @ 1700000500 + on() group_left y)[5m:1m]", 20),
            ("sum_over_time((x @ 1700000500)[299s:1m])[3m:1m]", 45),
            ("absent_over_time(x[1m])", 18),
            ("sum_over_time(rate(x[1m])[5m:1m])", 15),
            ("1", 0),
        ])
    func instant(_ expression: String, _ samples: Int) async throws {
        let answer = try await engine.instant(expression, at: Self.time(601), scope: .everything, options: options)
        #expect(answer.statistics.samples == samples)
        #expect(answer.statistics.samplesByStep.map(\.samples) == [samples])
        let uncounted = try await engine.instant(expression, at: Self.time(601), scope: .everything)
        #expect(uncounted.statistics.samples == 0)
    }

    @Test(
        "samples read over a range are counted at each step, those read once for all steps as well",
        arguments: [
            ("x", 3),
            ("x @ end()", 3),
            ("rate(x[1m])", 18),
            ("rate(x[1m] @ end())", 18),
            ("sum_over_time(x[5m:1m])", 15),
            ("sum_over_time(x[5m:1m] @ end())", 15),
            ("x @ end() + x", 6),
            ("sum(x @ start()) + scalar(y @ end())", 4),
            ("timestamp(x @ end())", 3),
            ("absent_over_time(x[1m])", 18),
            ("sum_over_time(x[1m:10s]) + sum(x @ end())", 21),
            ("max_over_time(sum_over_time(x[59s:10s])[2m:30s])", 12),
            ("topk(scalar(y @ end()), x)", 4),
            ("sum_over_time((x @ end())[1m:10s])", 18),
            ("predict_linear(x[1m:10s] @ end(), 60)", 18),
            ("1 + time()", 0),
        ])
    func range(_ expression: String, _ samples: Int) async throws {
        let answer = try await engine.range(
            expression, from: Self.time(401), through: Self.time(601), step: .seconds(50), scope: .everything,
            options: options)
        #expect(answer.statistics.samplesByStep.map(\.samples) == Array(repeating: samples, count: 5))
        #expect(answer.statistics.samples == samples * 5)
    }
}
