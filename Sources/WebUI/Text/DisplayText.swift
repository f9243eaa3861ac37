/// Makes text of devices and people fit to be read on a page: what cannot be seen, or would reorder what stands beside
/// it, becomes U+FFFD, so that nothing hides. Escaping is a separate, later step.
package enum DisplayText {
    /// Marks stacked on one letter beyond this are dropped: Vietnamese needs two.
    private static let stackedMarks = 3

    /// - Parameter limit: scalars kept; a longer text ends in "…".
    package static func readable(_ text: String, limit: Int = 160) -> String {
        if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var kept = String.UnicodeScalarView()
        var count = 0
        var marks = 0
        for scalar in text.unicodeScalars {
            if count == limit {
                kept.append("…")
                break
            }
            if isMark(scalar) {
                marks += 1
                if marks > stackedMarks { continue }
            } else {
                marks = 0
            }
            kept.append(replacement(of: scalar))
            count += 1
        }
        return String(kept)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func replacement(of scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: " "
        case 0x00...0x1F, 0x7F...0x9F: "\u{FFFD}"
        // Bidirectional controls, invisible operators, zero width space and byte order mark.
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: "\u{FFFD}"
        case 0xE0000...0xE007F: "\u{FFFD}"
        default: scalar
        }
    }
}
