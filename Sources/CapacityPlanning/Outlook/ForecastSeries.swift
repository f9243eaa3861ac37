import Inventory
package import MonitoringModel

/// An outlook as series, so that rules, queries and dashboards can use it.
///
/// Instant queries see samples for five minutes, so whoever holds an outlook appends these again and again.
package enum ForecastSeries {
    package static let fillName = "capacity_forecast_fill_timestamp_seconds"
    package static let fullName = "capacity_forecast_full_ratio"
    package static let abstainedName = "capacity_forecast_abstained"

    package static let metadata: [MetricMetadata] = [
        MetricMetadata(
            name: fillName, kind: .gauge,
            help: "When the resource is full with the probability in \"quantile\"; +Inf: not within a year."),
        MetricMetadata(
            name: fullName, kind: .gauge, help: "Probability that the resource is full within the span in \"within\"."),
        MetricMetadata(
            name: abstainedName, kind: .gauge,
            help: "1 where no date is named for a resource, with the reason why."),
    ]

    /// The labels and values of an outlook; `unit` keeps two measures of one resource apart. A resource that abstains has its reason and nothing else, so that no rule
    /// takes a date for known.
    package static func values(of outlook: CapacityOutlook) -> [(labels: LabelSet, value: Double)] {
        var values: [(labels: LabelSet, value: Double)] = []
        for resource in outlook.resources {
            func add(_ name: String, _ label: String, _ text: String, _ value: Double) {
                let own = [
                    Label(Label.metricName, name), Label("unit", resource.key.unit.rawValue), Label(label, text),
                ]
                values.append((LabelSet(resource.labels.labels + own), value))
            }
            let forecast = resource.forecast
            if let reason = forecast.abstention {
                add(abstainedName, "reason", reason.rawValue, 1)
                continue
            }
            for (quantile, days) in zip(FillDays.quantiles, forecast.fill.values) {
                add(fillName, "quantile", "\(quantile)", days.map { outlook.time(ofDay: $0).seconds } ?? .infinity)
            }
            for (span, probability) in zip(FullWithin.spans, forecast.fullWithin.values) {
                if let probability { add(fullName, "within", "\(span)d", probability) }
            }
        }
        return values
    }
}

/// The samples of an outlook, ready to be appended at any time.
package struct ForecastSamples: Sendable {
    private let values: [(series: SeriesID, value: Double)]

    package init(_ outlook: CapacityOutlook, in appender: any SampleAppender) {
        let labelled = ForecastSeries.values(of: outlook)
        let ids = appender.seriesIDs(for: labelled.map(\.labels))
        values = zip(ids, labelled).map { ($0, $1.value) }
    }

    package func batch(at time: Timestamp) -> SampleBatch { SampleBatch(timestamp: time, values: values) }
}
