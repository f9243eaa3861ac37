import MonitoringModel
import PromQLEngine
import TestSupport
import Testing

/// A random series and random windows over it.
private struct RandomWindows {
    /// How values come about.
    enum Kind: CaseIterable {
        case fewIntegers, uniform, counter, constant, special, magnitudes, spikes, huge
    }

    let samples: [Sample]
    let start: Int64
    let step: Int64
    let count: Int
    let span: Int64
    let offset: Int64
    let share: Double

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let kind = Kind.allCases[Int(seed) % Kind.allCases.count]
        var samples: [Sample] = []
        var time: Int64 = .random(in: -100_000...100_000, using: &random)
        var counter = 0.0
        for _ in 0..<Int.random(in: 1...200, using: &random) {
            // Now and then a gap.
            let isGap = Int.random(in: 0..<20, using: &random) == 0
            time += isGap ? .random(in: 20_000...90_000, using: &random) : .random(in: 1...10_000, using: &random)
            let value: Double
            switch kind {
            case .fewIntegers: value = Double(Int.random(in: -2...2, using: &random))
            case .uniform: value = .random(in: -100...100, using: &random)
            case .counter:
                let isReset = Int.random(in: 0..<10, using: &random) == 0
                counter = isReset ? .random(in: 0...3, using: &random) : counter + .random(in: 0...50, using: &random)
                value = counter
            case .constant: value = 0.1
            case .special:
                let choice = [1, 1, 2.5, -3, .nan, .infinity, -.infinity, 0, StaleMarker.value]
                value = choice.randomElement(using: &random)!
            case .magnitudes:
                let scale = (0..<Int.random(in: 0...60, using: &random)).reduce(1e-30) { scale, _ in scale * 10 }
                value = .random(in: -1...1, using: &random) * scale
            case .spikes:
                let height = [1, 1, 1, 1, 1, 1, 1e20, -1e20, 1e40].randomElement(using: &random)!
                value = .random(in: 0...1, using: &random) * height
            case .huge: value = .random(in: -1...1, using: &random) * 1.7e308
            }
            samples.append(Sample(Timestamp(milliseconds: time), value))
        }
        self.samples = samples
        let first = samples[0].timestamp.milliseconds
        start = first + .random(in: -20_000...20_000, using: &random)
        step = .random(in: 1...15_000, using: &random)
        count = .random(in: 1...150, using: &random)
        span = .random(in: 1...90_000, using: &random)
        offset = [0, 0, 5_000, -5_000].randomElement(using: &random)!
        share = [0, 0.5, 0.9, 1, .random(in: 0...1, using: &random)].randomElement(using: &random)!
    }

    /// The times of evaluation and the samples after the start of their windows and up to the end.
    var windows: [(time: Int64, end: Int64, samples: [Sample])] {
        (0..<count).map { index in
            let time = start + Int64(index) * step
            let end = time - offset
            let inside = samples.filter {
                $0.timestamp.milliseconds > end - span && $0.timestamp.milliseconds <= end
                    && !StaleMarker.isStale($0.value)
            }
            return (time, end, inside)
        }
    }
}

/// The functions written down as they are defined, one window after the other.
private enum Naive {
    /// Neumaier's sum, the most exact that Prometheus has.
    static func sum(_ values: [Double]) -> Double {
        var (sum, lost) = (0.0, 0.0)
        for value in values {
            let next = sum + value
            if next.isInfinite {
                lost = 0
            } else if sum.magnitude >= value.magnitude {
                lost += (sum - next) + value
            } else {
                lost += (value - next) + sum
            }
            sum = next
        }
        return sum.isInfinite ? sum : sum + lost
    }

    /// Of scaled values, so that it does not overflow.
    static func mean(_ values: [Double]) -> Double {
        let greatest = values.map(\.magnitude).max() ?? 0
        guard greatest.isFinite, greatest > 1e300 else { return sum(values) / Double(values.count) }
        return sum(values.map { $0 / 1e10 }) / Double(values.count) * 1e10
    }

    static func extreme(_ values: [Double], _ isBetter: (Double, Double) -> Bool) -> Double {
        values.reduce(.nan) { $0.isNaN || isBetter($1, $0) ? $1 : $0 }
    }

    static func quantile(_ share: Double, _ values: [Double]) -> Double {
        let sorted = values.sorted { $0 < $1 || ($0.isNaN && !$1.isNaN) }
        let rank = share * Double(sorted.count - 1)
        let low = Int(rank.rounded(.down))
        let weight = rank - Double(low)
        return sorted[low] * (1 - weight) + sorted[min(low + 1, sorted.count - 1)] * weight
    }

    static func pairs(_ values: [Double], _ isCounted: (Double, Double) -> Bool) -> Double {
        Double(zip(values, values.dropFirst()).filter(isCounted).count)
    }

    static func increase(_ samples: [Sample], end: Int64, span: Int64, isCounter: Bool) -> Double? {
        guard samples.count > 1, let first = samples.first, let last = samples.last else { return nil }
        var result = last.value - first.value
        if isCounter {
            for (before, now) in zip(samples, samples.dropFirst()) where now.value < before.value {
                result += before.value
            }
        }
        let sampled = Double(last.timestamp.milliseconds - first.timestamp.milliseconds) / 1000
        let distance = sampled / Double(samples.count - 1)
        var toStart = Double(first.timestamp.milliseconds - (end - span)) / 1000
        var toEnd = Double(end - last.timestamp.milliseconds) / 1000
        if toStart >= distance * 1.1 { toStart = distance / 2 }
        if toEnd >= distance * 1.1 { toEnd = distance / 2 }
        if isCounter, result > 0, first.value >= 0 {
            let toZero = sampled * (first.value / result)
            if toZero < toStart { toStart = toZero }
        }
        return result * ((sampled + toStart + toEnd) / sampled)
    }
}

@Suite struct WindowTests {
    struct Function: Sendable, CustomTestStringConvertible {
        /// `%` stands for the range, `#` for a share.
        var expression: String
        /// Nil: no value.
        var value: @Sendable (_ samples: [Sample], _ end: Int64, _ span: Int64, _ share: Double) -> Double?

        var testDescription: String { expression }

        init(
            _ expression: String,
            _ value: @escaping @Sendable (_ samples: [Sample], _ end: Int64, _ span: Int64, _ share: Double) -> Double?
        ) {
            self.expression = expression
            self.value = value
        }

        init(_ expression: String, of value: @escaping @Sendable ([Double]) -> Double) {
            self.init(expression) { samples, _, _, _ in value(samples.map(\.value)) }
        }
    }

    @Test(
        "functions over overlapping windows give what they give of each window alone",
        arguments: [
            Function("sum_over_time(%)", of: Naive.sum),
            Function("avg_over_time(%)", of: Naive.mean),
            Function("min_over_time(%)") { Naive.extreme($0, <) },
            Function("max_over_time(%)") { Naive.extreme($0, >) },
            Function("count_over_time(%)") { Double($0.count) },
            Function("last_over_time(%)") { $0[$0.count - 1] },
            Function("changes(%)") { values in
                Naive.pairs(values) { $0 != $1 && !($0.isNaN && $1.isNaN) }
            },
            Function("resets(%)") { values in Naive.pairs(values) { $1 < $0 } },
            Function("increase(%)") { samples, end, span, _ in
                Naive.increase(samples, end: end, span: span, isCounter: true)
            },
            Function("rate(%)") { samples, end, span, _ in
                Naive.increase(samples, end: end, span: span, isCounter: true).map { $0 / (Double(span) / 1000) }
            },
            Function("delta(%)") { samples, end, span, _ in
                Naive.increase(samples, end: end, span: span, isCounter: false)
            },
            Function("quantile_over_time(#, %)") { samples, _, _, share in
                Naive.quantile(share, samples.map(\.value))
            },
            Function("mad_over_time(%)") { values in
                let median = Naive.quantile(0.5, values)
                return Naive.quantile(0.5, values.map { ($0 - median).magnitude })
            },
            Function("ts_of_min_over_time(%)") { samples, _, _, _ in
                let least = Naive.extreme(samples.map(\.value), <)
                return samples.last { $0.value == least || least.isNaN }?.timestamp.seconds
            },
            Function("ts_of_max_over_time(%)") { samples, _, _, _ in
                let greatest = Naive.extreme(samples.map(\.value), >)
                return samples.last { $0.value == greatest || greatest.isNaN }?.timestamp.seconds
            },
            Function("ts_of_last_over_time(%)") { samples, _, _, _ in samples.last?.timestamp.seconds },
        ])
    func windows(_ function: Function) async throws {
        for seed in UInt64(0)..<120 {
            let random = RandomWindows(seed: seed)
            var source = MemorySource([])
            source.series = [SeriesSamples(labels: LabelSet(metric: "x_total"), samples: random.samples)]
            let offset = random.offset == 0 ? "" : " offset \(random.offset)ms"
            let expression = function.expression.replacing("%", with: "x_total[\(random.span)ms]\(offset)")
                .replacing("#", with: "\(random.share)")
            let answer = try await PromQLEvaluator(source: source).range(
                expression, from: Timestamp(milliseconds: random.start),
                through: Timestamp(milliseconds: random.start + Int64(random.count - 1) * random.step),
                step: .milliseconds(random.step), scope: .everything)
            guard case .matrix(let matrix) = answer.value else { return }
            let found = Dictionary(
                uniqueKeysWithValues: (matrix.first?.samples ?? []).map { ($0.timestamp.milliseconds, $0.value) })
            for window in random.windows {
                let expected =
                    window.samples.isEmpty
                    ? nil : function.value(window.samples, window.end, random.span, random.share)
                let value = found[window.time]
                guard !isSame(value, expected) else { continue }
                let values = window.samples.map(\.value)
                Issue.record(
                    """
                    seed \(seed): \(expression) at \(window.time) ms is \(value as Double?), expected \
                    \(expected as Double?) of \(values)
                    """)
                return
            }
        }
    }

    /// Equal but for a part in 10^9.
    private func isSame(_ found: Double?, _ expected: Double?) -> Bool {
        guard let found, let expected else { return found == nil && expected == nil }
        if found.isNaN || expected.isNaN { return found.isNaN && expected.isNaN }
        if found == expected { return true }
        return (found - expected).magnitude <= 1e-9 * max(found.magnitude, expected.magnitude)
    }

    @Test("a range query gives what an instant query gives at each of its steps", arguments: UInt64(0)..<24)
    func steps(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var source = MemorySource([])
        for (name, rack) in [("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("b", "2"), ("c", "")] {
            var samples: [Sample] = []
            for index in 0..<30 where Int.random(in: 0..<4, using: &random) > 0 {
                let value = [0, 1, 1, 2, -3, 5.5, .nan, .infinity, StaleMarker.value].randomElement(using: &random)!
                let jitter = Int64.random(in: 0..<10_000, using: &random)
                samples.append(Sample(Timestamp(milliseconds: Int64(index) * 10_000 + jitter), value))
            }
            source.series.append(
                SeriesSamples(labels: LabelSet(metric: name, [Label("rack", rack)]), samples: samples))
        }
        let engine = PromQLEvaluator(source: source, lookback: .seconds(15), subqueryStep: .seconds(7))
        let times = stride(from: -20.0, through: 340, by: 9).map { Timestamp(seconds: $0) }
        for expression in Self.expressions {
            var instants: [QueryAnswer] = []
            var instantError: QueryError?
            for time in times {
                do throws(QueryError) {
                    instants.append(try await engine.instant(expression, at: time, scope: .everything))
                } catch {
                    instantError = error
                }
            }
            var range: QueryAnswer?
            var rangeError: QueryError?
            do throws(QueryError) {
                range = try await engine.range(
                    expression, from: times[0], through: times[times.count - 1], step: .seconds(9), scope: .everything)
            } catch {
                rangeError = error
            }
            #expect(rangeError?.code == instantError?.code, "seed \(seed): \(expression)")
            guard case .matrix(let matrix)? = range?.value, instantError == nil else { continue }
            for (time, instant) in zip(times, instants) {
                let differences = Self.differences(matrix, instant, at: time)
                #expect(differences == [], "seed \(seed): \(expression) at \(time.seconds) s")
                if !differences.isEmpty { return }
            }
        }
    }

    private static func differences(
        _ matrix: [SeriesSamples], _ instant: QueryAnswer, at time: Timestamp
    ) -> [String] {
        let expected: [SeriesSamples] =
            switch instant.value {
            case .vector(let vector): vector.map { SeriesSamples(labels: $0.labels, samples: [$0.sample]) }
            case .scalar(let sample): [SeriesSamples(labels: LabelSet(), samples: [sample])]
            case .string, .matrix: []
            }
        let found = matrix.compactMap { series in
            series.samples.first { $0.timestamp == time }.map { SeriesSamples(labels: series.labels, samples: [$0]) }
        }
        return ScriptExpectation.differences(found, expected)
    }

    private static let expressions = [
        "a", "-a", "a offset 12s", "a > 1", "1 < a", "a > bool 1", "a * 2 + time()", "a + on (rack) b",
        "a - ignoring (none) b", "a > on (rack) b", "b < bool on (rack) a", "a * on () group_left scalar(c) * a",
        "a and b", "a or b", "a unless b", "a and on () c", "a unless on () c", "b or on () a", "sum(a)",
        "avg by (rack) (a)", "min(a)", "max without (rack) (a)", "count(a > 0)", "group(a)", "stddev(a)",
        "stdvar(a)", "quantile(0.3, a)", "topk(2, a)", "bottomk(1, a)", "limitk(2, a)", "limit_ratio(0.5, a)",
        "count_values(\"v\", a)", "abs(a)", "sgn(a)", "round(a, 0.5)", "clamp(a, 0, 2)", "clamp_max(a, scalar(b))",
        "absent(a{rack=\"2\"})", "absent(c)", "scalar(c)", "timestamp(a)", "timestamp(-a)", "year(a)", "hour()",
        "vector(scalar(c))", "rate(a[40s])", "increase(a[40s])", "delta(a[40s] offset -5s)", "irate(a[40s])",
        "idelta(a[40s])", "changes(a[50s])", "resets(a[50s])", "deriv(a[50s])", "predict_linear(a[50s], 30)",
        "sum_over_time(a[60s])", "avg_over_time(a[60s])", "min_over_time(a[60s])", "max_over_time(a[60s])",
        "stddev_over_time(a[60s])", "quantile_over_time(0.7, a[60s])", "mad_over_time(a[60s])",
        "last_over_time(a[20s])", "present_over_time(a[20s])", "absent_over_time(a{rack=\"1\"}[8s])",
        "double_exponential_smoothing(a[60s], 0.3, 0.6)", "ts_of_max_over_time(a[60s])", "sum_over_time(a[60s:])",
        "max_over_time(sum(a)[50s:4s])", "rate(a[30s:3s])", "sum_over_time((a > 1)[40s:5s])", "a @ 100",
        "sum(a @ 100) + a", "sum_over_time(a[30s] @ 100)", "label_replace(a, \"rack\", \"x$1\", \"rack\", \"(.)\")",
        "label_join(a, \"j\", \"-\", \"rack\", \"rack\")", "sort(a)", "sort_by_label(a, \"rack\")",
        "sum by (rack) (a) / count by (rack) (b)", "abs({rack=\"1\"} > 4)", "info(a)",
    ]

    @Test("topk and bottomk choose as sorting all of them does", arguments: UInt64(0)..<30)
    func choice(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var source = MemorySource([])
        var values: [Double] = []
        for number in 0..<Int.random(in: 1...80, using: &random) {
            let special: [Double] = [.nan, .infinity, -.infinity, 1, 2]
            let value =
                Bool.random(using: &random)
                ? special.randomElement(using: &random)! : Double(Int.random(in: -5...5, using: &random))
            values.append(value)
            source.series.append(
                SeriesSamples(
                    labels: LabelSet(metric: "x", [Label("n", "\(number)")]),
                    samples: [Sample(Timestamp(milliseconds: 0), value)]))
        }
        let engine = PromQLEvaluator(source: source)
        let time = Timestamp(milliseconds: 0)
        let count = Int.random(in: 1...90, using: &random)
        for (name, isBetter) in [("topk", { $0 > $1 } as (Double, Double) -> Bool), ("bottomk", { $0 < $1 })] {
            let answer = try await engine.instant("\(name)(\(count), x)", at: time, scope: .everything)
            guard case .vector(let vector) = answer.value else { return }
            let expected = values.sorted { isBetter($0, $1) || ($1.isNaN && !$0.isNaN) }.prefix(count)
            let same = vector.map(\.sample.value).elementsEqual(expected) { $0 == $1 || ($0.isNaN && $1.isNaN) }
            #expect(same, "seed \(seed): \(name)(\(count)) of \(values)")
            #expect(Set(vector.map(\.labels)).count == vector.count, "seed \(seed)")
        }
        for share in [0, 0.25, 0.5, 0.99, 1] {
            let answer = try await engine.instant("quantile(\(share), x)", at: time, scope: .everything)
            guard case .vector(let vector) = answer.value, let found = vector.first?.sample.value else { return }
            #expect(isSame(found, Naive.quantile(share, values)), "seed \(seed): quantile(\(share)) of \(values)")
        }
    }

    @Test("a ratio and its complement share out all series, a greater one takes those of a smaller one")
    func ratios() async throws {
        var source = MemorySource([])
        source.series = (0..<2_000).map { number in
            SeriesSamples(
                labels: LabelSet(metric: "x", [Label("device", "sw-\(number)"), Label("site", "s\(number % 7)")]),
                samples: [Sample(Timestamp(milliseconds: 0), 1)])
        }
        let engine = PromQLEvaluator(source: source)
        let time = Timestamp(milliseconds: 0)
        func chosen(_ ratio: String) async throws -> Set<LabelSet> {
            let answer = try await engine.instant("limit_ratio(\(ratio), x)", at: time, scope: .everything)
            guard case .vector(let vector) = answer.value else { return [] }
            return Set(vector.map(\.labels))
        }
        let all = Set(source.series.map(\.labels))
        var smaller: Set<LabelSet> = []
        for tenths in 1...9 {
            let taken = try await chosen("0.\(tenths)")
            let rest = try await chosen("-0.\(10 - tenths)")
            #expect(taken.isDisjoint(with: rest))
            #expect(taken.union(rest) == all)
            #expect(smaller.isSubset(of: taken))
            // Some four standard deviations of a fair choice.
            #expect((taken.count - tenths * 200).magnitude < 90, "\(taken.count) of 0.\(tenths)")
            #expect(try await chosen("0.\(tenths)") == taken)
            smaller = taken
        }
    }
}
