/// A sign before a scalar or an instant vector. Before a number it is part of the literal instead.
package struct UnaryOperation: Hashable, Sendable {
    package var `operator`: UnaryOperator
    package var operand: PromQLExpression
    package var range: SourceRange
}

package enum UnaryOperator: String, Sendable {
    case plus = "+"
    case minus = "-"
}

/// `left operator bool on (label,…) group_left (label,…) right`.
package struct BinaryOperation: Hashable, Sendable {
    package var `operator`: BinaryOperator
    package var left: PromQLExpression
    package var right: PromQLExpression
    /// Whether a comparison answers 0 or 1 instead of filtering.
    package var returnsBool: Bool
    /// Nil unless both operands are instant vectors.
    package var matching: VectorMatching?
    /// Scalar when both operands are, else instant vector. Kept, as asking the operands would walk down the tree.
    package let type: ExpressionType
    package var operatorRange: SourceRange
    package var range: SourceRange
}

package enum BinaryOperator: String, CaseIterable, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case atan2
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case less = "<"
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case and
    case or
    case unless

    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: true
        default: false
        }
    }

    /// Whether it works on whole sets of series, whatever their values.
    package var isSetOperator: Bool {
        switch self {
        case .and, .or, .unless: true
        default: false
        }
    }

    /// The higher binds tighter. All bind to the left except `power`.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .atan2: 5
        case .power: 6
        }
    }
}

/// Which series of two instant vectors belong together.
package struct VectorMatching: Hashable, Sendable {
    package enum Cardinality: Hashable, Sendable {
        case oneToOne
        /// `group_left`.
        case manyToOne
        /// `group_right`.
        case oneToMany
        /// Of set operators.
        case manyToMany
    }

    package var cardinality: Cardinality
    /// Whether series match on `labels` only; otherwise on all labels but these and the metric name.
    package var isOn: Bool
    package var labels: [String]
    /// Labels that results take from the side with one series, as listed behind `group_left` or `group_right`.
    package var include: [String]
}
