import MonitoringModel
import PromQLSyntax

extension Evaluation {
    /// Milliseconds either side of 1970 that times may lie; keeps sums of times far from overflow.
    private static let timeLimit: Int64 = 1 << 53

    // MARK: instant vectors

    /// Passes on the newest value of each series at each step.
    func select(_ selector: VectorSelector, _ grid: StepGrid, _ emit: Emit) async throws {
        try await select(selector, grid, of: { $0.value }, emit)
    }

    /// - Parameter figure: what of the newest sample is taken.
    func select(
        _ selector: VectorSelector, _ grid: StepGrid, of figure: (Sample) -> Double, _ emit: Emit
    ) async throws {
        let plan = try SelectorPlan(selector, of: expression, scope: settings.scope)
        try await select(plan, selector.range, grid, of: figure, emit)
    }

    /// - Parameter range: where the selector stands.
    func select(
        _ plan: SelectorPlan, _ range: SourceRange, _ grid: StepGrid, of figure: (Sample) -> Double, _ emit: Emit
    ) async throws {
        guard plan.canMatch else { return }
        if grid.count == 1 || plan.isFixed {
            let moment = plan.moment(at: grid.start, start: start, end: end)
            let found = try await source.latest(
                plan.matchers, at: Timestamp(milliseconds: moment), lookback: .milliseconds(settings.lookback))
            var count = 0
            for (labels, sample) in found where plan.allows(labels) {
                count += 1
                try checkSeries(count, range)
                if countsSamples { for step in 0..<grid.count { self.count(1, atStep: step) } }
                try emit(StepSeries(labels: labels, values: Array(repeating: figure(sample), count: grid.count)))
            }
            return
        }
        var count = 0
        let offset = plan.offset
        try await source.forEachSeries(
            plan.matchers, from: Timestamp(milliseconds: grid.start - offset - settings.lookback + 1),
            through: Timestamp(milliseconds: grid.end - offset)
        ) { series in
            guard plan.allows(series.labels) else { return }
            count += 1
            try checkSeries(count, range)
            let values = instantValues(of: series.samples, grid, offset: offset, figure)
            try emit(StepSeries(labels: series.labels, values: values))
        }
    }

    private func checkSeries(_ count: Int, _ range: SourceRange) throws {
        guard count <= budget.maximumSeries else {
            throw failure("expected a selector of at most \(budget.maximumSeries) series, found more", at: range)
        }
        try budget.check()
    }

    /// The newest value at each step that is not too old and no mark of an end.
    private func instantValues(
        of samples: [Sample], _ grid: StepGrid, offset: Int64, _ figure: (Sample) -> Double
    ) -> [Double] {
        let isCounted = countsSamples
        return samples.withUnsafeBufferPointer { samples in
            var next = 0
            return Array(unsafeUninitializedCapacity: grid.count) { values, initialized in
                for step in 0..<grid.count {
                    let moment = grid.time(step) - offset
                    while next < samples.count, samples[next].timestamp.milliseconds <= moment { next += 1 }
                    var value = Absent.value
                    if next > 0 {
                        let newest = samples[next - 1]
                        if newest.timestamp.milliseconds > moment - settings.lookback,
                            !StaleMarker.isStale(newest.value)
                        {
                            value = figure(newest)
                            if isCounted { count(1, atStep: step) }
                        }
                    }
                    values[step] = value
                }
                initialized = grid.count
            }
        }
    }

    // MARK: range vectors

    /// Passes on the samples of each series of a range vector and the windows over them. Only series with samples.
    ///
    /// - Parameter isResult: whether it is not the argument of a function, which counts the samples in its windows. Then the samples
    ///   it is made of count: those of a subquery are what its content reads.
    func ranges(
        _ node: PromQLExpression, _ grid: StepGrid, isResult: Bool = false,
        _ body: (LabelSet, UnsafeBufferPointer<Sample>, RangeWindows) throws -> Void
    ) async throws {
        switch node.unwrapped {
        case .matrix(let matrix):
            try await ranges(matrix, grid) { labels, samples, windows in
                if isResult { count(samples.count, atStep: 0) }
                try body(labels, samples, windows)
            }
        case .subquery(let subquery) where isResult:
            count(try await samplesRead { try await ranges(subquery, grid, body) }, atStep: 0)
        case .subquery(let subquery):
            // What is made of the content's samples counts in their stead.
            let around = counting
            counting = .not
            defer { counting = around }
            try await ranges(subquery, grid) { labels, samples, windows in
                counting = around
                defer { counting = .not }
                try body(labels, samples, windows)
            }
        default:
            throw QueryError(.internal, "an expression that is \(node.type.withArticle) was taken for a range vector")
        }
    }

    private func ranges(
        _ matrix: MatrixSelector, _ grid: StepGrid,
        _ body: (LabelSet, UnsafeBufferPointer<Sample>, RangeWindows) throws -> Void
    ) async throws {
        let plan = try SelectorPlan(matrix.selector, of: expression, scope: settings.scope)
        guard plan.canMatch else { return }
        let windows = RangeWindows(
            firstEnd: plan.moment(at: grid.start, start: start, end: end), step: plan.isFixed ? 0 : grid.step,
            span: matrix.span.wholeMilliseconds, count: grid.count)
        var count = 0
        try await source.forEachSeries(
            plan.matchers, from: Timestamp(milliseconds: max(windows.firstEnd - windows.span + 1, -Self.timeLimit)),
            through: Timestamp(milliseconds: windows.lastEnd)
        ) { series in
            guard plan.allows(series.labels) else { return }
            count += 1
            try checkSeries(count, matrix.range)
            var samples = series.samples
            if samples.contains(where: { StaleMarker.isStale($0.value) }) {
                samples.removeAll { StaleMarker.isStale($0.value) }
            }
            guard !samples.isEmpty else { return }
            try budget.hold(samples.count)
            defer { budget.release(samples.count) }
            try samples.withUnsafeBufferPointer { try body(series.labels, $0, windows) }
        }
    }

    private func ranges(
        _ subquery: Subquery, _ grid: StepGrid,
        _ body: (LabelSet, UnsafeBufferPointer<Sample>, RangeWindows) throws -> Void
    ) async throws {
        let offset = subquery.offset.wholeMilliseconds
        let span = subquery.span.wholeMilliseconds
        let fixed = subquery.at.map { $0.milliseconds(start: start, end: end) }
        let windows = RangeWindows(
            firstEnd: (fixed ?? grid.start) - offset, step: fixed == nil ? grid.step : 0, span: span, count: grid.count)
        let step = subquery.step?.wholeMilliseconds ?? settings.subqueryStep
        // Steps lie on multiples of the step, whatever the query's own start.
        let bound = windows.firstEnd - span
        var first = step * (bound / step)
        if first <= bound { first += step }
        guard first <= windows.lastEnd else { return }
        let count = (windows.lastEnd - first) / step + 1
        guard count <= budget.maximumSamples else {
            throw failure(
                "expected a subquery of at most \(budget.maximumSamples) steps, found \(count)", at: subquery.range)
        }
        let inner = StepGrid(start: first, step: step, count: Int(count))
        // The values of the series at hand.
        try budget.hold(inner.count)
        defer { budget.release(inner.count) }
        var samples: [Sample] = []
        try await stream(subquery.content, inner) { series in
            samples.removeAll(keepingCapacity: true)
            for (index, value) in series.values.enumerated() where !Absent.isAbsent(value) {
                samples.append(Sample(Timestamp(milliseconds: inner.time(index)), value))
            }
            guard !samples.isEmpty else { return }
            try budget.hold(samples.count)
            defer { budget.release(samples.count) }
            try samples.withUnsafeBufferPointer { try body(series.labels, $0, windows) }
        }
    }
}

extension EvaluationTime {
    /// - Parameters: the first and the last time of the query.
    func milliseconds(start: Int64, end: Int64) -> Int64 {
        switch self {
        case .time(let time): time.milliseconds
        case .start: start
        case .end: end
        }
    }
}
