package import MonitoringModel

/// A figure that is kept once a span, as a recording rule evaluated at the end of each would write it.
package protocol KeptFigure: Sendable {
    /// What the figure is of.
    associatedtype Subject: Hashable & Comparable & Sendable

    /// The metric it is kept as.
    var keptName: String { get }

    /// Whether the running span has a figure already, as a highest so far is one and a mean so far is none.
    var countsRunning: Bool { get }

    /// Of a span that ends when it is asked for.
    func expression(over span: Duration) -> String

    /// - Returns: nil for a series that is of nothing known.
    func subject(of labels: LabelSet) -> Subject?
}
