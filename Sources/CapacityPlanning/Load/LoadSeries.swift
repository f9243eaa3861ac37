package import MonitoringModel

/// An outlook of loads as series, so that rules, queries and dashboards can use it.
///
/// Instant queries see samples for five minutes, so whoever holds an outlook appends these again and again.
package struct LoadSamples: Sendable {
    private struct Line: Sendable {
        var series: SeriesID
        /// One an hour; a single value holds for all of them.
        var values: [Double]
    }

    private let firstHour: Int
    private let lines: [Line]

    /// Quantiles of the week's highest hour that are told.
    private static let peakQuantiles = [0.5, 0.9]

    package init(_ outlook: LoadOutlook, in appender: any SampleAppender) {
        firstHour = outlook.firstHour
        var labels: [LabelSet] = []
        var values: [[Double]] = []
        for load in outlook.loads where !load.forecast.abstains {
            func add(_ name: String, _ quantile: Double, _ hours: [Double]) {
                let own = [Label(Label.metricName, name), Label("quantile", "\(quantile)")]
                labels.append(LabelSet(load.labels.labels + own))
                values.append(hours)
            }
            let figure = load.key.figure
            for (quantile, hours) in zip(LoadForecast.quantiles, load.forecast.values) {
                add(figure.forecastName, quantile, hours)
                if Self.peakQuantiles.contains(quantile), let highest = hours.max() {
                    add(figure.forecastPeakName, quantile, [highest])
                }
            }
        }
        lines = zip(appender.seriesIDs(for: labels), values).map { Line(series: $0, values: $1) }
    }

    /// - Returns: without samples once the hours that were forecast have passed.
    package func batch(at time: Timestamp) -> SampleBatch {
        let hour = TimeGrid.hours.index(of: time) - firstHour
        guard (0..<LoadOutlook.horizon).contains(hour) else { return SampleBatch(timestamp: time, values: []) }
        return SampleBatch(
            timestamp: time,
            values: lines.compactMap { line in
                let value = line.values.count == 1 ? line.values[0] : line.values[hour]
                return (line.series, value)
            })
    }

    package static let metadata: [MetricMetadata] = LoadFigure.allCases.flatMap { figure in
        [
            MetricMetadata(
                name: figure.forecastName, kind: .gauge,
                help:
                    "What was forecast for the running hour: \(figure.words), with the probability in \"quantile\" less."
            ),
            MetricMetadata(
                name: figure.forecastPeakName, kind: .gauge,
                help: "The highest hour of the week from the forecast on: \(figure.words), by the hours' \"quantile\"."),
        ]
    }
}

extension LoadFigure {
    package var forecastName: String { name("forecast") }
    package var forecastPeakName: String { name("forecast_peak") }

    private func name(_ middle: String) -> String {
        switch self {
        case .processor: "device_cpu_\(middle)_ratio"
        case .receive: "link_receive_\(middle)_bytes_per_second"
        case .transmit: "link_transmit_\(middle)_bytes_per_second"
        case .inCall: "room_in_call_\(middle)_ratio"
        case .calls: "calls_\(middle)"
        }
    }

    fileprivate var words: String {
        switch self {
        case .processor: "share of time that processors are busy"
        case .receive: "bytes a second received"
        case .transmit: "bytes a second sent"
        case .inCall: "share of the hour in a call"
        case .calls: "rooms in a call at once"
        }
    }
}
