package import RE2

/// A regular expression of a module: RE2 syntax, searched anywhere in a text, without regard to case.
package struct TextPattern: Hashable, Sendable {
    /// As written.
    package let source: String
    private let pattern: Pattern

    /// - Throws: RE2's reason.
    package init(_ source: String) throws(PatternError) {
        self.source = source
        do throws(PatternError) {
            pattern = try Pattern("(?i)" + source)
        } catch {
            throw PatternError(pattern: source, reason: error.reason)
        }
    }

    package func isFound(in text: String) -> Bool { pattern.isFound(in: text) }

    /// What the first group took, or the whole match where there is no group; nil without a match.
    package func firstMatch(in text: String) -> String? {
        pattern.firstMatch(in: text).map(String.init)
    }

    package static func == (lhs: TextPattern, rhs: TextPattern) -> Bool { lhs.source == rhs.source }

    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
