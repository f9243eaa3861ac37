/// Reads expressions of Prometheus 3.5: its whole language, experimental functions and aggregations included, but for
/// arithmetic on durations such as `[5m * 2]`.
package struct PromQLParser {
    private var lexer: Lexer
    private(set) var token: Token
    /// Where the token before ends.
    private(set) var previousEnd = 0
    /// How many expressions are being read, one within another.
    private var depth = 0
    /// Of the expression read last: nodes from its root to its furthest leaf.
    private var height = 0

    /// Longer expressions are refused, in bytes.
    package static let maximumLength = 1 << 20
    /// Deeper nesting is refused, as reading each level takes stack: of parentheses, arguments, signs and powers.
    package static let maximumDepth = 128
    /// Higher trees are refused, as whoever walks or frees one takes stack for each level. Trees grow by nesting, and by
    /// one level for each operator in chains such as `a or b or c`.
    ///
    /// In release builds a level takes up to 2 KiB to read, 600 bytes to compare, 500 to print and 100 to free, so that
    /// the limits leave a third of a stack of 512 KiB unused.
    package static let maximumHeight = 500

    /// - Throws: at the first part that is not PromQL, or that does not fit in type or number where it stands.
    package static func parse(_ expression: String) throws(PromQLSyntaxError) -> PromQLExpression {
        guard expression.utf8.count <= maximumLength else {
            throw PromQLSyntaxError("expected at most \(maximumLength) bytes, found more", at: 0, of: "")
        }
        var parser = try PromQLParser(expression)
        let tree = try parser.expression()
        guard parser.token.kind == .end else { throw parser.expected("the end of the expression") }
        return tree
    }

    private init(_ expression: String) throws(PromQLSyntaxError) {
        lexer = Lexer(expression)
        token = try lexer.next()
    }

    // MARK: tokens

    mutating func advance() throws(PromQLSyntaxError) {
        previousEnd = token.range.upperBound
        token = try lexer.next()
    }

    mutating func expect(_ kind: Token.Kind, _ what: String) throws(PromQLSyntaxError) {
        guard token.kind == kind else { throw expected(what) }
        try advance()
    }

    func error(_ message: String, at offset: Int) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: offset, of: lexer.expression)
    }

    func expected(_ what: String) -> PromQLSyntaxError {
        error("expected \(what), found \(found)", at: token.range.lowerBound)
    }

    /// The current token for people.
    var found: String {
        if token.kind == .end { return "the end of the expression" }
        let text =
            String(lexer.expression.utf8.dropFirst(token.range.lowerBound).prefix(token.range.count)) ?? "a token"
        return text.count > 40 ? "\(text.prefix(40))…" : text
    }

    /// Whether the current token is this keyword, in any case.
    func isKeyword(_ word: String) -> Bool {
        if case .identifier(let name) = token.kind { name.lowercased() == word } else { false }
    }

    /// The sign that the current token is, before an operand.
    var sign: UnaryOperator? {
        switch token.kind {
        case .binaryOperator(.add): .plus
        case .binaryOperator(.subtract): .minus
        default: nil
        }
    }

    private var binaryOperator: BinaryOperator? {
        switch token.kind {
        case .binaryOperator(let sign): sign
        case .identifier(let word): BinaryOperator(rawValue: word.lowercased())
        default: nil
        }
    }

    // MARK: grammar

    /// Operands and the operators between them that bind at least as tightly as `minimum`.
    mutating func expression(bindingFrom minimum: Int = 0) throws(PromQLSyntaxError) -> PromQLExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw error(
                "expected at most \(Self.maximumDepth) levels of nesting, found more", at: token.range.lowerBound)
        }
        var left = try operand()
        while let next = binaryOperator, next.precedence >= minimum {
            left = try operation(next, left)
        }
        return left
    }

    /// The rest of a binary operation, from its operator on.
    private mutating func operation(
        _ binary: BinaryOperator, _ left: PromQLExpression
    ) throws(PromQLSyntaxError) -> PromQLExpression {
        let leftHeight = height
        let operatorRange = token.range
        try advance()
        let modifiers = try modifiers(of: binary)
        let right = try expression(bindingFrom: binary == .power ? binary.precedence : binary.precedence + 1)
        try grow(beside: leftHeight, at: operatorRange.lowerBound)
        return .binary(try operation(binary, at: operatorRange, left, right, modifiers))
    }

    /// An expression without binary operators around it.
    private mutating func operand() throws(PromQLSyntaxError) -> PromQLExpression {
        if let sign { return try signed(sign) }
        let start = token.range.lowerBound
        height = 1
        let tree: PromQLExpression
        switch token.kind {
        case .number(let value):
            try advance()
            tree = .number(NumberLiteral(value: value, isDuration: false, range: start..<previousEnd))
        case .duration(let milliseconds):
            try advance()
            let seconds = Double(milliseconds) / 1000
            tree = .number(NumberLiteral(value: seconds, isDuration: true, range: start..<previousEnd))
        case .string(let value):
            try advance()
            tree = .string(StringLiteral(value: value, range: start..<previousEnd))
        case .leftParenthesis:
            try advance()
            let content = try expression()
            try expect(.rightParenthesis, "\")\"")
            try grow(at: start)
            tree = .parentheses(Parentheses(content: content, range: start..<previousEnd))
        case .leftBrace: tree = .vector(try selector(named: nil, from: start))
        case .identifier(let name): tree = try named(name)
        default: throw expected("an expression")
        }
        return try withRangesAndTimes(tree)
    }

    /// An operand behind a sign, which binds as `*` does: tighter than `+`, not as tight as `^`.
    private mutating func signed(_ sign: UnaryOperator) throws(PromQLSyntaxError) -> PromQLExpression {
        let start = token.range.lowerBound
        try advance()
        let operand = try expression(bindingFrom: BinaryOperator.power.precedence)
        if case .number(var literal) = operand {
            if sign == .minus { literal.value.negate() }
            literal.range = start..<previousEnd
            return .number(literal)
        }
        guard operand.type == .scalar || operand.type == .instantVector else {
            throw error(
                "expected a scalar or an instant vector behind \(sign.rawValue), found \(operand.type.withArticle)",
                at: operand.range.lowerBound)
        }
        try grow(at: start)
        return .unary(UnaryOperation(operator: sign, operand: operand, range: start..<previousEnd))
    }

    /// What starts with a name: a call, an aggregation or a selector.
    private mutating func named(_ name: String) throws(PromQLSyntaxError) -> PromQLExpression {
        let start = token.range.lowerBound
        let keyword = name.lowercased()
        if Self.reservedWords.contains(keyword) { throw expected("an expression") }
        try advance()
        if let aggregation = AggregationOperator(rawValue: keyword),
            token.kind == .leftParenthesis || isKeyword("by") || isKeyword("without")
        {
            return .aggregation(try self.aggregation(aggregation, from: start))
        }
        if token.kind == .leftParenthesis { return .call(try call(of: name, from: start)) }
        return .vector(try selector(named: name, from: start))
    }

    /// Words that are no metric names, as they stand between operands. The other keywords can be told apart by place.
    private static let reservedWords: Set = ["atan2", "bool", "group_left", "group_right", "ignoring", "on"]

    /// Adds a level to the tree read last, which may stand beside another one.
    mutating func grow(beside other: Int = 0, at offset: Int) throws(PromQLSyntaxError) {
        height = max(height, other) + 1
        guard height <= Self.maximumHeight else {
            throw error("expected at most \(Self.maximumHeight) levels of operations, found more", at: offset)
        }
    }

    /// Expressions between parentheses, with the height of the highest left behind.
    mutating func arguments() throws(PromQLSyntaxError) -> [PromQLExpression] {
        try expect(.leftParenthesis, "\"(\"")
        var arguments: [PromQLExpression] = []
        var highest = 0
        while token.kind != .rightParenthesis {
            if !arguments.isEmpty {
                try expect(.comma, "\",\" or \")\"")
            }
            arguments.append(try expression())
            highest = max(highest, height)
        }
        try advance()
        height = highest
        return arguments
    }
}
