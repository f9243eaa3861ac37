import MonitoringModel

/// Reads exposition pages.
///
/// Both formats are read as their specifications have them, so a page that Prometheus reads leniently may be refused: a
/// second TYPE line of a metric, a label named twice, an unknown escape in a label value. Exemplars are checked and
/// dropped. A text page, though, may begin with a byte order mark, its last line may lack the line feed, a TYPE line
/// may stand behind the first samples, and an unknown escape in a HELP text stands for itself: exporters in service
/// write such pages, and nothing in them is in doubt.
package enum ExpositionParser {
    /// The families in the order in which they appear, those with a description and no samples included.
    ///
    /// An OpenMetrics gauge histogram becomes one family of unknown type for each of its sample names.
    ///
    /// - Throws: at the first byte that the format or `limits` does not allow.
    package static func parse(
        _ page: [UInt8], flavor: ExpositionFlavor, limits: ExpositionLimits = ExpositionLimits()
    ) throws(ExpositionError) -> [MetricFamily] {
        switch flavor {
        case .text:
            var reader = TextPageReader(page, limits: limits)
            return try reader.read()
        case .openMetrics:
            var reader = OpenMetricsPageReader(page, limits: limits)
            return try reader.read()
        }
    }
}

/// The two ways in which the formats write `{name="value",…}`.
enum LabelSyntax {
    /// Blanks around everything, a comma behind the last label; escapes are `\\`, `\"` and `\n` only.
    case text
    /// No blanks, no comma behind the last label; a backslash before any other character stands for itself.
    case openMetrics
}

extension PageCursor {
    /// Appends the labels of a list that starts here.
    mutating func labels(
        _ syntax: LabelSyntax, into labels: inout [Label], limit: Int
    ) throws(ExpositionError) {
        let first = labels.count
        try consume(UInt8(ascii: "{"), "\"{\"")
        skipBlanks(in: syntax)
        while byte != UInt8(ascii: "}") {
            let start = index
            let range = try name("a label name or \"}\"", allowsColons: false)
            let name = text(range)
            guard name != Label.metricName else { throw error("expected a label other than __name__", at: start) }
            for label in labels[first...] where label.name == name {
                throw error("expected each label once, found \(name) again", at: start)
            }
            guard labels.count - first < limit else {
                throw error("expected at most \(limit) labels, found more", at: start)
            }
            skipBlanks(in: syntax)
            try consume(UInt8(ascii: "="), "\"=\" behind the label name")
            skipBlanks(in: syntax)
            labels.append(Label(name, try quotedValue(syntax)))
            skipBlanks(in: syntax)
            if byte == UInt8(ascii: ",") {
                advance()
                skipBlanks(in: syntax)
                if syntax == .openMetrics, byte == UInt8(ascii: "}") { throw expected("a label name behind \",\"") }
            } else if byte != UInt8(ascii: "}") {
                throw expected("\",\" or \"}\" behind the label value")
            }
        }
        advance()
    }

    private mutating func skipBlanks(in syntax: LabelSyntax) {
        if syntax == .text { skipBlanks() }
    }

    private mutating func quotedValue(_ syntax: LabelSyntax) throws(ExpositionError) -> String {
        try consume(UInt8(ascii: "\""), "\"\\\"\" before the label value")
        let start = index
        // Most values have no escape and are taken as they stand.
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { advance() }
        if byte == UInt8(ascii: "\"") {
            let value = try validText(page[start..<index], from: start)
            advance()
            return value
        }
        var value = Array(page[start..<index])
        while let byte, byte != UInt8(ascii: "\"") {
            advance()
            guard byte == UInt8(ascii: "\\") else {
                value.append(byte)
                continue
            }
            switch self.byte {
            case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "\\"): value.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "\""): value.append(UInt8(ascii: "\""))
            default:
                guard syntax == .openMetrics, let other = self.byte else {
                    throw expected("\\\\, \\\" or \\n behind a backslash in a label value")
                }
                value += [UInt8(ascii: "\\"), other]
            }
            advance()
        }
        guard byte != nil else { throw expected("\"\\\"\" behind the label value") }
        let text = try validText(value[...], from: start)
        advance()
        return text
    }

    /// A HELP text with its escapes undone; an unknown escape stands for itself.
    func helpText(_ range: Range<Int>, _ syntax: LabelSyntax) throws(ExpositionError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = page[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < range.upperBound else {
                bytes.append(byte)
                continue
            }
            switch page[index] {
            case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "\"") where syntax == .openMetrics: bytes.append(UInt8(ascii: "\""))
            case let other: bytes += [UInt8(ascii: "\\"), other]
            }
            index += 1
        }
        return try validText(bytes[...], from: range.lowerBound)
    }

    /// A sample value that is the token here.
    mutating func value() throws(ExpositionError) -> Double {
        let range = token()
        guard let value = NumberText.double(page[range]) else { throw expected("a number", found: range) }
        return value
    }
}
