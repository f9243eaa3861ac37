/// Shows where in an expression something is wrong: the line of it, and a caret below the place.
///
///     sum by (job) up)
///                  ^
package enum ExpressionMark {
    /// - Parameters:
    ///   - message: holds the place as `line:column: …` or `(line:column)`, counted from 1, columns in Unicode scalars.
    ///   - width: columns of the terminal; a longer line is cut around the place.
    /// - Returns: nothing when the message names no place in the expression.
    package static func lines(for message: String, in expression: String, width: Int) -> [String] {
        for (line, column) in places(in: message) {
            // By scalars: a carriage return and a line feed are one character.
            let lines = expression.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            guard (1...lines.count).contains(line), (1...lines[line - 1].count + 1).contains(column) else { continue }
            return mark(lines[line - 1], column - 1, width: max(width - indentation.count, 20))
        }
        return []
    }

    private static let indentation = "  "

    private static func mark(_ line: Substring.UnicodeScalarView, _ column: Int, width: Int) -> [String] {
        var before = shown(line.prefix(column))
        var after = shown(line.dropFirst(column))
        if TerminalText.width(before) + TerminalText.width(after) > width {
            // Two thirds are for what leads to the place.
            let room = max(width * 2 / 3, width - TerminalText.width(after))
            if TerminalText.width(before) > room { before = "…" + before.suffix(room - 1) }
            after = TerminalText.cut(after, to: width - TerminalText.width(before))
        }
        return [
            indentation + before + after,
            indentation + String(repeating: " ", count: TerminalText.width(before)) + "^",
        ]
    }

    private static func shown(_ scalars: Substring.UnicodeScalarView) -> String {
        var spaced = String.UnicodeScalarView()
        for scalar in scalars where scalar != "\r" { spaced.append(scalar == "\t" ? " " : scalar) }
        return TerminalText.safe(String(spaced))
    }

    /// Pairs of numbers that stand as places do.
    private static func places(in message: String) -> [(line: Int, column: Int)] {
        var places: [(line: Int, column: Int)] = []
        var before: Character?
        var rest = message[...]
        while let first = rest.first {
            let isBegin = before == nil || before == " " || before == "("
            if isBegin, let (line, column, length) = place(at: rest) {
                places.append((line, column))
                before = rest.dropFirst(length - 1).first
                rest = rest.dropFirst(length)
            } else {
                before = first
                rest = rest.dropFirst()
            }
        }
        return places
    }

    private static func place(at text: Substring) -> (line: Int, column: Int, length: Int)? {
        let line = text.prefix { $0.isASCII && $0.isNumber }
        let behind = text.dropFirst(line.count)
        guard behind.first == ":" else { return nil }
        let column = behind.dropFirst().prefix { $0.isASCII && $0.isNumber }
        let length = line.count + 1 + column.count
        guard let end = text.dropFirst(length).first, end == ":" || end == ")", let line = Int(line),
            let column = Int(column)
        else { return nil }
        return (line, column, length)
    }
}
