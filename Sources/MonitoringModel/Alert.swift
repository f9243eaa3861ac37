/// An alert as `/api/v1/alerts` and receivers see it.
package struct Alert: Hashable, Sendable {
    package enum State: String, Sendable, Codable {
        case pending, firing, resolved
    }

    /// Identity: `alertname`, `severity`, and the labels of what it is about.
    package var labels: LabelSet
    /// Texts for people: `summary`, `summary_vi`, `description`, …; hostile text is not yet escaped.
    package var annotations: [String: String]
    package var state: State
    /// When the condition began.
    package var activeAt: Timestamp
    /// When it ended; nil while it lasts.
    package var resolvedAt: Timestamp?
    package var value: Double

    package init(
        labels: LabelSet, annotations: [String: String], state: State, activeAt: Timestamp,
        resolvedAt: Timestamp? = nil, value: Double = 1
    ) {
        self.labels = labels
        self.annotations = annotations
        self.state = state
        self.activeAt = activeAt
        self.resolvedAt = resolvedAt
        self.value = value
    }
}
