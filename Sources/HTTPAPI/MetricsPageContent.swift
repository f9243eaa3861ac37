import ExpositionFormat
package import MonitoringModel
import Synchronization

/// What `/metrics` shows of the store: the latest values, or, above the limit, none and a notice.
package struct MetricsPageContent: Sendable {
    package let rows: [(labels: LabelSet, sample: Sample)]
    /// Series that have a value and are not shown.
    package let leftOut: Int
    private let limit: Int

    /// - Parameters:
    ///   - latest: the latest values of the store. Those of other sites and the service's own figures, which the page
    ///     tells as they are now and not as they were stored, neither show nor count.
    ///   - limit: series up to which they are shown.
    package init(_ latest: [(labels: LabelSet, sample: Sample)], scope: QueryScope, limit: Int) {
        let shown = latest.filter {
            scope.includes(site: $0.labels["site"]) && !$0.labels.metricName.hasPrefix("haidang_")
        }
        rows = shown.count <= limit ? shown : []
        leftOut = shown.count - rows.count
        self.limit = limit
    }

    /// A comment line for the text format, without its line feed; nil when nothing is left out.
    package var notice: String? {
        guard leftOut > 0 else { return nil }
        return
            "# \(leftOut) series are left out, as this page shows at most \(limit) (metricsPageSeries in haidang.yml); "
            + "/federate?match[]=SELECTOR serves parts."
    }
}

/// Counts the metrics pages that left series out, since the start of the process.
final class TruncatedPages: Sendable {
    private let count = Atomic<Int>(0)

    func note() {
        count.wrappingAdd(1, ordering: .relaxed)
    }

    var family: MetricFamily {
        let name = "haidang_metrics_pages_truncated_total"
        return MetricFamily(
            metadata: MetricMetadata(
                name: name, kind: .counter, help: "Metrics pages that left series out because there were too many."),
            samples: [(labels: LabelSet(metric: name), value: Double(count.load(ordering: .relaxed)), timestamp: nil)])
    }
}
