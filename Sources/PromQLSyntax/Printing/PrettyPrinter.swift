extension PromQLExpression {
    /// The expression over as many lines as Prometheus' formatter gives it: a node of more than 100 bytes is broken
    /// around its children, each level indented by two spaces.
    ///
    /// As every level is indented, the size can grow with the square of the height of the tree.
    package var pretty: String {
        var printer = PrettyPrinter()
        printer.write(self, level: 0)
        return printer.text
    }
}

/// Writes expressions over several lines.
struct PrettyPrinter {
    private(set) var text = ""
    /// Whether the line has begun already, with a sign.
    private var isInLine = false

    /// In bytes, indentation aside.
    private static let maximumWidth = 100

    mutating func write(_ tree: PromQLExpression, level: Int) {
        var line = Printer()
        line.limit = Self.maximumWidth
        line.write(tree)
        guard line.text.utf8.count > Self.maximumWidth else {
            // Prometheus forgets to indent a sub-query that fits into a line.
            if case .subquery = tree {} else { indent(level) }
            text += line.text
            return
        }
        switch tree {
        case .number, .string, .vector, .matrix:
            indent(level)
            text += tree.text
        case .subquery(let subquery):
            write(subquery.content, level: level)
            text += subquery.suffix
        case .unary(let operation):
            indent(level)
            text += operation.operator.rawValue
            isInLine = true
            write(operation.operand, level: level)
        case .binary(let operation):
            if operation.isPowerOfInfinity {
                indent(level + 1)
                text += "Inf"
            } else {
                write(operation.left, level: level + 1)
            }
            text += "\n"
            indent(level)
            text += operation.operatorText + "\n"
            write(operation.right, level: level + 1)
        case .aggregation(let aggregation):
            let parameter = aggregation.parameter.map { [$0] } ?? []
            write(aggregation.operatorText, of: parameter + [aggregation.content], level: level)
        case .call(let call): write(call.function.rawValue, of: call.arguments, level: level)
        case .parentheses(let group): write("", of: [group.content], level: level)
        }
    }

    private mutating func write(_ name: String, of arguments: [PromQLExpression], level: Int) {
        indent(level)
        text += name + "(\n"
        for (index, argument) in arguments.enumerated() {
            if index > 0 { text += ",\n" }
            write(argument, level: level + 1)
        }
        text += "\n"
        indent(level)
        text += ")"
    }

    private mutating func indent(_ level: Int) {
        if !isInLine { text += String(repeating: "  ", count: level) }
        isInLine = false
    }
}
