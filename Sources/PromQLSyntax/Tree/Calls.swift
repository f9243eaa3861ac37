/// `operator by (label,…) (parameter, content)`.
package struct Aggregation: Hashable, Sendable {
    package var `operator`: AggregationOperator
    /// Nil exactly when the operator takes none.
    package var parameter: PromQLExpression?
    /// An instant vector.
    package var content: PromQLExpression
    /// The labels behind `by` or `without`, in the order written.
    package var grouping: [String]
    /// Whether groups share all labels but `grouping`; otherwise they share `grouping` only.
    package var isWithout: Bool
    package var range: SourceRange
}

package enum AggregationOperator: String, CaseIterable, Sendable {
    case sum
    case avg
    case count
    case min
    case max
    case group
    case stddev
    case stdvar
    case topk
    case bottomk
    case countValues = "count_values"
    case quantile
    case limitk
    case limitRatio = "limit_ratio"

    /// Of the argument before the vector; nil when there is none.
    package var parameterType: ExpressionType? {
        switch self {
        case .topk, .bottomk, .quantile, .limitk, .limitRatio: .scalar
        case .countValues: .string
        case .sum, .avg, .count, .min, .max, .group, .stddev, .stdvar: nil
        }
    }
}

/// `function(argument,…)`, with as many arguments as the function's signature allows, and of its types.
package struct FunctionCall: Hashable, Sendable {
    package var function: PromQLFunction
    package var arguments: [PromQLExpression]
    package var range: SourceRange
}
