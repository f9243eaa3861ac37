extension ExpositionFlavor {
    /// What to answer to this Accept header: OpenMetrics when asked for with at least the weight of plain text.
    ///
    /// Wildcards ask for plain text, and so does a header that names neither format. A range with a malformed weight or
    /// a version that this writer does not write is passed over (RFC 9110, section 12.5.1).
    package init(accept: String?) {
        var openMetrics = 0
        // Text from the most specific range that covers it.
        var text: (specificity: Int, weight: Int) = (-1, 0)
        for range in (accept ?? "").split(separator: ",") {
            guard let range = MediaRange(range) else { continue }
            switch range.type {
            case "application/openmetrics-text":
                if range.version == nil || range.version == "1.0.0" || range.version == "0.0.1" {
                    openMetrics = max(openMetrics, range.weight)
                }
            case "text/plain": Self.weigh(&text, 2, range.weight)
            case "text/*": Self.weigh(&text, 1, range.weight)
            case "*/*": Self.weigh(&text, 0, range.weight)
            default: continue
            }
        }
        self = openMetrics > 0 && openMetrics >= text.weight ? .openMetrics : .text
    }

    /// What a reply with this Content-Type holds.
    package init(contentType: String?) {
        self = MediaRange((contentType ?? "")[...])?.type == "application/openmetrics-text" ? .openMetrics : .text
    }

    private static func weigh(_ current: inout (specificity: Int, weight: Int), _ specificity: Int, _ weight: Int) {
        if specificity > current.specificity {
            current = (specificity, weight)
        } else if specificity == current.specificity {
            current.weight = max(current.weight, weight)
        }
    }
}

/// One element of an Accept header.
private struct MediaRange {
    /// Type and subtype in lower case.
    var type: String
    var version: String?
    /// Thousandths, 0 to 1000.
    var weight = 1000

    /// Nil when the range is empty or its weight is not one.
    init?(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        guard let first = parts.first, !first.isEmpty else { return nil }
        type = first.lowercased()
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = Self.trimmed(part[..<equals]).lowercased()
            var value = Self.trimmed(part[part.index(after: equals)...])
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            switch name {
            case "version": version = String(value)
            case "q":
                guard let weight = Self.thousandths(value) else { return nil }
                self.weight = weight
            default: continue
            }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    /// A quality value: 0 to 1 with at most three decimals.
    private static func thousandths(_ text: Substring) -> Int? {
        let digits = Array(text.utf8)
        guard let first = digits.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
        guard digits.count <= 5 else { return nil }
        var value = first == UInt8(ascii: "1") ? 1000 : 0
        guard digits.count > 1 else { return value }
        guard digits[1] == UInt8(ascii: ".") else { return nil }
        var unit = 100
        for digit in digits.dropFirst(2) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value += Int(digit - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return value <= 1000 ? value : nil
    }
}
