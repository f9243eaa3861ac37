package import MonitoringModel

/// Where the counters of a target stood, from what was stored of it.
package struct CounterHistory: Sendable {
    let source: any SeriesSource

    /// How far back a device is looked for that no longer answered.
    private static let reach = Duration.seconds(90 * 86_400)
    /// How long before its last answer a counter may have been read for the last time: an answer may bring half of a device.
    private static let window = Duration.seconds(3_600)

    package init(_ source: any SeriesSource) {
        self.source = source
    }

    /// The newest values before `time`, from the hour before the target's last answer, of series with these metric names.
    /// - Parameter base: the labels of the target's series.
    func last(of base: [Label], names: Set<String>, before time: Timestamp) async throws -> [LabelSet: Double] {
        let target = base.map { LabelMatcher($0.name, .equal, $0.value) }
        let ups = try await source.select(
            [LabelMatcher(Label.metricName, .equal, "up")] + target, from: time - Self.reach,
            through: time - .milliseconds(1))
        guard let answered = ups.flatMap(\.samples).filter({ $0.value == 1 }).map(\.timestamp).max() else { return [:] }
        var values: [LabelSet: Double] = [:]
        for name in names.sorted() {
            let matchers = [LabelMatcher(Label.metricName, .equal, name)] + target
            for series in try await source.select(matchers, from: answered - Self.window, through: answered) {
                let last = series.samples.last { $0.value.isFinite }
                if let last { values[series.labels] = last.value }
            }
        }
        return values
    }
}
