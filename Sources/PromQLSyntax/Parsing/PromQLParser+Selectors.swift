import MonitoringModel

extension PromQLParser {
    // MARK: selectors

    /// The rest of a selector, behind its name: `{…}`, which must stand when there is no name.
    mutating func selector(named name: String?, from start: Int) throws(PromQLSyntaxError) -> VectorSelector {
        var matchers: [SelectorMatcher] = []
        if let name {
            matchers.append(
                SelectorMatcher(matcher: LabelMatcher(Label.metricName, .equal, name), range: start..<previousEnd))
        }
        if token.kind == .leftBrace { try self.matchers(into: &matchers) }
        return VectorSelector(name: name, matchers: matchers, offset: .zero, at: nil, range: start..<previousEnd)
    }

    private mutating func matchers(into matchers: inout [SelectorMatcher]) throws(PromQLSyntaxError) {
        try advance()
        // A name that stands before the braces or in quotes alone is the only condition on the name.
        var isNamed = !matchers.isEmpty
        var hasCondition = false
        while token.kind != .rightBrace {
            let (matcher, isName) = try matcher()
            if matcher.matcher.name == Label.metricName {
                guard !isNamed, !(isName && hasCondition) else {
                    throw error("expected the metric name once, found it again", at: matcher.range.lowerBound)
                }
                isNamed = isName
                hasCondition = true
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
        if case .identifier(let word) = token.kind, word.contains(":") { throw expected("a label name or \"}\"") }
        let name = try name("a label name or \"}\"")
        if name.isQuoted, token.kind == .comma || token.kind == .rightBrace {
            let matcher = LabelMatcher(Label.metricName, .equal, name.text)
            return (SelectorMatcher(matcher: matcher, range: start..<previousEnd), true)
        }
        let operation: LabelMatcher.Operation
        switch token.kind {
        case .equal: operation = .equal
        case .binaryOperator(.notEqual): operation = .notEqual
        case .matches: operation = .matches
        case .doesNotMatch: operation = .doesNotMatch
        default: throw expected("=, !=, =~ or !~ behind the label name")
        }
        try advance()
        guard case .string(let value) = token.kind else { throw expected("a string behind \(operation.rawValue)") }
        try advance()
        let matcher = LabelMatcher(name.text, operation, value)
        return (SelectorMatcher(matcher: matcher, range: start..<previousEnd), false)
    }

    // MARK: ranges, offset and @

    /// The operand with all that may follow one: `[5m]` and `[1h:5m]`, and `offset` and `@` behind what selects samples.
    mutating func withRangesAndTimes(_ operand: PromQLExpression) throws(PromQLSyntaxError) -> PromQLExpression {
        var tree = operand
        while true {
            if token.kind == .leftBracket {
                tree = try withRange(tree)
            } else if token.kind == .at || isKeyword("offset") {
                tree = try withTimes(tree)
            } else {
                return tree
            }
        }
    }

    /// The tree with the `offset` and `@` that follow it, each at most once, in any order.
    private mutating func withTimes(_ tree: PromQLExpression) throws(PromQLSyntaxError) -> PromQLExpression {
        var offset: Duration?
        var at: EvaluationTime?
        while true {
            let start = token.range.lowerBound
            if isKeyword("offset") {
                guard offset == nil else { throw error("expected offset once, found it again", at: start) }
                try checkSelection(tree)
                try advance()
                offset = .milliseconds(try signedDuration("an offset"))
            } else if token.kind == .at {
                guard at == nil else { throw error("expected @ once, found it again", at: start) }
                try checkSelection(tree)
                try advance()
                at = try evaluationTime()
            } else {
                return tree.shifted(by: offset ?? .zero, at: at, end: previousEnd)
            }
        }
    }

    private func checkSelection(_ tree: PromQLExpression) throws(PromQLSyntaxError) {
        switch tree {
        case .vector, .matrix, .subquery: return
        default:
            throw error(
                "expected \(found) behind a selector or sub-query only, found it behind \(tree.type.withArticle)",
                at: token.range.lowerBound)
        }
    }

    private mutating func withRange(_ tree: PromQLExpression) throws(PromQLSyntaxError) -> PromQLExpression {
        let start = tree.range.lowerBound
        let place = token.range.lowerBound
        try advance()
        let span = try positiveDuration("a range")
        if token.kind == .colon {
            try advance()
            let step = token.kind == .rightBracket ? nil : try positiveDuration("a step")
            try expect(.rightBracket, "\"]\"")
            guard tree.type == .instantVector else {
                throw error(
                    "expected a sub-query behind an instant vector only, found it behind \(tree.type.withArticle)",
                    at: start)
            }
            try grow(at: start)
            return .subquery(
                Subquery(content: tree, span: span, step: step, offset: .zero, at: nil, range: start..<previousEnd))
        }
        try expect(.rightBracket, "\":\" or \"]\"")
        guard case .vector(let selector) = tree else {
            throw error(
                "expected a range behind a vector selector only, found it behind \(tree.type.withArticle)", at: start)
        }
        guard selector.offset == .zero, selector.at == nil else {
            throw error("expected the range before offset and @, found it behind them", at: place)
        }
        return .matrix(MatrixSelector(selector: selector, span: span, range: start..<previousEnd))
    }

    private mutating func positiveDuration(_ what: String) throws(PromQLSyntaxError) -> Duration {
        let start = token.range.lowerBound
        let milliseconds = try signedDuration(what)
        if case .binaryOperator = token.kind { throw durationExpression(what) }
        guard milliseconds > 0 else { throw error("expected \(what) longer than zero", at: start) }
        return .milliseconds(milliseconds)
    }

    private mutating func signedDuration(_ what: String) throws(PromQLSyntaxError) -> Int64 {
        var isNegative = false
        while let sign {
            if sign == .minus { isNegative.toggle() }
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
        case .leftParenthesis: throw durationExpression(what)
        default: throw expected("\(what) such as 5m")
        }
        try advance()
        return milliseconds
    }

    private func durationExpression(_ what: String) -> PromQLSyntaxError {
        error(
            "expected \(what) such as 5m, found arithmetic on durations, which is not supported",
            at: token.range.lowerBound)
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
        var factor = 1.0
        while let sign {
            if sign == .minus { factor.negate() }
            try advance()
        }
        let seconds: Double
        switch token.kind {
        case .number(let value): seconds = value
        case .duration(let milliseconds): seconds = Double(milliseconds) / 1000
        default: throw expected("a time in seconds, start() or end() behind @")
        }
        // Some 285,000 years either way, beyond which doubles no longer hold every millisecond.
        guard abs(seconds) < 9e12 else {
            throw error("expected a time in seconds behind @, found one out of range", at: start)
        }
        try advance()
        return .time(Timestamp(seconds: factor * seconds))
    }
}

extension PromQLExpression {
    /// A selector or sub-query with an offset and a time, up to whose `end` it now reaches.
    fileprivate func shifted(by offset: Duration, at time: EvaluationTime?, end: Int) -> PromQLExpression {
        switch self {
        case .vector(var selector):
            selector.offset = offset
            selector.at = time
            selector.range = selector.range.lowerBound..<end
            return .vector(selector)
        case .matrix(var matrix):
            matrix.selector.offset = offset
            matrix.selector.at = time
            matrix.range = matrix.range.lowerBound..<end
            return .matrix(matrix)
        case .subquery(var subquery):
            subquery.offset = offset
            subquery.at = time
            subquery.range = subquery.range.lowerBound..<end
            return .subquery(subquery)
        default: return self
        }
    }
}
