/// A part of the expression's text: offsets of UTF-8 bytes, the end excluded.
package typealias SourceRange = Range<Int>

/// A parsed expression that passed the checks of types. Every node knows the part of the text it came from.
///
/// `PromQLParser` bounds the height of the trees it makes, so that walking one by recursion is safe.
package indirect enum PromQLExpression: Hashable, Sendable {
    case number(NumberLiteral)
    case string(StringLiteral)
    case vector(VectorSelector)
    case matrix(MatrixSelector)
    case subquery(Subquery)
    case unary(UnaryOperation)
    case binary(BinaryOperation)
    case aggregation(Aggregation)
    case call(FunctionCall)
    case parentheses(Parentheses)

    package var range: SourceRange {
        switch self {
        case .number(let literal): literal.range
        case .string(let literal): literal.range
        case .vector(let selector): selector.range
        case .matrix(let selector): selector.range
        case .subquery(let subquery): subquery.range
        case .unary(let operation): operation.range
        case .binary(let operation): operation.range
        case .aggregation(let aggregation): aggregation.range
        case .call(let call): call.range
        case .parentheses(let group): group.range
        }
    }

    package var type: ExpressionType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .vector, .aggregation: .instantVector
        case .matrix, .subquery: .rangeVector
        case .unary(let operation): operation.operand.type
        case .binary(let operation): operation.type
        case .call(let call): call.function.signature.result
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
    /// With its sign. A duration such as `5m` is its number of seconds.
    package var value: Double
    /// Whether it is written as a duration, and so printed.
    package var isDuration: Bool
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
