extension PromQLParser {
    // MARK: functions

    /// The rest of a call, from its arguments on.
    mutating func call(of name: String, from start: Int) throws(PromQLSyntaxError) -> FunctionCall {
        guard let function = PromQLFunction(rawValue: name) else {
            if name == "holt_winters" {
                throw error("expected double_exponential_smoothing, found holt_winters, its former name", at: start)
            }
            let shown = name.utf8.count > 40 ? "\(name.prefix(40))…" : name
            throw error("expected a function such as \(PromQLFunction.nearest(to: shown)), found \(shown)", at: start)
        }
        let arguments = try arguments()
        try grow(at: start)
        let call = FunctionCall(function: function, arguments: arguments, range: start..<previousEnd)
        try check(call)
        return call
    }

    // MARK: aggregations

    /// The rest of an aggregation, behind its operator. `by` and `without` stand before or behind the arguments.
    mutating func aggregation(
        _ operation: AggregationOperator, from start: Int
    ) throws(PromQLSyntaxError) -> Aggregation {
        var clause = try grouping()
        var arguments = try arguments()
        if clause == nil { clause = try grouping() }
        try grow(at: start)
        try check(arguments, of: operation, at: start)
        let content = arguments.removeLast()
        return Aggregation(
            operator: operation, parameter: arguments.first, content: content, grouping: clause?.labels ?? [],
            isWithout: clause?.isWithout ?? false, range: start..<previousEnd)
    }

    private mutating func grouping() throws(PromQLSyntaxError) -> (labels: [String], isWithout: Bool)? {
        guard isKeyword("by") || isKeyword("without") else { return nil }
        let isWithout = isKeyword("without")
        try advance()
        return (try labels(), isWithout)
    }

    /// `(label, "label")`; a comma may stand at the end.
    private mutating func labels() throws(PromQLSyntaxError) -> [String] {
        try expect(.leftParenthesis, "\"(\"")
        var labels: [String] = []
        while token.kind != .rightParenthesis {
            labels.append(try name("a label name or \")\"").text)
            if token.kind == .comma {
                try advance()
            } else if token.kind != .rightParenthesis {
                throw expected("\",\" or \")\"")
            }
        }
        try advance()
        return labels
    }

    /// A label's or metric's name, in quotes or not.
    mutating func name(_ what: String) throws(PromQLSyntaxError) -> (text: String, isQuoted: Bool) {
        let name: (text: String, isQuoted: Bool)
        switch token.kind {
        case .identifier(let word): name = (word, false)
        case .string(let text): name = (text, true)
        // `Inf` and `NaN` are numbers only where a value may stand.
        case .number where found.first?.isLetter == true: name = (found, false)
        default: throw expected(what)
        }
        guard !name.text.isEmpty else {
            throw error("expected a name, found an empty string", at: token.range.lowerBound)
        }
        try advance()
        return name
    }

    // MARK: modifiers of binary operators

    /// What stands between a binary operator and its right operand.
    struct OperatorModifiers {
        var returnsBool = false
        var matching = VectorMatching(cardinality: .oneToOne, isOn: false, labels: [], include: [])
        /// Of `on` or `ignoring`; where the right operand starts when there is neither.
        var matchingPlace = 0
    }

    mutating func modifiers(of operation: BinaryOperator) throws(PromQLSyntaxError) -> OperatorModifiers {
        var modifiers = OperatorModifiers()
        if isKeyword("bool") {
            guard operation.isComparison else {
                throw error(
                    "expected bool behind a comparison only, found it behind \(operation.rawValue)",
                    at: token.range.lowerBound)
            }
            modifiers.returnsBool = true
            try advance()
        }
        modifiers.matchingPlace = token.range.lowerBound
        if operation.isSetOperator { modifiers.matching.cardinality = .manyToMany }
        guard isKeyword("on") || isKeyword("ignoring") else { return modifiers }
        modifiers.matching.isOn = isKeyword("on")
        try advance()
        modifiers.matching.labels = try labels()
        guard isKeyword("group_left") || isKeyword("group_right") else { return modifiers }
        let place = token.range.lowerBound
        guard !operation.isSetOperator else {
            throw error("expected no grouping behind \(operation.rawValue), found \(found)", at: place)
        }
        modifiers.matching.cardinality = isKeyword("group_left") ? .manyToOne : .oneToMany
        try advance()
        if token.kind == .leftParenthesis { modifiers.matching.include = try labels() }
        if modifiers.matching.isOn {
            let labels = Set(modifiers.matching.labels)
            if let repeated = modifiers.matching.include.first(where: { labels.contains($0) }) {
                throw error("expected a label in either on or the group clause, found \(repeated) in both", at: place)
            }
        }
        return modifiers
    }
}
