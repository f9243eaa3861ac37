package import MonitoringModel

/// `name{label="value",…} offset 5m @ 1234`.
package struct VectorSelector: Hashable, Sendable {
    /// The metric name when it stands before the braces; the first matcher then asks for it.
    package var name: String?
    /// In the order written, those of the metric name among them.
    package var matchers: [SelectorMatcher]
    /// How far back to look, in whole milliseconds; negative looks ahead.
    package var offset: Duration
    package var at: EvaluationTime?
    package var range: SourceRange
}

package struct SelectorMatcher: Hashable, Sendable {
    package var matcher: LabelMatcher
    package var range: SourceRange
}

/// `selector[5m]`, with offset and time in the selector.
package struct MatrixSelector: Hashable, Sendable {
    package var selector: VectorSelector
    /// Positive, in whole milliseconds.
    package var span: Duration
    package var range: SourceRange
}

/// `content[1h:5m] offset 5m @ 1234`: an instant vector evaluated step by step over a range.
package struct Subquery: Hashable, Sendable {
    package var content: PromQLExpression
    /// Positive, in whole milliseconds.
    package var span: Duration
    /// Positive, in whole milliseconds; nil leaves the choice to the evaluation.
    package var step: Duration?
    /// How far back to look, in whole milliseconds; negative looks ahead.
    package var offset: Duration
    package var at: EvaluationTime?
    package var range: SourceRange
}

/// The time after `@`, which takes the place of the evaluation time.
package enum EvaluationTime: Hashable, Sendable {
    case time(Timestamp)
    /// The first time of the query.
    case start
    /// The last time of the query.
    case end
}
