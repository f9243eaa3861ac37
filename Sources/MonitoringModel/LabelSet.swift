/// One name–value pair of a series.
package struct Label: Hashable, Comparable, Sendable, Codable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package static func < (lhs: Label, rhs: Label) -> Bool {
        lhs.name == rhs.name ? lhs.value < rhs.value : lhs.name < rhs.name
    }

    /// The label that carries the metric name.
    package static let metricName = "__name__"
}

/// The identity of a series: labels sorted by name, names unique, no empty values.
///
/// As in Prometheus, a label with an empty value is the same as no label, so the initialisers drop it; of two labels with the
/// same name the last one wins.
package struct LabelSet: Hashable, Comparable, Sendable, Codable {
    package let labels: [Label]

    package init(_ labels: [Label] = []) {
        var sorted = labels
        if !Self.isCanonical(labels) {
            var byName: [String: String] = [:]
            for label in labels { byName[label.name] = label.value }
            sorted = byName.compactMap { $0.value.isEmpty ? nil : Label($0.key, $0.value) }.sorted()
        }
        self.labels = sorted
    }

    /// Labels known to be sorted by name, with unique names and no empty values, as they are in another set.
    package init(canonical labels: [Label]) {
        assert(Self.isCanonical(labels))
        self.labels = labels
    }

    /// A series' labels: the metric name and pairs in any order.
    package init(metric: String, _ pairs: [Label] = []) {
        self.init([Label(Label.metricName, metric)] + pairs)
    }

    /// The value of `name`, or nil when the set has no such label.
    package subscript(name: String) -> String? {
        for label in labels where label.name == name { return label.value }
        return nil
    }

    /// The metric name, or "" when the set has none.
    package var metricName: String { self[Label.metricName] ?? "" }

    /// This set with `name` set to `value`; an empty value removes the label.
    package func setting(_ name: String, to value: String) -> LabelSet {
        LabelSet(labels.filter { $0.name != name } + [Label(name, value)])
    }

    /// This set without the metric name.
    package var withoutMetricName: LabelSet { LabelSet(labels.filter { $0.name != Label.metricName }) }

    package static func < (lhs: LabelSet, rhs: LabelSet) -> Bool {
        lhs.labels.lexicographicallyPrecedes(rhs.labels)
    }

    private static func isCanonical(_ labels: [Label]) -> Bool {
        for index in labels.indices {
            if labels[index].value.isEmpty { return false }
            if index > 0, labels[index - 1].name >= labels[index].name { return false }
        }
        return true
    }
}

/// A condition on one label, as in a PromQL selector. A missing label counts as the empty string.
package struct LabelMatcher: Hashable, Sendable {
    package enum Operation: String, Sendable {
        case equal = "="
        case notEqual = "!="
        /// The whole value matches the RE2 pattern.
        case matches = "=~"
        case doesNotMatch = "!~"
    }

    package var name: String
    package var operation: Operation
    package var value: String

    package init(_ name: String, _ operation: Operation, _ value: String) {
        self.name = name
        self.operation = operation
        self.value = value
    }
}
