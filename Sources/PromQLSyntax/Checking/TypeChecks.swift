/// What the grammar leaves open: types and numbers of operands and arguments. Each node is checked when it is made, so
/// that no second walk over the tree is needed, and the first wrong part of the text is the one reported.
extension PromQLParser {
    // MARK: binary operators

    func operation(
        _ binary: BinaryOperator, at operatorRange: SourceRange, _ left: PromQLExpression, _ right: PromQLExpression,
        _ modifiers: OperatorModifiers
    ) throws(PromQLSyntaxError) -> BinaryOperation {
        try check(left, on: "left", of: binary)
        try check(right, on: "right", of: binary)
        let isOfVectors = left.type == .instantVector && right.type == .instantVector
        let isOfScalars = left.type == .scalar && right.type == .scalar
        if isOfScalars, binary.isComparison, !modifiers.returnsBool {
            throw error(
                "expected bool behind \(binary.rawValue) between scalars, found none", at: operatorRange.lowerBound)
        }
        // As in Prometheus, `on ()` beside a scalar is let pass, and means nothing.
        guard isOfVectors || modifiers.matching.labels.isEmpty else {
            throw error(
                "expected on or ignoring between instant vectors only, found it beside a scalar",
                at: modifiers.matchingPlace)
        }
        return BinaryOperation(
            operator: binary, left: left, right: right, returnsBool: modifiers.returnsBool,
            matching: isOfVectors ? modifiers.matching : nil, type: isOfScalars ? .scalar : .instantVector,
            operatorRange: operatorRange, range: left.range.lowerBound..<right.range.upperBound)
    }

    private func check(
        _ operand: PromQLExpression, on side: String, of binary: BinaryOperator
    ) throws(PromQLSyntaxError) {
        switch operand.type {
        case .instantVector: return
        case .scalar where !binary.isSetOperator: return
        default:
            let types = binary.isSetOperator ? "an instant vector" : "a scalar or an instant vector"
            throw error(
                "expected \(types) on the \(side) of \(binary.rawValue), found \(operand.type.withArticle)",
                at: operand.range.lowerBound)
        }
    }

    // MARK: calls

    func check(_ call: FunctionCall) throws(PromQLSyntaxError) {
        let name = call.function.rawValue
        let signature = call.function.signature
        let count = call.arguments.count
        guard count >= signature.minimum, count <= signature.maximum ?? .max else {
            throw error(
                "expected \(signature.count) of \(name), found \(count)", at: call.range.lowerBound)
        }
        for (index, argument) in call.arguments.enumerated() {
            let type = signature.arguments[min(index, signature.arguments.count - 1)]
            try check(argument, is: type, as: "argument \(index + 1) of \(name)")
        }
        if call.function == .info, count > 1 {
            guard case .vector(let selector) = call.arguments[1], selector.name == nil else {
                throw error(
                    "expected matchers in braces as argument 2 of info, found another expression",
                    at: call.arguments[1].range.lowerBound)
            }
        }
    }

    func check(
        _ arguments: [PromQLExpression], of aggregation: AggregationOperator, at start: Int
    ) throws(PromQLSyntaxError) {
        let types = (aggregation.parameterType.map { [$0] } ?? []) + [.instantVector]
        guard arguments.count == types.count else {
            let expected = types.count == 1 ? "1 argument" : "\(types.count) arguments"
            throw error("expected \(expected) of \(aggregation.rawValue), found \(arguments.count)", at: start)
        }
        for (index, argument) in arguments.enumerated() {
            try check(argument, is: types[index], as: "argument \(index + 1) of \(aggregation.rawValue)")
        }
    }

    private func check(
        _ argument: PromQLExpression, is type: ExpressionType, as what: String
    ) throws(PromQLSyntaxError) {
        guard argument.type == type else {
            throw error(
                "expected \(type.withArticle) as \(what), found \(argument.type.withArticle)",
                at: argument.range.lowerBound)
        }
    }
}

extension PromQLFunction.Signature {
    /// For messages: `1 argument`, `1 or 2 arguments`, `at least 3 arguments`.
    fileprivate var count: String {
        guard let maximum else { return "at least \(minimum) argument\(minimum == 1 ? "" : "s")" }
        if minimum < maximum { return "\(minimum) or \(maximum) argument\(maximum == 1 ? "" : "s")" }
        return minimum == 1 ? "1 argument" : "\(minimum) arguments"
    }
}
