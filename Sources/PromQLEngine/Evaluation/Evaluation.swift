import MonitoringModel
import PromQLSyntax

/// The evaluation of one expression over the steps of a query. Confined to the task that answers the query.
///
/// Every node is evaluated over all steps at once. Vectors are passed on series by series where the node allows it, so that
/// `sum(rate(x[5m]))` never holds more than the groups and one batch of samples.
final class Evaluation {
    typealias Emit = (StepSeries) throws -> Void

    let source: any SeriesSource
    let expression: String
    let settings: QuerySettings
    /// What `start()` and `end()` are.
    let start: Int64
    let end: Int64
    var annotations: Annotations
    var budget: QueryBudget
    /// How samples that are read count at present.
    var counting: SampleCounting
    /// Those that count together.
    private var samplesTogether = 0

    init(
        _ expression: String, source: any SeriesSource, settings: QuerySettings, start: Int64, end: Int64,
        budget: QueryBudget
    ) {
        self.expression = expression
        self.source = source
        self.settings = settings
        self.start = start
        self.end = end
        self.budget = budget
        annotations = Annotations(expression)
        counting = settings.countsSamples ? .byStep : .not
    }

    /// An error at a place of the expression.
    func failure(_ message: String, at range: SourceRange) -> QueryError {
        let place = PromQLSyntaxError("", at: range.lowerBound, of: expression)
        return QueryError(.execution, "\(place.line):\(place.column): \(message)")
    }

    // MARK: vectors

    /// Passes on the series of an expression that is an instant vector. Those without any value may be among them.
    ///
    /// All nodes come back to it. It is dynamic, which the optimizer does not see through: it would make a copy of every node for every
    /// closure that is passed on, and copies of the copies, megabytes of code.
    dynamic func stream(_ node: PromQLExpression, _ grid: StepGrid, _ emit: Emit) async throws {
        guard grid.count > 0 else { return }
        try budget.check()
        if grid.count > 1, node.isStepInvariant {
            let samples = try await samplesRead {
                try await stream(node, grid.first) { series in
                    try emit(
                        StepSeries(
                            labels: series.labels, values: Array(repeating: series.values[0], count: grid.count)))
                }
            }
            if countsSamples { for step in 0..<grid.count { count(samples, atStep: step) } }
            return
        }
        switch node {
        case .vector(let selector): try await select(selector, grid, emit)
        case .parentheses(let group): try await stream(group.content, grid, emit)
        case .unary(let operation): try await streamUnary(operation, grid, emit)
        case .binary(let operation): try await streamBinary(operation, grid, emit)
        case .aggregation(let aggregation): try await streamAggregation(aggregation, grid, emit)
        case .call(let call): try await streamCall(call, grid, emit)
        case .number, .string, .matrix, .subquery:
            throw QueryError(
                .internal, "an expression that is \(node.type.withArticle) was taken for an instant vector")
        }
    }

    /// All series of an instant vector that have a value, held at once.
    func vector(_ node: PromQLExpression, _ grid: StepGrid) async throws -> [StepSeries] {
        var result: [StepSeries] = []
        try await stream(node, grid) { series in
            guard series.values.contains(where: { !Absent.isAbsent($0) }) else { return }
            try budget.hold(grid.count)
            result.append(series)
        }
        return result
    }

    /// Says that a vector got by `vector` is no longer held.
    func release(_ vector: [StepSeries], _ grid: StepGrid) { budget.release(vector.count * grid.count) }

    // MARK: scalars

    /// The value of a scalar expression at each step.
    func scalar(_ node: PromQLExpression, _ grid: StepGrid) async throws -> [Double] {
        // Held while it is worked out, so that operands of operands count too.
        try budget.hold(grid.count)
        defer { budget.release(grid.count) }
        switch node {
        case .number(let literal): return Array(repeating: literal.value, count: grid.count)
        case .parentheses(let group): return try await scalar(group.content, grid)
        case .unary(let operation):
            let values = try await scalar(operation.operand, grid)
            return operation.operator == .minus ? values.map { -$0 } : values
        case .binary(let operation):
            let left = try await scalar(operation.left, grid)
            let right = try await scalar(operation.right, grid)
            let compute = operation.operator.scalarFunction
            return zip(left, right).map(compute)
        case .call(let call): return try await scalarCall(call, grid)
        case .string, .vector, .matrix, .subquery, .aggregation:
            throw QueryError(.internal, "an expression that is \(node.type.withArticle) was taken for a scalar")
        }
    }

    private func scalarCall(_ call: FunctionCall, _ grid: StepGrid) async throws -> [Double] {
        switch call.function {
        case .time: return (0..<grid.count).map { Double(grid.time($0)) / 1000 }
        case .pi: return Array(repeating: .pi, count: grid.count)
        case .scalar:
            var values = Array(repeating: Double.nan, count: grid.count)
            var found = Array(repeating: false, count: grid.count)
            try await stream(call.arguments[0], grid) { series in
                for (step, value) in series.values.enumerated() where !Absent.isAbsent(value) {
                    values[step] = found[step] ? .nan : value
                    found[step] = true
                }
            }
            return values
        default: throw QueryError(.internal, "\(call.function.rawValue) was taken for a function that gives a scalar")
        }
    }

    /// The text of a string expression.
    func text(_ node: PromQLExpression) throws -> String {
        guard case .string(let literal) = node.unwrapped else {
            throw QueryError(.internal, "an expression that is \(node.type.withArticle) was taken for a string")
        }
        return literal.value
    }

    // MARK: samples read

    /// How samples that are read count.
    enum SampleCounting {
        /// Nobody asked, or what is made of them counts in their stead.
        case not
        /// Each at its step, which is one of the query.
        case byStep
        /// All together: they are read at other steps.
        case together
    }

    /// Whether samples that are read are to be counted.
    var countsSamples: Bool { counting != .not }

    /// Counts samples that were read for a step.
    func count(_ samples: Int, atStep step: Int) {
        switch counting {
        case .not: break
        case .byStep: budget.count(samples, atStep: step)
        case .together: samplesTogether += samples
        }
    }

    /// Runs `body` with steps that are not those around it.
    /// - Returns: the samples read by it, which are not counted yet; 0 where none are to be counted.
    func samplesRead(by body: () async throws -> Void) async throws -> Int {
        guard countsSamples else {
            try await body()
            return 0
        }
        let (before, others) = (counting, samplesTogether)
        defer { (counting, samplesTogether) = (before, others) }
        (counting, samplesTogether) = (.together, 0)
        try await body()
        return samplesTogether
    }
}
