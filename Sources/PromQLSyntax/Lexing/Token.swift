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
        /// A sign that stands between operands. Operators that are words are identifiers; `!=` also stands in matchers.
        case binaryOperator(BinaryOperator)
        case equal, matches, doesNotMatch
        case end
    }

    var kind: Kind
    var range: SourceRange
}
