import MonitoringModel

extension PromQLExpression {
    /// The expression on one line, as Prometheus prints it. Reading it again gives the same tree, but for places in the
    /// text and for the order of matchers, which are sorted.
    ///
    /// Two forms follow Prometheus releases after 3.5, whose own output cannot be read back: quotes around labels of
    /// `on`, `ignoring` and groups that are no plain names, and `ignoring ()` kept before a group.
    package var text: String {
        var printer = Printer()
        printer.write(self)
        return printer.text
    }
}

/// Writes expressions on one line.
struct Printer {
    private(set) var text = ""
    /// Writing may stop beyond this number of bytes, for those who only ask whether the text is that short.
    var limit = Int.max

    mutating func write(_ tree: PromQLExpression) {
        guard text.utf8.count <= limit else { return }
        switch tree {
        case .number(let literal): text += literal.text
        case .string(let literal): text += literal.value.quoted
        case .vector(let selector): text += selector.text
        case .matrix(let matrix): text += matrix.text
        case .subquery(let subquery):
            write(subquery.content)
            text += subquery.suffix
        case .unary(let operation):
            text += operation.operator.rawValue
            write(operation.operand)
        case .binary(let operation):
            if operation.isPowerOfInfinity { text += "Inf" } else { write(operation.left) }
            text += " \(operation.operatorText) "
            write(operation.right)
        case .aggregation(let aggregation):
            text += aggregation.operatorText + "("
            if let parameter = aggregation.parameter {
                write(parameter)
                text += ", "
            }
            write(aggregation.content)
            text += ")"
        case .call(let call):
            text += call.function.rawValue + "("
            for (index, argument) in call.arguments.enumerated() {
                if index > 0 { text += ", " }
                write(argument)
            }
            text += ")"
        case .parentheses(let group):
            text += "("
            write(group.content)
            text += ")"
        }
    }
}

extension NumberLiteral {
    fileprivate var text: String {
        guard isDuration else { return DecimalText.positionalText(of: value) }
        return (value < 0 ? "-" : "") + Duration.milliseconds(Int64((abs(value) * 1000).rounded())).text
    }
}

// MARK: selectors

extension VectorSelector {
    fileprivate var text: String { selectionText + timeText(at, offset) }

    /// Name and matchers.
    fileprivate var selectionText: String {
        let others = (name == nil ? matchers[...] : matchers.dropFirst()).map(\.matcher.text)
        let sorted = others.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let braces = "{" + sorted.joined(separator: ",") + "}"
        guard let name else { return braces }
        return sorted.isEmpty ? name : name + braces
    }
}

extension LabelMatcher {
    fileprivate var text: String {
        (name.isPlainName(allowingColons: false) ? name : name.quoted) + operation.rawValue + value.quoted
    }
}

extension MatrixSelector {
    fileprivate var text: String {
        selector.selectionText + "[" + span.text + "]" + timeText(selector.at, selector.offset)
    }
}

extension Subquery {
    /// All but the content.
    var suffix: String { "[" + span.text + ":" + (step?.text ?? "") + "]" + timeText(at, offset) }
}

private func timeText(_ at: EvaluationTime?, _ offset: Duration) -> String {
    let atText =
        switch at {
        case .time(let time): " @ " + time.secondsText
        case .start: " @ start()"
        case .end: " @ end()"
        case nil: ""
        }
    if offset == .zero { return atText }
    return atText + " offset " + (offset < .zero ? "-" + (.zero - offset).text : offset.text)
}

// MARK: operators and clauses

extension BinaryOperation {
    /// Whether the base is infinity, which then stands without its usual `+`, as that would take in the whole power.
    var isPowerOfInfinity: Bool {
        if self.operator == .power, case .number(let base) = left { base.value == .infinity } else { false }
    }

    /// The operator with its modifiers.
    var operatorText: String {
        var text = self.operator.rawValue + (returnsBool ? " bool" : "")
        guard let matching else { return text }
        let group: String? =
            switch matching.cardinality {
            case .manyToOne: "group_left"
            case .oneToMany: "group_right"
            case .oneToOne, .manyToMany: nil
            }
        if matching.isOn || !matching.labels.isEmpty || group != nil {
            text += (matching.isOn ? " on " : " ignoring ") + listText(matching.labels)
        }
        if let group { text += " \(group) " + listText(matching.include) }
        return text
    }
}

extension Aggregation {
    /// The operator with its grouping, up to the parenthesis.
    var operatorText: String {
        let name = self.operator.rawValue
        if isWithout { return name + " without " + listText(grouping) + " " }
        return grouping.isEmpty ? name : name + " by " + listText(grouping) + " "
    }
}

private func listText(_ labels: [String]) -> String {
    "(" + labels.map { $0.isPlainName(allowingColons: true) ? $0 : $0.quoted }.joined(separator: ", ") + ")"
}
