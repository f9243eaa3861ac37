package import MonitoringModel

/// Where the counters of a target stood, from what was stored of it.
package struct CounterHistory: Sendable {
    let source: any SeriesSource

    /// How far back a device is looked for that no longer answered.
    private static let reach = Duration.seconds(90 * 86_400)

    package init(_ source: any SeriesSource) {
        self.source = source
    }

    /// The values of the last poll before `time` that the target answered, of series with these metric names.
    /// - Parameter base: the labels of the target's series.
    func last(of base: [Label], names: Set<String>, before time: Timestamp) async throws -> [LabelSet: Double] {
        let target = base.map { LabelMatcher($0.name, .equal, $0.value) }
        let ups = try await source.select(
            [LabelMatcher(Label.metricName, .equal, "up")] + target, from: time - Self.reach,
            through: time - .milliseconds(1))
        guard let answered = ups.flatMap(\.samples).filter({ $0.value == 1 }).map(\.timestamp).max() else { return [:] }
        var values: [LabelSet: Double] = [:]
        for series in try await source.select(target, from: answered, through: answered)
        where names.contains(series.labels.metricName) {
            if let sample = series.samples.last, sample.value.isFinite { values[series.labels] = sample.value }
        }
        return values
    }
}
