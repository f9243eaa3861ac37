/// Answers a PromQL expression. Pages, rules, capacity and the API ask through this protocol only.
package protocol QueryEvaluator: Sendable {
    /// The value of the expression at one time.
    func instant(
        _ expression: String, at time: Timestamp, scope: QueryScope, options: QueryOptions
    ) async throws(QueryError) -> QueryAnswer

    /// The value at `start`, `start + step`, … up to and including `end`. `step` is positive.
    func range(
        _ expression: String, from start: Timestamp, through end: Timestamp, step: Duration, scope: QueryScope,
        options: QueryOptions
    ) async throws(QueryError) -> QueryAnswer
}

extension QueryEvaluator {
    package func instant(
        _ expression: String, at time: Timestamp, scope: QueryScope
    ) async throws(QueryError) -> QueryAnswer {
        try await instant(expression, at: time, scope: scope, options: QueryOptions())
    }

    package func range(
        _ expression: String, from start: Timestamp, through end: Timestamp, step: Duration, scope: QueryScope
    ) async throws(QueryError) -> QueryAnswer {
        try await range(expression, from: start, through: end, step: step, scope: scope, options: QueryOptions())
    }
}

/// What an asker may say beside the expression.
package struct QueryOptions: Hashable, Sendable {
    package var limits = QueryLimits()
    /// How old the newest sample of a series may be to still count; nil: as the evaluator has it.
    package var lookback: Duration?
    /// Whether the samples read are counted by step.
    package var countsSamples = false

    package init() {}
}

/// What one query may use before it is refused.
package struct QueryLimits: Hashable, Sendable {
    /// Samples and points held at once: up to 240 MB. Prometheus allows three times as many, and holds more of a query at once.
    package var samples = 15_000_000
    /// Series that one selector may find.
    package var series = 1_000_000
    /// Nil: as long as it takes.
    package var time: Duration? = .seconds(120)

    package init() {}
}

/// What a query took.
package struct QueryStatistics: Sendable {
    package var evaluationTime = Duration.zero
    /// Samples read; 0 where nobody asked for the count.
    package var samples = 0
    /// Samples and points held at once.
    package var peakSamples = 0
    package var samplesByStep: [(time: Timestamp, samples: Int)] = []

    package init() {}
}

/// The sites whose series a query may read.
package enum QueryScope: Hashable, Sendable {
    case everything
    /// Only series whose `site` label is one of these; series without the label are left out.
    case sites(Set<String>)
}

/// A result and what the asker should know about it.
package struct QueryAnswer: Sendable {
    package enum Value: Sendable {
        case scalar(Sample)
        case string(String, at: Timestamp)
        case vector([(labels: LabelSet, sample: Sample)])
        case matrix([SeriesSamples])
    }

    package var value: Value
    /// Something may be wrong with the result.
    package var warnings: [String]
    /// The expression could be better.
    package var infos: [String]
    package var statistics = QueryStatistics()
    /// What the answer holds of the memory that queries share, given back when the last copy of the answer goes.
    package var lease: (any Sendable)?

    package init(_ value: Value, warnings: [String] = [], infos: [String] = []) {
        self.value = value
        self.warnings = warnings
        self.infos = infos
    }
}

/// Why a query gave no result. The kinds are those the Prometheus HTTP API tells apart.
package struct QueryError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The expression or a parameter is wrong.
        case badData = "bad_data"
        /// The expression is fine but cannot be evaluated on this data.
        case execution
        case timeout
        case canceled
        /// Other queries hold what this one needs; it may work later.
        case unavailable
        /// The store failed.
        case `internal`
    }

    package var code: Code
    /// What was expected, what was found and where; safe to show.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
