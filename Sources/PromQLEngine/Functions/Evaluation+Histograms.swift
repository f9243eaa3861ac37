import MonitoringModel
import PromQLSyntax

extension Evaluation {
    /// The label with the upper bound of a bucket.
    private static let boundLabel = "le"

    /// The buckets of one histogram.
    private struct Buckets {
        var name: String
        var labels: LabelSet
        var series: [(bound: Double, values: [Double])] = []
    }

    /// `histogram_quantile` and `histogram_fraction`, of classic histograms.
    func streamHistograms(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        let isQuantile = call.function == .histogramQuantile
        let first = try await scalar(call.arguments[0], grid)
        let second = isQuantile ? [] : try await scalar(call.arguments[1], grid)
        let content = call.arguments[call.arguments.count - 1]
        if isQuantile {
            for share in first where !(0...1).contains(share) { noteShare(share, call.arguments[0].range) }
        }
        var histograms: [Buckets] = []
        var places: [LabelSet: Int] = [:]
        let vector = try await vector(content, grid)
        defer { release(vector, grid) }
        for series in vector {
            try budget.check()
            let text = series.labels[Self.boundLabel] ?? ""
            guard let bound = Double(goText: text) else {
                annotations.warn(
                    "bucket label \"le\" is missing or has a malformed value of \(text.debugDescription) "
                        + "for metric name \(series.labels.metricName.debugDescription)", content.range)
                continue
            }
            let key = series.labels.setting(Self.boundLabel, to: "")
            if places[key] == nil {
                places[key] = histograms.count
                histograms.append(Buckets(name: series.labels.metricName, labels: key.withoutMetricName))
            }
            if let place = places[key] { histograms[place].series.append((bound, series.values)) }
        }
        var joined = JoinedSeries()
        for histogram in histograms {
            var values = Array(repeating: Absent.value, count: grid.count)
            var buckets = ClassicHistogram()
            for step in 0..<grid.count {
                try budget.check()
                buckets.removeAll()
                for (bound, counts) in histogram.series where !Absent.isAbsent(counts[step]) {
                    buckets.add(bound: bound, count: counts[step])
                }
                guard !buckets.isEmpty else { continue }
                guard isQuantile else {
                    values[step] = buckets.fraction(from: first[step], to: second[step])
                    continue
                }
                let (value, isForced) = buckets.quantile(first[step])
                values[step] = value
                if isForced {
                    annotations.inform(
                        "input to histogram_quantile needed to be fixed for monotonicity (see "
                            + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) "
                            + "for metric name \(histogram.name.debugDescription)", content.range)
                }
            }
            _ = try joined.add(StepSeries(labels: histogram.labels, values: values))
        }
        for series in joined.series { try emit(series) }
    }
}
