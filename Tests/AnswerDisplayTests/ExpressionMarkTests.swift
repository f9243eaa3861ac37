import AnswerDisplay
import Testing

@Suite struct ExpressionMarkTests {
    struct Case: Sendable {
        var message: String
        var expression: String
        var lines: [String]
    }

    @Test(
        "the caret stands below the place that a message names",
        arguments: [
            Case(
                message: "1:17: parse error: unexpected )", expression: "sum by (job) up)",
                lines: ["  sum by (job) up)", "                  ^"]),
            Case(message: "1:4: parse error: end", expression: "up{", lines: ["  up{", "     ^"]),
            Case(
                message: #"invalid parameter "query": 2:3: parse error"#, expression: "sum(\n\tx y\n)",
                lines: ["   x y", "    ^"]),
            Case(
                message: "PromQL warning: odd (1:6)", expression: "rate(up[5m])", lines: ["  rate(up[5m])", "       ^"]),
            Case(message: "1:7: x", expression: "\"日本ấ\" +", lines: ["  \"日本ấ\" +", "          ^"]),
            // Places that are none: outside the expression, a time of day, an address.
            Case(message: "1:9: x", expression: "up", lines: []), Case(message: "3:1: x", expression: "up", lines: []),
            Case(message: "at 12:30:00 on 127.0.0.1:8470: x", expression: "up", lines: []),
            Case(message: "no place", expression: "up", lines: []), Case(message: "", expression: "", lines: []),
            // What a terminal would take for a command is shown.
            Case(message: "1:2: x", expression: "\u{1b}[31m", lines: ["  \\x1b[31m", "      ^"]),
        ])
    func marks(_ test: Case) {
        #expect(ExpressionMark.lines(for: test.message, in: test.expression, width: 80) == test.lines)
    }

    @Test("a long line is cut around the place")
    func long() {
        let expression = String(repeating: "abcdefghi ", count: 30)
        for column in [1, 10, 150, 299, 301] {
            let lines = ExpressionMark.lines(for: "1:\(column): x", in: expression, width: 60)
            #expect(lines.count == 2)
            #expect(lines.allSatisfy { $0.count <= 61 }, "\(lines)")
            let place = lines[1].count - 1
            let marked = Array(expression)
            if column <= marked.count { #expect(Array(lines[0])[place] == marked[column - 1]) }
        }
    }
}
