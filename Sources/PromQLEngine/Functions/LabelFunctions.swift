import MonitoringModel
import PromQLSyntax
import RE2

/// `label_replace`: a label set to what a pattern found in another one.
struct LabelReplacement {
    private let source: String
    private let replacement: String
    private let pattern: Pattern

    /// - Throws: when the pattern is no regular expression.
    init(replacement: String, source: String, pattern: String) throws(PatternError) {
        self.source = source
        self.replacement = replacement
        self.pattern = try Pattern(pattern)
    }

    /// - Returns: the value of the label; nil: it stays as it is.
    func callAsFunction(_ labels: LabelSet) throws(LabelTooLong) -> String? {
        do throws(ExpansionTooLong) {
            return try pattern.expand(replacement, in: labels[source] ?? "", limit: LabelTooLong.limit)
        } catch {
            throw LabelTooLong(bytes: error.count)
        }
    }
}

/// `label_join`: a label set to the values of others.
struct LabelJoining {
    let sources: [String]
    let separator: String

    func callAsFunction(_ labels: LabelSet) throws(LabelTooLong) -> String {
        let values = sources.map { labels[$0] ?? "" }
        let bytes = values.reduce(separator.utf8.count * max(values.count - 1, 0)) { $0 + $1.utf8.count }
        guard bytes <= LabelTooLong.limit else { throw LabelTooLong(bytes: bytes) }
        return values.joined(separator: separator)
    }
}

/// The value of a label is longer than functions make them: calls within calls would else take all memory for one series.
struct LabelTooLong: Error {
    /// What it would have.
    let bytes: Int

    /// Far more than anything that names something.
    static let limit = 1 << 16
}

/// Compares texts so that runs of digits count as numbers, and other runs as wholes: "eth2" comes before "eth10", and both before
/// "eth-uplink", whose first run is the longer one.
func isNaturallyOrdered(_ a: String, before b: String) -> Bool {
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    var left = Array(a.utf8)[...]
    var right = Array(b.utf8)[...]
    var isInRun = false
    while let first = left.first, let second = right.first {
        if isDigit(first), isDigit(second) {
            let one = left.prefix(while: isDigit)
            let other = right.prefix(while: isDigit)
            let (a, b) = (one.drop { $0 == UInt8(ascii: "0") }, other.drop { $0 == UInt8(ascii: "0") })
            if a.count != b.count { return a.count < b.count }
            if !a.elementsEqual(b) { return a.lexicographicallyPrecedes(b) }
            if one.count != other.count { return one.count < other.count }
            left = left.dropFirst(one.count)
            right = right.dropFirst(other.count)
            isInRun = false
        } else {
            if isInRun, isDigit(first) != isDigit(second) { return isDigit(first) }
            if first != second { return first < second }
            isInRun = true
            left = left.dropFirst()
            right = right.dropFirst()
        }
    }
    return left.count < right.count
}

extension PromQLExpression {
    /// The labels that a selector asks for by equality, which `absent` gives its result.
    var absentLabels: LabelSet {
        let matchers: [SelectorMatcher]
        switch self {
        case .vector(let selector): matchers = selector.matchers
        case .matrix(let matrix): matchers = matrix.selector.matchers
        default: return LabelSet()
        }
        var values: [String: String] = [:]
        // A label asked for twice is left out, but what comes before the first "=" does not count, as in Prometheus.
        var asked: Set<String> = []
        for matcher in matchers.map(\.matcher) where matcher.name != Label.metricName {
            values[matcher.name] = nil
            if matcher.operation == .equal, asked.insert(matcher.name).inserted {
                values[matcher.name] = matcher.value
            }
        }
        return LabelSet(values.map { Label($0.key, $0.value) })
    }
}
