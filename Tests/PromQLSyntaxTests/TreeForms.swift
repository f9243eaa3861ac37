import MonitoringModel
import PromQLSyntax

extension PromQLExpression {
    /// The tree without places in the text and with sorted matchers, as printing keeps neither; NaN is another number
    /// here, so that it equals itself.
    var withoutRanges: PromQLExpression {
        switch self {
        case .number(var literal):
            literal.range = 0..<0
            if literal.value.isNaN { literal.value = .greatestFiniteMagnitude }
            return .number(literal)
        case .string(var literal):
            literal.range = 0..<0
            return .string(literal)
        case .vector(let selector): return .vector(selector.withoutRanges)
        case .matrix(var matrix):
            matrix.selector = matrix.selector.withoutRanges
            matrix.range = 0..<0
            return .matrix(matrix)
        case .subquery(var subquery):
            subquery.content = subquery.content.withoutRanges
            subquery.range = 0..<0
            return .subquery(subquery)
        case .unary(var operation):
            operation.operand = operation.operand.withoutRanges
            operation.range = 0..<0
            return .unary(operation)
        case .binary(var operation):
            operation.left = operation.left.withoutRanges
            operation.right = operation.right.withoutRanges
            operation.operatorRange = 0..<0
            operation.range = 0..<0
            return .binary(operation)
        case .aggregation(var aggregation):
            aggregation.parameter = aggregation.parameter?.withoutRanges
            aggregation.content = aggregation.content.withoutRanges
            aggregation.range = 0..<0
            return .aggregation(aggregation)
        case .call(var call):
            call.arguments = call.arguments.map(\.withoutRanges)
            call.range = 0..<0
            return .call(call)
        case .parentheses(var group):
            group.content = group.content.withoutRanges
            group.range = 0..<0
            return .parentheses(group)
        }
    }

    /// The expression with parentheses around every operation, to show what binds to what.
    var grouped: String {
        switch self {
        case .unary(let operation): "(\(operation.operator.rawValue)\(operation.operand.grouped))"
        case .binary(let operation):
            "(\(operation.left.grouped) \(operation.operator.rawValue) \(operation.right.grouped))"
        case .parentheses(let group): group.content.grouped
        default: text
        }
    }
}

extension VectorSelector {
    fileprivate var withoutRanges: VectorSelector {
        var selector = self
        selector.range = 0..<0
        let key: (LabelMatcher) -> [String] = { [$0.name, $0.operation.rawValue, $0.value] }
        selector.matchers.sort { key($0.matcher).lexicographicallyPrecedes(key($1.matcher)) }
        for index in selector.matchers.indices { selector.matchers[index].range = 0..<0 }
        return selector
    }
}
