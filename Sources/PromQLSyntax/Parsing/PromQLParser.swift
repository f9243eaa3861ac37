import MonitoringModel

/// Reads expressions: selectors and literals of Prometheus 3, quoted names included.
///
/// Operators, functions, aggregations and sub-queries are recognised and refused by name.
package struct PromQLParser {
    private var lexer: Lexer
    private var token: Token
    /// Where the token before ends.
    private var previousEnd = 0
    private var depth = 0

    /// Deeper nesting is refused, as each level takes stack.
    private static let maximumDepth = 100
    /// Longer expressions are refused, in bytes.
    private static let maximumLength = 1 << 20

    /// - Throws: at the first byte that is not PromQL, or that is not supported yet.
    package static func parse(_ expression: String) throws(PromQLSyntaxError) -> PromQLExpression {
        guard expression.utf8.count <= maximumLength else {
            throw PromQLSyntaxError("expected at most \(maximumLength) bytes, found more", at: 0, of: "")
        }
        var parser = try PromQLParser(expression)
        let tree = try parser.expression()
        guard parser.token.kind == .end else { throw parser.unexpectedRest() }
        return tree
    }

    private init(_ expression: String) throws(PromQLSyntaxError) {
        lexer = Lexer(expression)
        token = try lexer.next()
    }

    // MARK: tokens

    private mutating func advance() throws(PromQLSyntaxError) {
        previousEnd = token.range.upperBound
        token = try lexer.next()
    }

    private mutating func expect(_ kind: Token.Kind, _ what: String) throws(PromQLSyntaxError) {
        guard token.kind == kind else { throw expected(what) }
        try advance()
    }

    private func error(_ message: String, at offset: Int) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: offset, of: lexer.expression)
    }

    private func expected(_ what: String) -> PromQLSyntaxError {
        error("expected \(what), found \(found)", at: token.range.lowerBound)
    }

    private func unsupported(_ what: String, at offset: Int) -> PromQLSyntaxError {
        error("only selectors and literals are supported so far, found \(what)", at: offset)
    }

    /// The current token for people.
    private var found: String {
        if token.kind == .end { return "the end of the expression" }
        let text =
            String(lexer.expression.utf8.dropFirst(token.range.lowerBound).prefix(token.range.count)) ?? "a token"
        return text.count > 40 ? "\(text.prefix(40))…" : text
    }

    /// Whether the current token is this keyword, in any case.
    private func isKeyword(_ word: String) -> Bool {
        if case .identifier(let name) = token.kind { name.lowercased() == word } else { false }
    }

    /// What follows a complete expression: an operator that is not supported yet, or nonsense.
    private func unexpectedRest() -> PromQLSyntaxError {
        let start = token.range.lowerBound
        switch token.kind {
        case .plus, .minus, .otherOperator: return unsupported("operator \(found)", at: start)
        case .identifier(let name) where ["and", "or", "unless", "atan2"].contains(name.lowercased()):
            return unsupported("operator \(name.lowercased())", at: start)
        default: return expected("the end of the expression")
        }
    }

    // MARK: grammar

    private mutating func expression() throws(PromQLSyntaxError) -> PromQLExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw error(
                "expected at most \(Self.maximumDepth) levels of parentheses, found more", at: token.range.lowerBound)
        }
        let start = token.range.lowerBound
        let tree: PromQLExpression
        switch token.kind {
        case .number, .duration, .plus, .minus:
            tree = .number(try number())
        case .string(let value):
            try advance()
            tree = .string(StringLiteral(value: value, range: start..<previousEnd))
        case .leftParenthesis:
            try advance()
            let content = try expression()
            guard token.kind == .rightParenthesis else {
                let rest = unexpectedRest()
                throw rest.message.hasPrefix("only") ? rest : expected("\")\"")
            }
            try advance()
            tree = .parentheses(Parentheses(content: content, range: start..<previousEnd))
        case .identifier, .leftBrace: tree = try selector()
        case .end: throw expected("an expression")
        default: throw expected("a selector, number, string or \"(\"")
        }
        if token.kind == .leftBracket {
            throw error(
                "expected a range behind a vector selector only, found it behind \(tree.type.withArticle)", at: start)
        }
        if token.kind == .at || isKeyword("offset") {
            throw error(
                "expected \(found) behind a selector only, found it behind \(tree.type.withArticle)",
                at: token.range.lowerBound)
        }
        return tree
    }

    /// A number or duration with its signs.
    private mutating func number() throws(PromQLSyntaxError) -> NumberLiteral {
        let start = token.range.lowerBound
        var sign = 1.0
        while token.kind == .plus || token.kind == .minus {
            if token.kind == .minus { sign = -sign }
            try advance()
        }
        let value: Double
        switch token.kind {
        case .number(let number): value = number
        case .duration(let milliseconds): value = Double(milliseconds) / 1000
        case .identifier, .leftBrace, .leftParenthesis: throw unsupported("a sign before a vector", at: start)
        default: throw expected("a number behind the sign")
        }
        try advance()
        return NumberLiteral(value: sign * value, range: start..<previousEnd)
    }

    /// `name`, `name{…}` or `{…}`, then `[5m]`, then `offset` and `@` in any order.
    private mutating func selector() throws(PromQLSyntaxError) -> PromQLExpression {
        let start = token.range.lowerBound
        var matchers: [SelectorMatcher] = []
        if case .identifier(let name) = token.kind {
            let range = token.range
            try advance()
            if token.kind == .leftParenthesis { throw unsupported("a call of \(name)", at: start) }
            if isKeyword("by") || isKeyword("without") { throw unsupported("aggregation \(name)", at: start) }
            matchers.append(SelectorMatcher(matcher: LabelMatcher(Label.metricName, .equal, name), range: range))
        }
        if token.kind == .leftBrace { try self.matchers(into: &matchers) }
        var selector = VectorSelector(matchers: matchers, offset: .zero, at: nil, range: start..<previousEnd)
        guard token.kind == .leftBracket else {
            try modifiers(of: &selector)
            selector.range = start..<previousEnd
            return .vector(selector)
        }
        try advance()
        let position = token.range.lowerBound
        let span = try duration("a range")
        guard span > 0 else { throw error("expected a range longer than zero", at: position) }
        if token.kind == .colon { throw unsupported("a sub-query", at: token.range.lowerBound) }
        try expect(.rightBracket, "\"]\"")
        try modifiers(of: &selector)
        return .matrix(MatrixSelector(selector: selector, span: .milliseconds(span), range: start..<previousEnd))
    }

    private mutating func modifiers(of selector: inout VectorSelector) throws(PromQLSyntaxError) {
        var hasOffset = false
        while true {
            let start = token.range.lowerBound
            if isKeyword("offset") {
                guard !hasOffset else { throw error("expected offset once, found it again", at: start) }
                hasOffset = true
                try advance()
                selector.offset = .milliseconds(try signedDuration("an offset"))
            } else if token.kind == .at {
                guard selector.at == nil else { throw error("expected @ once, found it again", at: start) }
                try advance()
                selector.at = try evaluationTime()
            } else {
                if token.kind == .leftBracket {
                    throw error("expected the range before offset and @, found it behind them", at: start)
                }
                return
            }
        }
    }

    private mutating func signedDuration(_ what: String) throws(PromQLSyntaxError) -> Int64 {
        var isNegative = false
        if token.kind == .minus || token.kind == .plus {
            isNegative = token.kind == .minus
            try advance()
        }
        let span = try duration(what)
        return isNegative ? -span : span
    }

    /// `5m`, or a number of seconds, in milliseconds.
    private mutating func duration(_ what: String) throws(PromQLSyntaxError) -> Int64 {
        let milliseconds: Int64
        switch token.kind {
        case .duration(let value): milliseconds = value
        case .number(let seconds):
            guard seconds >= 0, seconds <= Double(Lexer.longestDuration / 1000) else {
                throw expected("\(what) of at most 1000y")
            }
            milliseconds = Int64((seconds * 1000).rounded())
        default: throw expected("\(what) such as 5m")
        }
        try advance()
        return milliseconds
    }

    /// `1234.5`, `start()` or `end()`.
    private mutating func evaluationTime() throws(PromQLSyntaxError) -> EvaluationTime {
        if isKeyword("start") || isKeyword("end") {
            let time: EvaluationTime = isKeyword("start") ? .start : .end
            try advance()
            try expect(.leftParenthesis, "\"(\"")
            try expect(.rightParenthesis, "\")\"")
            return time
        }
        let start = token.range.lowerBound
        guard token.kind == .plus || token.kind == .minus || isNumber else {
            throw expected("a time in seconds, start() or end() behind @")
        }
        let seconds = try number().value
        // Some 285,000 years either way, beyond which doubles no longer hold every millisecond.
        guard abs(seconds) < 9e12 else {
            throw error("expected a time in seconds behind @, found one out of range", at: start)
        }
        return .time(Timestamp(seconds: seconds))
    }

    private var isNumber: Bool {
        switch token.kind {
        case .number, .duration: true
        default: false
        }
    }

    // MARK: matchers

    private mutating func matchers(into matchers: inout [SelectorMatcher]) throws(PromQLSyntaxError) {
        try advance()
        // A name that stands before the braces or in quotes alone is the only condition on the name.
        var isNamed = !matchers.isEmpty
        while token.kind != .rightBrace {
            let (matcher, isName) = try matcher()
            if matcher.matcher.name == Label.metricName {
                let isRepeated = isNamed || isName && matchers.contains { $0.matcher.name == Label.metricName }
                guard !isRepeated else {
                    throw error("expected the metric name once, found it again", at: matcher.range.lowerBound)
                }
                isNamed = isName
            }
            matchers.append(matcher)
            if token.kind == .comma {
                try advance()
            } else if token.kind != .rightBrace {
                throw expected("\",\" or \"}\"")
            }
        }
        try advance()
    }

    /// `label="value"`, `"quoted label"="value"`, or `"quoted metric name"`, which is a name.
    private mutating func matcher() throws(PromQLSyntaxError) -> (SelectorMatcher, isName: Bool) {
        let start = token.range.lowerBound
        let name: String
        let isQuoted: Bool
        switch token.kind {
        case .identifier(let word) where !word.contains(":"): (name, isQuoted) = (word, false)
        case .string(let text): (name, isQuoted) = (text, true)
        // `Inf` and `NaN` are numbers only where a value may stand.
        case .number where found.first?.isLetter == true: (name, isQuoted) = (found, false)
        default: throw expected("a label name or \"}\"")
        }
        guard !name.isEmpty else { throw error("expected a name, found an empty string", at: start) }
        try advance()
        if isQuoted, token.kind == .comma || token.kind == .rightBrace {
            let matcher = LabelMatcher(Label.metricName, .equal, name)
            return (SelectorMatcher(matcher: matcher, range: start..<previousEnd), true)
        }
        let operation: LabelMatcher.Operation
        switch token.kind {
        case .equal: operation = .equal
        case .notEqual: operation = .notEqual
        case .matches: operation = .matches
        case .doesNotMatch: operation = .doesNotMatch
        default: throw expected("=, !=, =~ or !~ behind the label name")
        }
        try advance()
        guard case .string(let value) = token.kind else { throw expected("a string behind \(operation.rawValue)") }
        try advance()
        return (SelectorMatcher(matcher: LabelMatcher(name, operation, value), range: start..<previousEnd), false)
    }
}
