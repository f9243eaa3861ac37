package import MonitoringModel

/// Values by subject and span over a fixed run of spans; NaN where nothing is known.
package struct FigureTable<Subject: Hashable & Sendable>: Sendable {
    /// The index of the first span.
    package let first: Int
    package let count: Int
    package private(set) var rows: [Subject: Row] = [:]

    package struct Row: Sendable {
        /// Without the metric name; of the series with the newest value.
        package var labels: LabelSet
        package var values: [Double]
        /// The newest span with a value.
        package var newest: Int
    }

    /// - Parameter count: spans, at least one.
    package init(last: Int, count: Int) {
        first = last - count + 1
        self.count = count
    }

    package var last: Int { first + count - 1 }

    /// The newest span of which any subject has a value.
    package var newest: Int? { rows.values.map(\.newest).max() }

    /// The oldest span of which any subject has a value.
    package var oldest: Int? {
        rows.values.compactMap { $0.values.firstIndex { !$0.isNaN } }.min().map { first + $0 }
    }

    /// Takes in the figures of one series. Of several series of a subject the largest value of a span counts: two
    /// devices that report the same one, or the one before and the one after a replacement.
    /// - Parameter index: tells which span a sample is of; those outside the table are left out.
    package mutating func add(_ series: SeriesSamples, as subject: Subject, index: (Timestamp) -> Int) {
        var row =
            rows.removeValue(forKey: subject)
            ?? Row(labels: LabelSet(), values: Array(repeating: .nan, count: count), newest: .min)
        var newest = Int.min
        for sample in series.samples where sample.value.isFinite {
            let span = index(sample.timestamp)
            let place = span - first
            guard row.values.indices.contains(place) else { continue }
            row.values[place] = row.values[place].isNaN ? sample.value : max(row.values[place], sample.value)
            newest = max(newest, span)
        }
        if newest > .min, newest >= row.newest {
            row.newest = newest
            row.labels = series.labels.withoutMetricName
        }
        // Without a value there is no row.
        if row.newest > .min { rows[subject] = row }
    }
}
