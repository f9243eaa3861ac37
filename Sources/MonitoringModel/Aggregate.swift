/// What is known of the samples of one series in one span of time.
package struct Aggregate: Hashable, Sendable {
    /// The end of the span, which belongs to it; its start does not.
    package var timestamp: Timestamp
    package var min: Double
    package var max: Double
    package var sum: Double
    /// Samples; at least one.
    package var count: Int
    /// The newest of them.
    package var last: Double

    package init(timestamp: Timestamp, min: Double, max: Double, sum: Double, count: Int, last: Double) {
        self.timestamp = timestamp
        self.min = min
        self.max = max
        self.sum = sum
        self.count = count
        self.last = last
    }

    package var mean: Double { sum / Double(count) }
}

/// The aggregates of one series in time order.
package struct SeriesAggregates: Sendable {
    package var labels: LabelSet
    package var aggregates: [Aggregate]

    package init(labels: LabelSet, aggregates: [Aggregate]) {
        self.labels = labels
        self.aggregates = aggregates
    }
}
