import Foundation
import PromQLSyntax

extension BinaryOperator {
    /// The operator between two scalars; a comparison is 1 or 0.
    var scalarFunction: (Double, Double) -> Double {
        guard let compare = comparison else { return arithmetic ?? { _, _ in .nan } }
        return { compare($0, $1) ? 1 : 0 }
    }

    /// Nil for comparisons and set operators.
    var arithmetic: ((Double, Double) -> Double)? {
        switch self {
        case .add: { $0 + $1 }
        case .subtract: { $0 - $1 }
        case .multiply: { $0 * $1 }
        case .divide: { $0 / $1 }
        case .modulo: { fmod($0, $1) }
        case .power: { pow($0, $1) }
        case .atan2: { Foundation.atan2($0, $1) }
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual, .and, .or, .unless: nil
        }
    }

    /// Nil for all but comparisons.
    var comparison: ((Double, Double) -> Bool)? {
        switch self {
        case .equal: { $0 == $1 }
        case .notEqual: { $0 != $1 }
        case .greater: { $0 > $1 }
        case .less: { $0 < $1 }
        case .greaterOrEqual: { $0 >= $1 }
        case .lessOrEqual: { $0 <= $1 }
        case .add, .subtract, .multiply, .divide, .modulo, .power, .atan2, .and, .or, .unless: nil
        }
    }

    /// What a pair of values of vectors becomes; `Absent.value` where a comparison filters it out.
    ///
    /// - Parameter returnsBool: whether a comparison answers 1 or 0 instead of filtering.
    /// - Parameter kept: which of the two a comparison passes on.
    func vectorFunction(
        returnsBool: Bool, keeping kept: @escaping (Double, Double) -> Double
    ) -> (Double, Double) -> Double {
        guard let compare = comparison else { return arithmetic ?? { _, _ in .nan } }
        if returnsBool { return { compare($0, $1) ? 1 : 0 } }
        return { compare($0, $1) ? kept($0, $1) : Absent.value }
    }

    /// Whether the result is another figure than the operands, and so has no metric name.
    var dropsMetricName: Bool { arithmetic != nil }
}
