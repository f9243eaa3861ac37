import MonitoringModel
import PromQLSyntax

extension PromQLExpression {
    /// Checks every selector before anything is read, so that what is wrong with an expression does not depend on the data.
    ///
    /// - Throws: `.badData` when a pattern is wrong or a selector would select the whole store.
    func checkSelectors(of expression: String) throws(QueryError) {
        switch self {
        case .number, .string: break
        case .vector(let selector): _ = try SelectorPlan(selector, of: expression, scope: .everything)
        case .matrix(let matrix): _ = try SelectorPlan(matrix.selector, of: expression, scope: .everything)
        case .subquery(let subquery): try subquery.content.checkSelectors(of: expression)
        case .unary(let operation): try operation.operand.checkSelectors(of: expression)
        case .binary(let operation):
            try operation.left.checkSelectors(of: expression)
            try operation.right.checkSelectors(of: expression)
        case .aggregation(let aggregation):
            try aggregation.parameter?.checkSelectors(of: expression)
            try aggregation.content.checkSelectors(of: expression)
        case .call(let call):
            for (index, argument) in call.arguments.enumerated() {
                // The second argument of `info` selects among the info series only, so that it may match all of them.
                if call.function == .info, index == 1, case .vector(let selector) = argument {
                    try SelectorPlan.checkPatterns(selector, of: expression)
                } else {
                    try argument.checkSelectors(of: expression)
                }
            }
        case .parentheses(let group): try group.content.checkSelectors(of: expression)
        }
    }
}
