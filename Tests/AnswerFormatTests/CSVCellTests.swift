import AnswerFormat
import Testing

@Suite("Cells of tables")
struct CSVCellTests {
    @Test(
        "texts with commas, quotation marks and line ends are quoted, others are as they are",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""), ("Kho lưu trữ", "Kho lưu trữ"),
        ])
    func quoting(text: String, expected: String) {
        var cell: [UInt8] = []
        CSVCell.append(text, to: &cell)
        #expect(String(decoding: cell, as: UTF8.self) == expected)
    }
}
