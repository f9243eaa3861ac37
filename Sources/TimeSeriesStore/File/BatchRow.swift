import ChunkEncoding
import MonitoringModel

/// One row of `batches` before it is written.
struct BatchRow {
    /// Larger commits are split, so that a reader never decodes much more than it needs.
    static let sampleLimit = 65_536
    /// The longest time, in milliseconds, between the first and the last sample of a row: a reader that looks for rows which
    /// reach into a range needs to look only this much before it.
    static let longestSpan: Int64 = 86_400_000

    var firstTime: Int64
    var lastTime: Int64
    var sampleCount: Int
    var data: [UInt8]

    /// Sorts what a commit holds by time and series and encodes it.
    ///
    /// A series' samples rise in time in the order of appending, so sorting by time keeps their order.
    static func rows(of batches: [SampleBatch]) -> [BatchRow] {
        let order = batches.indices.sorted {
            (batches[$0].timestamp, $0) < (batches[$1].timestamp, $1)
        }
        var rows: [BatchRow] = []
        var remaining = batches.reduce(0) { $0 + $1.values.count }
        var encoder = SampleBatchEncoder(reserving: min(remaining, sampleLimit))
        var firstTime: Int64 = 0
        var lastTime: Int64 = 0
        func finishRow() {
            guard encoder.sampleCount > 0 else { return }
            rows.append(
                BatchRow(
                    firstTime: firstTime, lastTime: lastTime, sampleCount: encoder.sampleCount, data: encoder.finish()))
            remaining -= encoder.sampleCount
            encoder = SampleBatchEncoder(reserving: min(remaining, sampleLimit))
        }
        var group = SampleGroup()
        var position = 0
        while position < order.count {
            let time = batches[order[position]].timestamp
            var values = batches[order[position]].values
            position += 1
            // Everything polled at the same time becomes one group.
            while position < order.count, batches[order[position]].timestamp == time {
                values += batches[order[position]].values
                position += 1
            }
            if !isRising(values) { values.sort { $0.series < $1.series } }
            let (span, overflow) = time.milliseconds.subtractingReportingOverflow(firstTime)
            if encoder.sampleCount >= sampleLimit || overflow || span > longestSpan { finishRow() }
            if encoder.sampleCount == 0 { firstTime = time.milliseconds }
            lastTime = time.milliseconds
            group.timestamp = time
            group.series.removeAll(keepingCapacity: true)
            group.values.removeAll(keepingCapacity: true)
            for (series, value) in values {
                group.series.append(series.rawValue)
                group.values.append(value)
            }
            encoder.append(group)
        }
        finishRow()
        return rows
    }

    private static func isRising(_ values: [(series: SeriesID, value: Double)]) -> Bool {
        for index in values.indices.dropFirst() where values[index - 1].series >= values[index].series { return false }
        return true
    }
}
