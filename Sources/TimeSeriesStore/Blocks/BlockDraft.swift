import ChunkEncoding
import MonitoringModel

/// A block before it has a number: its chunks, encoded.
struct BlockDraft {
    var directory = BlockDirectory()
    var stream = ByteWriter()
    var firstTime: Int64
    var lastTime: Int64
    var sampleCount = 0

    func header(
        number: Int64, shard: Shard.Number, level: UInt8, resolution: UInt32 = 0, source: Int64 = 0
    ) -> BlockHeader {
        BlockHeader(
            number: number, shard: shard, level: level, resolution: resolution, firstTime: firstTime,
            lastTime: lastTime, sampleCount: sampleCount, seriesCount: directory.series.count,
            byteCount: stream.count, source: source)
    }
}

/// Encodes whole chunks; owns the scratch memory for it.
struct ChunkWriter {
    private var encoder = RunEncoder()
    private var payload: [UInt8] = []
    private var ranges: [Range<Int>] = []

    /// Appends the chunk of these times, which rise strictly; there is at least one.
    mutating func writeTimes(_ times: [Int64], base: Int64, to writer: inout ByteWriter) {
        var spans: [RunSpan] = []
        payload.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        times.withUnsafeBufferPointer { times in
            var start = 0
            for count in ChunkLayout.runLengths(times.count) {
                let run = UnsafeBufferPointer(rebasing: times[start..<start + count])
                let before = payload.count
                encoder.encode(times: run, to: &payload)
                ranges.append(before..<payload.count)
                spans.append(RunSpan(count: count, first: run[0], last: run[count - 1]))
                start += count
            }
        }
        payload.withUnsafeBytes { payload in
            ChunkLayout.writeTimes(
                spans, base: base, payload: { UnsafeRawBufferPointer(rebasing: payload[ranges[$0]]) }, to: &writer)
        }
    }

    /// Appends the chunk of these values, divided as their times are.
    mutating func writeValues(_ values: UnsafeBufferPointer<Double>, to writer: inout ByteWriter) {
        payload.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        var start = 0
        for count in ChunkLayout.runLengths(values.count) {
            let before = payload.count
            encoder.encode(values: UnsafeBufferPointer(rebasing: values[start..<start + count]), to: &payload)
            ranges.append(before..<payload.count)
            start += count
        }
        payload.withUnsafeBytes { payload in
            ChunkLayout.writeValues(
                runs: ranges.count, payload: { UnsafeRawBufferPointer(rebasing: payload[ranges[$0]]) }, to: &writer)
        }
    }
}

/// Builds a block, series by series in any order.
struct BlockBuilder {
    private var writer = ChunkWriter()
    private var encoded = ByteWriter()
    private var column = ByteWriter()
    private var entries: [(series: UInt32, range: Range<Int>, timeIndex: Int)] = []
    private var times: [[Int64]] = []
    private var timeIndexes: [[Int64]: Int] = [:]
    private var sampleCount = 0

    /// Times that several series share, rising strictly, at least one; their index is for `add`.
    mutating func addTimes(_ shared: [Int64]) -> Int {
        times.append(shared)
        return times.count - 1
    }

    /// Adds a series with as many values as the times at an index.
    mutating func add(_ series: UInt32, values: UnsafeBufferPointer<Double>, timeIndex: Int) {
        let start = encoded.count
        writer.writeValues(values, to: &encoded)
        entries.append((series, start..<encoded.count, timeIndex))
        sampleCount += values.count
    }

    /// Adds a series of a rollup: columns of as many values as `times`, which rise strictly; there is at least one.
    mutating func add(_ series: UInt32, times own: [Int64], columns: [[Double]]) {
        let index = timeIndexes[own] ?? addTimes(own)
        timeIndexes[own] = index
        let start = encoded.count
        for column in columns {
            self.column.removeAll()
            column.withUnsafeBufferPointer { writer.writeValues($0, to: &self.column) }
            encoded.append(varint: UInt64(self.column.count))
            encoded.append(contentsOf: self.column.bytes)
        }
        entries.append((series, start..<encoded.count, index))
        sampleCount += own.count
    }

    /// Adds a series with times of its own: samples rise strictly in time; none adds nothing.
    mutating func add(_ series: UInt32, samples: [Sample]) {
        guard !samples.isEmpty else { return }
        let own = samples.map(\.timestamp.milliseconds)
        let index = timeIndexes[own] ?? addTimes(own)
        timeIndexes[own] = index
        samples.map(\.value).withUnsafeBufferPointer { add(series, values: $0, timeIndex: index) }
    }

    /// The block, or nil when nothing was added.
    mutating func finish() -> BlockDraft? {
        guard !entries.isEmpty else { return nil }
        entries.sort { $0.series < $1.series }
        var draft = BlockDraft(
            firstTime: times.reduce(.max) { min($0, $1[0]) }, lastTime: times.reduce(.min) { max($0, $1[$1.count - 1]) }
        )
        draft.sampleCount = sampleCount
        for list in times {
            let start = draft.stream.count
            writer.writeTimes(list, base: draft.firstTime, to: &draft.stream)
            draft.directory.addTimes(length: draft.stream.count - start)
        }
        encoded.bytes.withUnsafeBytes { bytes in
            for entry in entries {
                draft.directory.add(entry.series, length: entry.range.count, timeIndex: entry.timeIndex)
                draft.stream.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[entry.range]))
            }
        }
        return draft
    }
}
