/// One thing wrong with a configuration directory.
package struct ConfigurationProblem: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Relative to the directory.
    package var file: String
    /// From 1; 0 when it is about the whole file.
    package var line: Int
    package var column: Int
    /// What was expected, what was found.
    package var message: String

    package init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String {
        line == 0 ? "\(file): \(message)" : "\(file):\(line):\(column): \(message)"
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.file, lhs.line, lhs.column, lhs.message) < (rhs.file, rhs.line, rhs.column, rhs.message)
    }
}

package struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
    /// Sorted by place, never empty.
    package var problems: [ConfigurationProblem]

    package init(problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
