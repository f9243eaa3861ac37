package import PromQLSyntax

extension ValueUnit {
    /// Of what an expression gives, whose series have no metric name any more once something has been done with them: `sum` of
    /// bytes are bytes, their `rate` are bytes a second. `.number` wherever that is not certain.
    package init(of expression: PromQLExpression) {
        switch expression {
        case .number, .string: self = .number
        case .vector(let selector): self = Self.unit(of: selector)
        case .matrix(let matrix): self = Self.unit(of: matrix.selector)
        case .subquery(let subquery): self = ValueUnit(of: subquery.content)
        case .parentheses(let group): self = ValueUnit(of: group.content)
        case .unary(let operation): self = ValueUnit(of: operation.operand)
        case .binary(let operation): self = Self.unit(of: operation)
        case .aggregation(let aggregation):
            switch aggregation.operator {
            case .sum, .avg, .min, .max, .stddev, .topk, .bottomk, .quantile, .limitk, .limitRatio:
                self = ValueUnit(of: aggregation.content)
            case .count, .group, .stdvar, .countValues: self = .number
            }
        case .call(let call): self = Self.unit(of: call)
        }
    }

    private static func unit(of selector: VectorSelector) -> ValueUnit {
        selector.name.map { ValueUnit(metric: $0) } ?? .number
    }

    private static func unit(of operation: BinaryOperation) -> ValueUnit {
        let (left, right) = (ValueUnit(of: operation.left), ValueUnit(of: operation.right))
        switch operation.operator {
        case .subtract where left == .time && right == .time: return .seconds
        case .add, .subtract, .or: return left == right ? left : .number
        case .and, .unless: return left
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual:
            return operation.returnsBool ? .number : left
        case .divide:
            switch (left, right) {
            case (.bytes, .bytesPerSecond): return .seconds
            case (.bytes, .seconds): return .bytesPerSecond
            case (.bytes, .bytes), (.bytesPerSecond, .bytesPerSecond), (.seconds, .seconds), (.watts, .watts):
                return .ratio
            default: return .number
            }
        case .multiply, .modulo, .power, .atan2: return .number
        }
    }

    private static func unit(of call: FunctionCall) -> ValueUnit {
        switch call.function {
        case .time, .timestamp: .time
        case .rate, .irate, .deriv: call.arguments.first.map { ValueUnit(of: $0).perSecond } ?? .number
        case .increase, .delta, .idelta, .avgOverTime, .minOverTime, .maxOverTime, .sumOverTime, .lastOverTime,
            .stddevOverTime, .abs, .ceil, .floor, .round, .clamp, .clampMin, .clampMax, .sort, .sortDesc, .labelReplace,
            .labelJoin, .scalar, .vector, .doubleExponentialSmoothing, .predictLinear:
            call.arguments.first.map { ValueUnit(of: $0) } ?? .number
        // The share comes first.
        case .quantileOverTime: call.arguments.last.map { ValueUnit(of: $0) } ?? .number
        default: .number
        }
    }
}
