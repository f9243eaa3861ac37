package import MonitoringModel

/// A family of an exposition page.
package struct MetricFamily: Sendable {
    /// The name is the one that samples carry in the store: `http_requests_total` for a counter and `target_info` for
    /// an info metric in both formats, though OpenMetrics declares them without the suffix. Histograms and summaries
    /// are named without suffix.
    package var metadata: MetricMetadata
    /// Labels include the metric name, which for histograms and summaries carries its suffix. A nil timestamp: now.
    package var samples: [(labels: LabelSet, value: Double, timestamp: Timestamp?)]

    package init(
        metadata: MetricMetadata, samples: [(labels: LabelSet, value: Double, timestamp: Timestamp?)] = []
    ) {
        self.metadata = metadata
        self.samples = samples
    }
}

/// The two text formats of metrics pages.
package enum ExpositionFlavor: String, Sendable {
    /// Prometheus text format 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    package var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}

/// What a page may hold before it is refused, so that a hostile one costs bounded memory.
package struct ExpositionLimits: Hashable, Sendable {
    /// Of one line without its line feed.
    package var lineBytes: Int
    /// Of one sample, without the metric name.
    package var labels: Int
    /// Of the whole page.
    package var samples: Int

    package init(lineBytes: Int = 65_536, labels: Int = 128, samples: Int = 1_000_000) {
        self.lineBytes = lineBytes
        self.labels = labels
        self.samples = samples
    }
}

/// Where a page is wrong. Lines and columns count from 1; columns are characters, not bytes.
package struct ExpositionError: Error, Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int
    /// What was expected and found.
    package var message: String

    package init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String { "\(line):\(column): \(message)" }
}
