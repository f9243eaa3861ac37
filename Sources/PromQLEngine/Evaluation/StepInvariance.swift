import PromQLSyntax

extension PromQLExpression {
    /// Whether it has the same value at every step, since `@` ties all it reads to a time: evaluated once then, as in Prometheus.
    var isStepInvariant: Bool {
        switch self {
        case .number, .string: true
        case .vector(let selector): selector.at != nil
        case .matrix(let matrix): matrix.selector.at != nil
        case .subquery(let subquery): subquery.at != nil
        case .unary(let operation): operation.operand.isStepInvariant
        case .binary(let operation): operation.left.isStepInvariant && operation.right.isStepInvariant
        // The parameter does not count in Prometheus either.
        case .aggregation(let aggregation): aggregation.content.isStepInvariant
        case .call(let call): !call.function.dependsOnTime && call.arguments.allSatisfy(\.isStepInvariant)
        case .parentheses(let group): group.content.isStepInvariant
        }
    }
}

extension PromQLFunction {
    /// Whether the time of the step is more to it than what its arguments were read at.
    fileprivate var dependsOnTime: Bool {
        switch self {
        case .daysInMonth, .dayOfMonth, .dayOfWeek, .dayOfYear, .hour, .minute, .month, .year, .predictLinear, .time,
            .timestamp:
            true
        default: false
        }
    }
}
