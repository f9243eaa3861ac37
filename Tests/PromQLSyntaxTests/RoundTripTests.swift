import PromQLSyntax
import Testing

@Suite struct RoundTripTests {
    /// What is lost between reading, printing and reading again, or nil.
    private func loss(_ text: String) -> String? {
        do throws(PromQLSyntaxError) {
            let tree = try PromQLParser.parse(text)
            let line = tree.text
            let again = try PromQLParser.parse(line)
            if again.withoutRanges != tree.withoutRanges { return "another tree from \(line)" }
            if again.text != line { return "\(again.text) instead of \(line)" }
            let pretty = tree.pretty
            if try PromQLParser.parse(pretty).text != line { return "another tree from \(pretty)" }
            return again.type == tree.type ? nil : "another type"
        } catch {
            return error.description
        }
    }

    @Test("what is printed reads back as the same tree", arguments: ExpressionCorpus.expressions)
    func corpus(_ text: String) {
        #expect(loss(text) == nil)
    }

    @Test("calls of every function and aggregations of every kind read back")
    func tables() {
        let operands: [ExpressionType: String] = [
            .instantVector: "{a=\"b\"}", .rangeVector: "up[5m]", .scalar: "0.5", .string: "\"x\"",
        ]
        for function in PromQLFunction.allCases {
            let arguments = function.signature.arguments.compactMap { operands[$0] }.joined(separator: ", ")
            #expect(loss("\(function.rawValue)(\(arguments))") == nil)
        }
        for operation in AggregationOperator.allCases {
            let parameter = operation.parameterType.flatMap { operands[$0] }.map { $0 + ", " } ?? ""
            for clause in ["", " by (a)", " without (a)", " without ()"] {
                #expect(loss("\(operation.rawValue)\(clause) (\(parameter)up)") == nil)
            }
        }
        for operation in BinaryOperator.allCases {
            #expect(loss("a \(operation.rawValue) on (x) b \(operation.rawValue) ignoring (y) c") == nil)
        }
    }

    @Test("random expressions read back as the same tree")
    func random() {
        let seed = UInt64.random(in: .min ... .max)
        print("PromQLSyntax round trip: seed \(seed)")
        var generator = ExpressionGenerator(numbers: SeededNumbers(state: seed))
        let types: [ExpressionType] = [.instantVector, .instantVector, .scalar, .rangeVector, .string]
        for number in 0..<5000 {
            let text = generator.expression(types[number % types.count], depth: number % 6)
            if let loss = loss(text) { Issue.record("seed \(seed), case \(number): \(loss) of \(text)") }
        }
    }
}
