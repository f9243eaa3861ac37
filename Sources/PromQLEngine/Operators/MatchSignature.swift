import MonitoringModel
import PromQLSyntax

/// Which labels decide what belongs together: those named, or all but those named and the metric name.
struct MatchSignature {
    private let names: LabelNames
    private let isOn: Bool

    init(_ matching: VectorMatching) {
        isOn = matching.isOn
        names = LabelNames(matching.isOn ? matching.labels : matching.labels + [Label.metricName])
    }

    /// The labels that decide.
    func callAsFunction(_ labels: LabelSet) -> LabelSet {
        LabelSet(canonical: labels.labels.filter { names.contains($0.name) == isOn })
    }
}
