import MonitoringModel
import PromQLSyntax

/// A node of an expression as `/api/v1/parse_query` shows it.
indirect enum SyntaxNode: Encodable {
    case node([String: SyntaxNode])
    case list([SyntaxNode])
    case text(String)
    case number(Int64)
    case flag(Bool)
    case nothing

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .node(let values): try container.encode(values)
        case .list(let values): try container.encode(values)
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .nothing: try container.encodeNil()
        }
    }

    init(_ tree: PromQLExpression) {
        switch tree {
        case .number(let literal):
            self = .node(["type": .text("numberLiteral"), "val": .text(DecimalText.positionalText(of: literal.value))])
        case .string(let literal): self = .node(["type": .text("stringLiteral"), "val": .text(literal.value)])
        case .parentheses(let group): self = .node(["type": .text("parenExpr"), "expr": SyntaxNode(group.content)])
        case .vector(let selector): self = .node(Self.selector(selector, "vectorSelector"))
        case .matrix(let matrix):
            var node = Self.selector(matrix.selector, "matrixSelector")
            node["range"] = .number(matrix.span.wholeMilliseconds)
            self = .node(node)
        case .subquery(let subquery):
            self = .node(
                [
                    "type": .text("subquery"), "expr": SyntaxNode(subquery.content),
                    "range": .number(subquery.span.wholeMilliseconds),
                    "step": .number(subquery.step?.wholeMilliseconds ?? 0),
                    "offset": .number(subquery.offset.wholeMilliseconds),
                ].merging(Self.time(subquery.at)) { $1 })
        case .unary(let operation):
            self = .node([
                "type": .text("unaryExpr"), "op": .text(operation.operator.rawValue),
                "expr": SyntaxNode(operation.operand),
            ])
        case .binary(let operation):
            self = .node([
                "type": .text("binaryExpr"), "op": .text(operation.operator.rawValue),
                "lhs": SyntaxNode(operation.left), "rhs": SyntaxNode(operation.right),
                "bool": .flag(operation.returnsBool), "matching": operation.matching.map(Self.matching) ?? .nothing,
            ])
        case .aggregation(let aggregation):
            self = .node([
                "type": .text("aggregation"), "op": .text(aggregation.operator.rawValue),
                "expr": SyntaxNode(aggregation.content),
                "param": aggregation.parameter.map { SyntaxNode($0) } ?? .nothing,
                "grouping": .list(aggregation.grouping.map { .text($0) }), "without": .flag(aggregation.isWithout),
            ])
        case .call(let call):
            let signature = call.function.signature
            self = .node([
                "type": .text("call"), "args": .list(call.arguments.map { SyntaxNode($0) }),
                "func": .node([
                    "name": .text(call.function.rawValue),
                    "argTypes": .list(signature.arguments.map { .text($0.apiName) }),
                    "returnType": .text(signature.result.apiName),
                    // 0: as many as there are types; -1: any number more.
                    "variadic": .number(
                        signature.maximum.map { Int64($0 - signature.minimum) } ?? -1),
                ]),
            ])
        }
    }

    private static func selector(_ selector: VectorSelector, _ type: String) -> [String: SyntaxNode] {
        [
            "type": .text(type), "name": .text(selector.name ?? ""),
            "matchers": .list(
                // The one of the name comes last, as in Prometheus.
                (selector.matchers.filter { $0.matcher.name != Label.metricName }
                    + selector.matchers.filter { $0.matcher.name == Label.metricName }).map(\.matcher).map { matcher in
                        .node([
                            "name": .text(matcher.name), "value": .text(matcher.value),
                            "type": .text(matcher.operation.rawValue),
                        ])
                    }),
            "offset": .number(selector.offset.wholeMilliseconds),
        ].merging(time(selector.at)) { $1 }
    }

    private static func time(_ at: EvaluationTime?) -> [String: SyntaxNode] {
        switch at {
        case nil: ["timestamp": .nothing, "startOrEnd": .nothing]
        case .time(let time): ["timestamp": .number(time.milliseconds), "startOrEnd": .nothing]
        case .start: ["timestamp": .nothing, "startOrEnd": .text("start")]
        case .end: ["timestamp": .nothing, "startOrEnd": .text("end")]
        }
    }

    private static func matching(_ matching: VectorMatching) -> SyntaxNode {
        let card =
            switch matching.cardinality {
            case .oneToOne: "one-to-one"
            case .manyToOne: "many-to-one"
            case .oneToMany: "one-to-many"
            case .manyToMany: "many-to-many"
            }
        return .node([
            "card": .text(card), "on": .flag(matching.isOn), "labels": .list(matching.labels.map { .text($0) }),
            "include": .list(matching.include.map { .text($0) }),
        ])
    }
}

extension ExpressionType {
    /// As the Prometheus API calls it.
    fileprivate var apiName: String {
        switch self {
        case .scalar: "scalar"
        case .string: "string"
        case .instantVector: "vector"
        case .rangeVector: "matrix"
        }
    }
}
