/// Spans of time as people write them: `1h30m`, `250ms`.
package enum SpanText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]

    /// Longer ones are refused, so that no sum of times overflows: 140,000 years.
    private static let longest: Int64 = 1 << 52

    /// Reads seconds with or without a fraction, or a duration of PromQL: units from long to short, each once.
    ///
    /// - Returns: nil for anything else, and for spans that are shorter than a millisecond or longer than 140,000 years.
    package static func span(_ text: String) -> Duration? {
        let milliseconds: Int64?
        if let seconds = Double(text) {
            milliseconds = seconds > 0 && seconds < Double(longest / 1000) ? Int64((seconds * 1000).rounded()) : nil
        } else {
            milliseconds = parse(text)
        }
        guard let milliseconds, milliseconds > 0, milliseconds <= longest else { return nil }
        return .milliseconds(milliseconds)
    }

    private static func parse(_ text: String) -> Int64? {
        var rest = text[...]
        var allowed = units[...]
        var sum: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
            guard let count = Int64(digits), let place = allowed.firstIndex(where: { $0.name == unit }),
                count <= longest / units[place].milliseconds
            else { return nil }
            sum += count * units[place].milliseconds
            allowed = units[(place + 1)...]
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return sum
    }

    /// The shortest text that `span` reads as the same, in units of days and below.
    package static func text(_ milliseconds: Int64) -> String {
        var rest = milliseconds
        var text = ""
        for unit in units where unit.name != "y" && unit.name != "w" {
            let count = rest / unit.milliseconds
            if count > 0 { text += "\(count)\(unit.name)" }
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
