package import MonitoringModel

/// Values by resource and day over a fixed run of days; NaN where nothing is known.
package struct DailyTable: Sendable {
    package let firstDay: Int
    package let count: Int
    package private(set) var rows: [ResourceKey: Row] = [:]

    package struct Row: Sendable {
        /// Without the metric name; of the series with the newest value.
        package var labels: LabelSet
        package var values: [Double]
        /// The newest day with a value.
        package var newestDay: Int
    }

    /// - Parameter count: days, at least one.
    package init(lastDay: Int, count: Int) {
        firstDay = lastDay - count + 1
        self.count = count
    }

    package var lastDay: Int { firstDay + count - 1 }

    /// The newest day of which any resource has a value.
    package var newestDay: Int? { rows.values.map(\.newestDay).max() }

    /// Takes in the figures of one series. Of several series of a resource the largest value of a day counts: two
    /// devices that report the same one, or the one before and the one after a replacement.
    /// - Parameter day: tells which day a sample is of; days outside the table are left out.
    package mutating func add(_ series: SeriesSamples, as key: ResourceKey, day: (Timestamp) -> Int) {
        var row =
            rows.removeValue(forKey: key)
            ?? Row(labels: LabelSet(), values: Array(repeating: .nan, count: count), newestDay: .min)
        var newest = Int.min
        for sample in series.samples where sample.value.isFinite {
            let ofSample = day(sample.timestamp)
            let index = ofSample - firstDay
            guard row.values.indices.contains(index) else { continue }
            row.values[index] = row.values[index].isNaN ? sample.value : max(row.values[index], sample.value)
            newest = max(newest, ofSample)
        }
        if newest > .min, newest >= row.newestDay {
            row.newestDay = newest
            row.labels = series.labels.withoutMetricName
        }
        // Without a value there is no row.
        if row.newestDay > .min { rows[key] = row }
    }
}
