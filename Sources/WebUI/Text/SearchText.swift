import Foundation

/// Words that a reader looks for in names, without regard to case, accents and đ: "nui cam" finds "Núi Cấm".
package struct SearchText: Sendable {
    /// As it was typed, shortened.
    package let text: String
    private let words: [String]

    /// Longer texts are cut.
    private static let limit = 100

    package init(_ text: String = "") {
        self.text = String(text.prefix(Self.limit))
        words = Self.folded(self.text).split(whereSeparator: \.isWhitespace).map(String.init)
    }

    package var isEmpty: Bool { words.isEmpty }

    /// Whether every word is in a name.
    package func isFound(in name: String) -> Bool {
        let name = Self.folded(name)
        return words.allSatisfy { name.contains($0) }
    }

    private static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
            .replacing("đ", with: "d")
    }
}
