package import MonitoringModel

/// Files that carry series with their history from one store to another, or to people.
package enum ArchiveFormat: String, CaseIterable, Sendable {
    /// OpenMetrics 1.0 with timestamps, as `promtool tsdb create-blocks-from openmetrics` takes it. Has no stale markers.
    case openMetrics = "openmetrics"
    /// For spreadsheets: time, metric, labels, value. Has no stale markers, and is not read back.
    case csv
    /// One JSON object a line, as VictoriaMetrics' `/api/v1/export` writes and `/api/v1/import` reads:
    /// `{"metric":{"__name__":"up","job":"snmp"},"values":[1,null],"timestamps":[1772346600000,1772346660000]}`, times in
    /// milliseconds. A stale marker is null; what JSON has no number for is "NaN", "Infinity" or "-Infinity".
    case jsonLines = "jsonl"

    package var contentType: String {
        switch self {
        case .openMetrics: ExpositionFlavor.openMetrics.contentType
        case .csv: "text/csv; charset=utf-8; header=present"
        case .jsonLines: "application/x-ndjson"
        }
    }

    /// By the ending of a file's name; nil when it says nothing.
    package init?(fileName: String) {
        let endings: [(String, ArchiveFormat)] = [
            (".jsonl", .jsonLines), (".ndjson", .jsonLines), (".json", .jsonLines), (".csv", .csv),
            (".om", .openMetrics),
            (".prom", .openMetrics), (".txt", .openMetrics), (".openmetrics", .openMetrics),
        ]
        guard let found = endings.first(where: { fileName.lowercased().hasSuffix($0.0) }) else { return nil }
        self = found.1
    }
}

extension MetricFamily {
    /// The name under which the type of a metric is known: that of its family for a part of a histogram or summary.
    package static func name(of metric: String, known: [String: MetricMetadata]) -> String {
        guard known[metric] == nil else { return metric }
        for suffix in ["_bucket", "_sum", "_count", "_total"] where metric.hasSuffix(suffix) {
            let stem = String(metric.dropLast(suffix.count))
            if known[stem] != nil { return stem }
        }
        return metric
    }
}
