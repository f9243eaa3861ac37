/// Answers a PromQL expression. Pages, rules, capacity and the API ask through this protocol only.
package protocol QueryEvaluator: Sendable {
    /// The value of the expression at one time.
    func instant(_ expression: String, at time: Timestamp, scope: QueryScope) async throws(QueryError) -> QueryAnswer

    /// The value at `start`, `start + step`, … up to and including `end`. `step` is positive.
    func range(
        _ expression: String, from start: Timestamp, through end: Timestamp, step: Duration, scope: QueryScope
    ) async throws(QueryError) -> QueryAnswer
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
