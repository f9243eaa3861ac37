package import MonitoringModel

/// A part of the expression's text: offsets of UTF-8 bytes, the end excluded.
package typealias SourceRange = Range<Int>

/// A parsed expression. Every node knows the part of the text it came from.
package indirect enum PromQLExpression: Hashable, Sendable {
    case number(NumberLiteral)
    case string(StringLiteral)
    case vector(VectorSelector)
    case matrix(MatrixSelector)
    case parentheses(Parentheses)

    package var range: SourceRange {
        switch self {
        case .number(let literal): literal.range
        case .string(let literal): literal.range
        case .vector(let selector): selector.range
        case .matrix(let selector): selector.range
        case .parentheses(let group): group.range
        }
    }

    package var type: ExpressionType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .vector: .instantVector
        case .matrix: .rangeVector
        case .parentheses(let group): group.content.type
        }
    }

    /// The expression without the parentheses around it.
    package var unwrapped: PromQLExpression {
        if case .parentheses(let group) = self { group.content.unwrapped } else { self }
    }
}

/// What an expression evaluates to.
package enum ExpressionType: String, Sendable {
    case scalar
    case string
    case instantVector = "instant vector"
    case rangeVector = "range vector"

    /// For messages: `a scalar`, `an instant vector`.
    package var withArticle: String { self == .instantVector ? "an \(rawValue)" : "a \(rawValue)" }
}

package struct NumberLiteral: Hashable, Sendable {
    /// A duration such as `5m` is its number of seconds.
    package var value: Double
    package var range: SourceRange
}

package struct StringLiteral: Hashable, Sendable {
    package var value: String
    package var range: SourceRange
}

package struct Parentheses: Hashable, Sendable {
    package var content: PromQLExpression
    package var range: SourceRange
}

/// `name{label="value",…} offset 5m @ 1234`.
package struct VectorSelector: Hashable, Sendable {
    /// Of the metric name too, which comes first when it stands before the braces.
    package var matchers: [SelectorMatcher]
    /// How far back to look, in whole milliseconds; negative looks ahead.
    package var offset: Duration
    package var at: EvaluationTime?
    package var range: SourceRange
}

package struct SelectorMatcher: Hashable, Sendable {
    package var matcher: LabelMatcher
    package var range: SourceRange
}

/// `selector[5m]`, with offset and time in the selector.
package struct MatrixSelector: Hashable, Sendable {
    package var selector: VectorSelector
    /// Positive, in whole milliseconds.
    package var span: Duration
    package var range: SourceRange
}

/// The time after `@`, which takes the place of the evaluation time.
package enum EvaluationTime: Hashable, Sendable {
    case time(Timestamp)
    /// The first time of the query.
    case start
    /// The last time of the query.
    case end
}
