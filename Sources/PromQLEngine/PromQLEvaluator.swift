package import MonitoringModel
import PromQLSyntax

/// Answers expressions from a store, with the semantics of Prometheus 3: look-back and ranges are open at their start.
///
/// So far an expression is a selector or a literal; anything else is refused with its place. An instant query of a
/// range selector gives the samples themselves. Results are sorted by labels. A scope leaves out every series whose
/// `site` label it does not name, whatever the expression says. Nothing is kept between queries.
package struct PromQLEvaluator: QueryEvaluator {
    private let source: any SeriesSource
    private let lookback: Duration

    /// More steps than this are refused, as in Prometheus.
    private static let maximumSteps: Int64 = 11_000
    /// Points of a result (the default of Prometheus's `query.max-samples`).
    private static let maximumPoints = 50_000_000
    /// Milliseconds either side of 1970, some 140,000 years; keeps every sum of times far from overflow.
    private static let timeLimit: Int64 = 1 << 52

    /// - Parameter lookback: How old the newest sample of a series may be to still count.
    package init(source: any SeriesSource, lookback: Duration = .seconds(300)) {
        self.source = source
        self.lookback = lookback
    }

    package func instant(
        _ expression: String, at time: Timestamp, scope: QueryScope
    ) async throws(QueryError) -> QueryAnswer {
        let tree = try Self.parse(expression)
        try Self.check(time, "evaluation time")
        switch tree.unwrapped {
        case .number(let literal): return QueryAnswer(.scalar(Sample(time, literal.value)))
        case .string(let literal): return QueryAnswer(.string(literal.value, at: time))
        case .vector(let selector):
            let plan = try SelectorPlan(selector, of: expression, scope: scope)
            let moment = plan.moment(at: time, start: time, end: time)
            let found = try await latest(plan, at: moment)
            return QueryAnswer(.vector(found.map { ($0.labels, Sample(time, $0.sample.value)) }))
        case .matrix(let matrix):
            let plan = try SelectorPlan(matrix.selector, of: expression, scope: scope)
            let moment = plan.moment(at: time, start: time, end: time)
            let found = try await select(plan, after: moment - matrix.span, through: moment)
            return QueryAnswer(.matrix(Self.withoutStaleMarkers(found)))
        case .parentheses:
            throw QueryError(.internal, "an expression is still in parentheses")
        }
    }

    package func range(
        _ expression: String, from start: Timestamp, through end: Timestamp, step: Duration, scope: QueryScope
    ) async throws(QueryError) -> QueryAnswer {
        let tree = try Self.parse(expression)
        let steps = try Self.steps(from: start, through: end, step: step)
        switch tree.unwrapped {
        case .number(let literal):
            let samples = steps.map { Sample(Timestamp(milliseconds: $0), literal.value) }
            return QueryAnswer(.matrix([SeriesSamples(labels: LabelSet(), samples: samples)]))
        case .vector(let selector):
            let plan = try SelectorPlan(selector, of: expression, scope: scope)
            return QueryAnswer(.matrix(try await range(plan, steps: steps, start: start, end: end)))
        case .string, .matrix, .parentheses:
            let error = PromQLSyntaxError(
                "expected a scalar or instant vector for a range query, found \(tree.type.withArticle)",
                at: tree.range.lowerBound, of: expression)
            throw QueryError(.badData, error.description)
        }
    }

    // MARK: checks

    private static func parse(_ expression: String) throws(QueryError) -> PromQLExpression {
        do throws(PromQLSyntaxError) {
            return try PromQLParser.parse(expression)
        } catch {
            throw QueryError(.badData, error.description)
        }
    }

    private static func check(_ time: Timestamp, _ what: String) throws(QueryError) {
        guard (-timeLimit...timeLimit).contains(time.milliseconds) else {
            throw QueryError(
                .badData, "expected a time within 140,000 years of 1970 as \(what), found one out of range")
        }
    }

    /// The times of the steps in milliseconds.
    private static func steps(
        from start: Timestamp, through end: Timestamp, step: Duration
    ) throws(QueryError) -> StrideThrough<Int64> {
        try check(start, "start")
        try check(end, "end")
        guard start <= end else {
            throw QueryError(.badData, "expected an end at or after the start, found one before it")
        }
        guard step >= .milliseconds(1) else {
            throw QueryError(.badData, "expected a step of at least a millisecond, found a shorter one")
        }
        // A longer step than the range gives one point; the product in milliseconds must not overflow.
        let milliseconds = step < .milliseconds(timeLimit * 2) ? step.wholeMilliseconds : timeLimit * 2
        guard (end.milliseconds - start.milliseconds) / milliseconds <= maximumSteps else {
            throw QueryError(
                .badData, "expected at most 11,000 steps, found more; a longer step or a shorter range gives fewer")
        }
        return stride(from: start.milliseconds, through: end.milliseconds, by: Int64.Stride(milliseconds))
    }

    // MARK: reading

    private func latest(
        _ plan: SelectorPlan, at time: Timestamp
    ) async throws(QueryError) -> [(labels: LabelSet, sample: Sample)] {
        guard plan.canMatch else { return [] }
        let found = try await reading { try await source.latest(plan.matchers, at: time, lookback: lookback) }
        return found.filter { plan.allows($0.labels) }.sorted { $0.labels < $1.labels }
    }

    /// Samples after `start` and up to and including `end`, stale markers included.
    private func select(
        _ plan: SelectorPlan, after start: Timestamp, through end: Timestamp
    ) async throws(QueryError) -> [SeriesSamples] {
        guard plan.canMatch else { return [] }
        let found = try await reading {
            try await source.select(plan.matchers, from: start + .milliseconds(1), through: end)
        }
        return found.filter { plan.allows($0.labels) }.sorted { $0.labels < $1.labels }
    }

    /// The source's answer, its errors told apart.
    private func reading<Answer>(_ read: () async throws -> Answer) async throws(QueryError) -> Answer {
        try Self.checkCancellation()
        let answer: Answer
        do {
            answer = try await read()
        } catch let error as QueryError {
            throw error
        } catch let error as SampleLimitExceeded {
            throw QueryError(.execution, error.description)
        } catch is CancellationError {
            throw Self.canceled
        } catch {
            try Self.checkCancellation()
            throw QueryError(.internal, "the store cannot be read: \(error)")
        }
        try Self.checkCancellation()
        return answer
    }

    private static let canceled = QueryError(.canceled, "the query was canceled")

    private static func checkCancellation() throws(QueryError) {
        if Task.isCancelled { throw canceled }
    }

    private static func withoutStaleMarkers(_ series: [SeriesSamples]) -> [SeriesSamples] {
        series.compactMap { one in
            let samples = one.samples.filter { !StaleMarker.isStale($0.value) }
            return samples.isEmpty ? nil : SeriesSamples(labels: one.labels, samples: samples)
        }
    }

    // MARK: steps

    private func range(
        _ plan: SelectorPlan, steps: StrideThrough<Int64>, start: Timestamp, end: Timestamp
    ) async throws(QueryError) -> [SeriesSamples] {
        var points = 0
        var result: [SeriesSamples] = []
        func add(_ labels: LabelSet, _ samples: [Sample]) throws(QueryError) {
            guard !samples.isEmpty else { return }
            points += samples.count
            guard points <= Self.maximumPoints else {
                throw QueryError(.execution, "expected at most \(Self.maximumPoints) points, found more")
            }
            result.append(SeriesSamples(labels: labels, samples: samples))
        }
        if plan.isFixed {
            // The same moment, and so the same value, at every step.
            for (labels, sample) in try await latest(plan, at: plan.moment(at: start, start: start, end: end)) {
                try Self.checkCancellation()
                try add(labels, steps.map { Sample(Timestamp(milliseconds: $0), sample.value) })
            }
            return result
        }
        let series = try await select(plan, after: start - plan.offset - lookback, through: end - plan.offset)
        for one in series {
            try Self.checkCancellation()
            try add(one.labels, instantValues(of: one.samples, steps: steps, offset: plan.offset))
        }
        return result
    }

    /// The value at each step: of the newest sample not after it, unless that is too old or says that the series had
    /// ended.
    private func instantValues(of samples: [Sample], steps: StrideThrough<Int64>, offset: Duration) -> [Sample] {
        let offset = offset.wholeMilliseconds
        let lookback = lookback.wholeMilliseconds
        var values: [Sample] = []
        var next = 0
        for step in steps {
            let moment = step - offset
            while next < samples.count, samples[next].timestamp.milliseconds <= moment { next += 1 }
            guard next > 0 else { continue }
            let newest = samples[next - 1]
            guard newest.timestamp.milliseconds > moment - lookback, !StaleMarker.isStale(newest.value) else {
                continue
            }
            values.append(Sample(Timestamp(milliseconds: step), newest.value))
        }
        return values
    }
}
