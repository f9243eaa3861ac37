import Testing
import WebUI

struct SearchTextTests {
    @Test(arguments: [
        ("nui cam", "Trạm Núi Cấm"), ("CẤM núi", "Núi Cấm"), ("dong", "Đồng Tháp"), ("đồng", "DONG THAP"),
        ("wan-3", "receive:wan-3:a"), ("", "anything"), (" \t", "anything"),
    ])
    func `each word is found, whatever its case, accents and place`(words: String, name: String) {
        #expect(SearchText(words).isFound(in: name))
    }

    @Test(arguments: [("nui xam", "Núi Cấm"), ("x", "")])
    func `a word that is missing is missed`(words: String, name: String) {
        #expect(!SearchText(words).isFound(in: name))
    }

    @Test func `a text without end is cut`() {
        #expect(SearchText(String(repeating: "a ", count: 100_000)).text.count == 100)
        #expect(SearchText("  ").isEmpty && !SearchText(" a ").isEmpty)
    }
}
