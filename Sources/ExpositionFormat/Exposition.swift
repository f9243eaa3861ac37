package import MonitoringModel

/// A family of an exposition page.
package struct MetricFamily: Sendable {
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

    /// What to answer to this Accept header: OpenMetrics when asked for with at least the weight of plain text.
    package init(accept: String?) {
        self = .text
    }

    /// What a reply with this Content-Type holds.
    package init(contentType: String?) {
        self = .text
    }
}

/// Where a page is wrong. Lines and columns count from 1.
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

/// Reads exposition pages.
package enum ExpositionParser {
    /// - Throws: at the first byte that the format does not allow.
    package static func parse(_ page: [UInt8], flavor: ExpositionFlavor) throws(ExpositionError) -> [MetricFamily] {
        []
    }
}

/// Writes exposition pages.
package enum ExpositionWriter {
    /// The family as text; call once per family, then `end`.
    package static func write(_ family: MetricFamily, flavor: ExpositionFlavor, into output: inout [UInt8]) {
    }

    /// What ends a page: `# EOF` in OpenMetrics.
    package static func end(_ flavor: ExpositionFlavor, into output: inout [UInt8]) {
    }
}
