/// Where an expression is wrong. Lines and columns count from 1; columns are characters, not bytes.
package struct PromQLSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int
    /// What was expected and found.
    package var message: String

    /// An error at `offset`, in UTF-8 bytes, of `expression`.
    package init(_ message: String, at offset: Int, of expression: String) {
        line = 1
        column = 1
        self.message = message
        for byte in expression.utf8.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }

    package var description: String { "\(line):\(column): parse error: \(message)" }
}
