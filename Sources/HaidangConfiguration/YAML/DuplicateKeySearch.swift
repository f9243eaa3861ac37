/// Finds where a key stands a second time in one mapping: the library names the key and its first place only.
struct DuplicateKeySearch {
    /// Each line's scalars.
    private let lines: [[Unicode.Scalar]]

    init(text: String) {
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    }

    /// The second place of `key`, first found at `first`; nil when the text is laid out too unusually to tell.
    func second(_ key: String, after first: Place) -> Place? {
        let (row, column) = (first.line - 1, first.column - 1)
        guard lines.indices.contains(row), (0...lines[row].count).contains(column) else { return nil }
        let before = lines[row][..<column].last { $0 != " " }
        let isFlow = before == "{" || before == ","
        let found = isFlow ? nil : inBlock(key, row: row, column: column)
        return (found ?? inFlow(key, row: row, column: column)).map {
            Place(file: first.file, line: $0.row + 1, column: $0.column + 1)
        }
    }

    /// In a block mapping all keys stand in the same column, after spaces only.
    private func inBlock(_ key: String, row: Int, column: Int) -> (row: Int, column: Int)? {
        for next in lines.indices.dropFirst(row + 1) {
            let line = lines[next]
            guard let indentation = line.firstIndex(where: { $0 != " " }), line[indentation] != "#" else { continue }
            if indentation < column { return nil }
            if indentation == column, isKey(key, in: line, at: column) { return (next, column) }
        }
        return nil
    }

    /// In a flow mapping keys follow a brace or comma at the same depth.
    private func inFlow(_ key: String, row: Int, column: Int) -> (row: Int, column: Int)? {
        var depth = 0
        var quote: Unicode.Scalar?
        var previous: Unicode.Scalar = " "
        for next in lines.indices.dropFirst(row) {
            for index in lines[next].indices.dropFirst(next == row ? column : 0) {
                let scalar = lines[next][index]
                if quote == nil, depth == 0, previous == ",", scalar != " ", isKey(key, in: lines[next], at: index) {
                    return (next, index)
                }
                switch scalar {
                case "\"", "'":
                    if quote == nil { quote = scalar } else if quote == scalar { quote = nil }
                case "{", "[": depth += quote == nil ? 1 : 0
                case "}", "]": depth -= quote == nil ? 1 : 0
                default: break
                }
                if depth < 0 { return nil }
                if scalar != " " { previous = scalar }
            }
        }
        return nil
    }

    private func isKey(_ key: String, in line: [Unicode.Scalar], at column: Int) -> Bool {
        for spelling in [key, "\"\(key)\"", "'\(key)'"] {
            let scalars = Array(spelling.unicodeScalars)
            let rest = line.dropFirst(column)
            if rest.starts(with: scalars), rest.dropFirst(scalars.count).first(where: { $0 != " " }) == ":" {
                return true
            }
        }
        return false
    }
}
