import MonitoringModel
import RE2

/// A label matcher whose pattern is compiled.
///
/// A missing label counts as an empty value, as in Prometheus: a matcher that accepts "" accepts series without the label.
struct CompiledMatcher {
    private enum Test {
        case equal(String)
        case notEqual(String)
        case pattern(Pattern, isNegated: Bool)
    }

    let name: String
    private let test: Test

    /// - Throws: `PatternError` for a bad regular expression.
    init(_ matcher: LabelMatcher) throws(PatternError) {
        name = matcher.name
        switch matcher.operation {
        case .equal: test = .equal(matcher.value)
        case .notEqual: test = .notEqual(matcher.value)
        case .matches: test = .pattern(try Pattern(matcher.value), isNegated: false)
        case .doesNotMatch: test = .pattern(try Pattern(matcher.value), isNegated: true)
        }
    }

    /// Whether `condition` needs the values of the label.
    var needsValues: Bool {
        if case .pattern = test { true } else { false }
    }

    /// The matcher as lists of values. Patterns run here, outside every lock.
    ///
    /// - Parameter values: all values the label has, when `needsValues`.
    func condition(on values: [String]) -> LabelIndex.Condition {
        let kind: LabelIndex.Condition.Kind =
            switch test {
            case .equal(""): .isAbsent
            case .equal(let value): .hasOne([value])
            case .notEqual(""): .isPresent
            case .notEqual(let value): .hasNone([value])
            case .pattern(let pattern, let isNegated):
                if pattern.matches("") != isNegated {
                    .hasNone(values.filter { pattern.matches($0) == isNegated })
                } else {
                    .hasOne(values.filter { pattern.matches($0) != isNegated })
                }
            }
        return LabelIndex.Condition(name: name, kind: kind)
    }
}
