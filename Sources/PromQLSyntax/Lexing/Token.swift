/// One word or sign of an expression.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A metric or label name, or a keyword, as written.
        case identifier(String)
        case number(Double)
        /// Whole milliseconds.
        case duration(Int64)
        case string(String)
        case leftBrace, rightBrace, leftParenthesis, rightParenthesis, leftBracket, rightBracket
        case comma, colon, at
        case equal, notEqual, matches, doesNotMatch
        case plus, minus
        /// Any other operator of PromQL.
        case otherOperator(String)
        case end
    }

    var kind: Kind
    var range: SourceRange
}
