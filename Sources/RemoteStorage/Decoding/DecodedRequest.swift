import MonitoringModel

/// What a request says, in flat buffers that serve one request after another: nothing is allocated for a sample or a label once
/// they have grown.
///
/// The samples of series *i* follow those of series *i* - 1 in `times` and `values`.
struct DecodedRequest: Sendable {
    /// One `TimeSeries` message.
    struct Series: Sendable {
        /// Where its labels are: a run of `labels` fields, or the whole message when they are not in one run.
        var labelsStart: UInt32
        var labelsEnd: UInt32
        /// Of the bytes of the labels; meaningless when they are not in one run.
        var hash: UInt64
        var sampleCount: UInt32
        /// The number in the store, once known.
        var id: UInt32 = 0
        var standing: Standing
    }

    enum Standing: UInt8, Sendable {
        /// Its labels are in one run, so the cache may know it.
        case isRun
        /// Its labels are not in one run.
        case isScattered
        /// `id` is its number.
        case isKnown
        /// It cannot be named so, or has no samples.
        case isLeftOut
    }

    var series: [Series] = []
    var times: [Int64] = []
    /// The bits of the values are those of the request, also of NaN.
    var values: [Double] = []
    var metadata: [MetricMetadata] = []
    var outcome = WriteOutcome()

    mutating func removeAll() {
        series.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        metadata.removeAll()
        outcome = WriteOutcome()
    }

    /// Bytes of the buffers.
    var footprint: Int {
        series.capacity * MemoryLayout<Series>.stride + times.capacity * 8 + values.capacity * 8
    }
}
