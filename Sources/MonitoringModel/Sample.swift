/// The dense number of a series within one store. Valid only for the process that was given it.
package struct SeriesID: Hashable, Comparable, Sendable {
    package var rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static func < (lhs: SeriesID, rhs: SeriesID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// One value at one time.
///
/// Public, as `Timestamp` and `StaleMarker` are, since the compiler inlines nothing of `package` access in other modules, and these
/// are used for every sample.
public struct Sample: Hashable, Sendable {
    public var timestamp: Timestamp
    public var value: Double

    public init(_ timestamp: Timestamp, _ value: Double) {
        self.timestamp = timestamp
        self.value = value
    }
}

/// The NaN that says "this series has ended here", with the bits Prometheus uses.
public enum StaleMarker {
    public static var bits: UInt64 { 0x7ff0_0000_0000_0002 }
    public static var value: Double { Double(bitPattern: bits) }

    public static func isStale(_ value: Double) -> Bool { value.bitPattern == bits }
}

/// Everything one poll of one device wrote: values that share one time.
package struct SampleBatch: Sendable {
    package var timestamp: Timestamp
    package var values: [(series: SeriesID, value: Double)]

    package init(timestamp: Timestamp, values: [(series: SeriesID, value: Double)]) {
        self.timestamp = timestamp
        self.values = values
    }
}

/// The samples of one series in time order.
package struct SeriesSamples: Sendable {
    package var labels: LabelSet
    package var samples: [Sample]

    package init(labels: LabelSet, samples: [Sample]) {
        self.labels = labels
        self.samples = samples
    }
}

/// What is known of a metric beside its samples.
package struct MetricMetadata: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram, summary, info, stateset, unknown
    }

    package var name: String
    package var kind: Kind
    package var help: String
    /// The base unit, "" when none is declared.
    package var unit: String

    package init(name: String, kind: Kind, help: String = "", unit: String = "") {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
    }
}
