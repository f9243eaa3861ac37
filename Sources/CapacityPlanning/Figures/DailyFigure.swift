package import Inventory
package import MonitoringModel

/// A figure of resources that is kept once a day, as a recording rule evaluated at each local midnight would write it.
package struct DailyFigure: KeptFigure, Hashable {
    package enum Amount: String, Hashable, Sendable {
        case used, size
    }

    package var amount: Amount
    package var unit: ResourceUnit

    package init(_ amount: Amount, _ unit: ResourceUnit) {
        self.amount = amount
        self.unit = unit
    }

    package static let all: [DailyFigure] = ResourceUnit.allCases.flatMap {
        [DailyFigure(.used, $0), DailyFigure(.size, $0)]
    }

    /// As polls write it: `capacity_used_bytes`.
    package var polledName: String { "capacity_\(amount.rawValue)_\(unit.rawValue)" }

    /// Pools fill at their peaks, so of the use the highest of a day is kept; of the size the newest.
    package var keptName: String { "resource:\(polledName):" + (amount == .used ? "max1d" : "last1d") }

    package var countsRunning: Bool { true }

    package func expression(over span: Duration) -> String {
        let function = amount == .used ? "max_over_time" : "last_over_time"
        return "\(function)(\(polledName)[\(span.wholeMilliseconds)ms])"
    }

    package func subject(of labels: LabelSet) -> ResourceKey? { ResourceKey(labels, unit: unit) }

    package var metadata: MetricMetadata {
        let help =
            amount == .used
            ? "Highest use of a resource in the local day that ends at the sample's time."
            : "Size of a resource at the end of a local day."
        return MetricMetadata(name: keptName, kind: .gauge, help: help)
    }
}
