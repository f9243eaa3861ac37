package import MonitoringModel
import PromQLSyntax

/// Answers PromQL from a store, with the semantics of Prometheus 3.5: look-back and ranges are open at their start.
///
/// All of the language on samples that are numbers; native histograms are not supported: there are none in the store, and the
/// functions that read nothing else give nothing. A scope leaves out every series whose `site` label it does not name, whatever
/// the expression says. Results over a range are sorted by labels, those at one time are in the order of the expression. Nothing
/// is kept between queries.
package struct PromQLEvaluator: QueryEvaluator {
    private let source: any SeriesSource
    private let lookback: Duration
    private let subqueryStep: Duration
    private let allowance: SampleAllowance

    /// More steps than this are refused, as in Prometheus.
    private static let maximumSteps: Int64 = 11_000
    /// Milliseconds either side of 1970, some 140,000 years; keeps every sum of times far from overflow.
    private static let timeLimit: Int64 = 1 << 52

    /// Milliseconds; a thousand years.
    private static let longestLookback: Int64 = 1_000 * 365 * 86_400_000

    /// - Parameters:
    ///   - lookback: How old the newest sample of a series may be to still count.
    ///   - subqueryStep: Of subqueries that name none.
    ///   - samplesHeld: What all queries at once may hold, answers included until they are sent: up to 480 MB.
    package init(
        source: any SeriesSource, lookback: Duration = .seconds(300), subqueryStep: Duration = .seconds(60),
        samplesHeld: Int = 30_000_000
    ) {
        self.source = source
        self.lookback = lookback
        self.subqueryStep = subqueryStep
        allowance = SampleAllowance(samples: samplesHeld)
    }

    package func instant(
        _ expression: String, at time: Timestamp, scope: QueryScope, options: QueryOptions
    ) async throws(QueryError) -> QueryAnswer {
        let tree = try Self.parse(expression)
        try Self.check(time, "evaluation time")
        let grid = StepGrid.instant(time.milliseconds)
        return try await run(expression, grid, end: grid.end, scope, options) { evaluation in
            switch tree.type {
            case .scalar: return .scalar(Sample(time, try await evaluation.scalar(tree, grid)[0]))
            case .string: return .string(try evaluation.text(tree), at: time)
            case .instantVector:
                var elements: [(labels: LabelSet, sample: Sample)] = []
                try await evaluation.stream(tree, grid) { series in
                    guard !Absent.isAbsent(series.values[0]) else { return }
                    try evaluation.budget.hold(1)
                    elements.append((series.labels, Sample(time, series.values[0])))
                }
                return .vector(elements)
            case .rangeVector:
                var result: [SeriesSamples] = []
                try await evaluation.ranges(tree, grid, isResult: true) { labels, samples, _ in
                    try evaluation.budget.hold(samples.count)
                    result.append(SeriesSamples(labels: labels, samples: Array(samples)))
                }
                return .matrix(result.sorted { $0.labels < $1.labels })
            }
        }
    }

    package func range(
        _ expression: String, from start: Timestamp, through end: Timestamp, step: Duration, scope: QueryScope,
        options: QueryOptions
    ) async throws(QueryError) -> QueryAnswer {
        let tree = try Self.parse(expression)
        let grid = try Self.grid(from: start, through: end, step: step)
        guard tree.type == .scalar || tree.type == .instantVector else {
            let error = PromQLSyntaxError(
                "expected a scalar or instant vector for a range query, found \(tree.type.withArticle)",
                at: tree.range.lowerBound, of: expression)
            throw QueryError(.badData, error.description)
        }
        return try await run(expression, grid, end: end.milliseconds, scope, options) { evaluation in
            func samples(_ values: [Double]) -> [Sample] {
                var samples: [Sample] = []
                samples.reserveCapacity(values.count)
                for (index, value) in values.enumerated() where !Absent.isAbsent(value) {
                    samples.append(Sample(Timestamp(milliseconds: grid.time(index)), value))
                }
                return samples
            }
            if tree.type == .scalar {
                let values = try await evaluation.scalar(tree, grid)
                return .matrix([SeriesSamples(labels: LabelSet(), samples: samples(values))])
            }
            var result: [SeriesSamples] = []
            try await evaluation.stream(tree, grid) { series in
                let samples = samples(series.values)
                guard !samples.isEmpty else { return }
                try evaluation.budget.hold(samples.count)
                result.append(SeriesSamples(labels: series.labels, samples: samples))
            }
            return .matrix(result.sorted { $0.labels < $1.labels })
        }
    }

    // MARK: running

    /// - Parameter end: what `end()` is, which may be later than the last step.
    private func run(
        _ expression: String, _ grid: StepGrid, end: Int64, _ scope: QueryScope, _ options: QueryOptions,
        _ body: (Evaluation) async throws -> QueryAnswer.Value
    ) async throws(QueryError) -> QueryAnswer {
        let began = ContinuousClock.now
        let deadline = options.limits.time.map { began + $0 }
        let settings = QuerySettings(
            scope: scope, lookback: min((options.lookback ?? lookback).wholeMilliseconds, Self.longestLookback),
            subqueryStep: subqueryStep.wholeMilliseconds, countsSamples: options.countsSamples)
        let evaluation = Evaluation(
            expression, source: source, settings: settings, start: grid.start, end: end,
            budget: QueryBudget(
                options.limits, sharing: allowance, deadline: deadline, steps: options.countsSamples ? grid.count : 0))
        let value: QueryAnswer.Value
        do {
            value = try await body(evaluation)
            try Task.checkCancellation()
        } catch let error as QueryError {
            throw error
        } catch let error as SampleLimitExceeded {
            throw QueryError(.execution, error.description)
        } catch is CancellationError {
            throw QueryError(.canceled, "the query was canceled")
        } catch {
            if Task.isCancelled { throw QueryError(.canceled, "the query was canceled") }
            throw QueryError(.internal, "the store cannot be read: \(error)")
        }
        var answer = QueryAnswer(
            value, warnings: evaluation.annotations.warnings, infos: evaluation.annotations.infos)
        evaluation.budget.lease.settle(at: evaluation.budget.held)
        answer.lease = evaluation.budget.lease
        answer.statistics.evaluationTime = ContinuousClock.now - began
        answer.statistics.samples = evaluation.budget.samples
        answer.statistics.peakSamples = evaluation.budget.peak
        answer.statistics.samplesByStep = evaluation.budget.samplesByStep.enumerated().map {
            (Timestamp(milliseconds: grid.time($0)), $1)
        }
        return answer
    }

    // MARK: checks

    private static func parse(_ expression: String) throws(QueryError) -> PromQLExpression {
        let tree: PromQLExpression
        do throws(PromQLSyntaxError) {
            tree = try PromQLParser.parse(expression)
        } catch {
            throw QueryError(.badData, error.description)
        }
        try tree.checkSelectors(of: expression)
        return tree
    }

    private static func check(_ time: Timestamp, _ what: String) throws(QueryError) {
        guard (-timeLimit...timeLimit).contains(time.milliseconds) else {
            throw QueryError(
                .badData, "expected a time within 140,000 years of 1970 as \(what), found one out of range")
        }
    }

    private static func grid(
        from start: Timestamp, through end: Timestamp, step: Duration
    ) throws(QueryError) -> StepGrid {
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
        let count = (end.milliseconds - start.milliseconds) / milliseconds
        guard count <= maximumSteps else {
            throw QueryError(
                .badData, "expected at most 11,000 steps, found more; a longer step or a shorter range gives fewer")
        }
        return StepGrid(start: start.milliseconds, step: milliseconds, count: Int(count) + 1)
    }
}
