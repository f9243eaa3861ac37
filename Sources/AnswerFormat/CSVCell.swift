/// Cells of tables for spreadsheets and scripts (RFC 4180).
package enum CSVCell {
    private static let special = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]

    /// Writes a text, within quotation marks where it needs them, or always.
    package static func append(_ text: String, to output: inout [UInt8], isQuoted: Bool = false) {
        guard isQuoted || text.utf8.contains(where: special.contains) else {
            output += text.utf8
            return
        }
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { output.append(byte) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "\""))
    }
}
