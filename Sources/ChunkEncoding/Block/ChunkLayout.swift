/// One run of a chunk: how many samples, when, and which bytes of the chunk.
package struct RunSpan: Hashable, Sendable {
    package var count: Int
    /// Milliseconds, both inclusive.
    package var first: Int64
    package var last: Int64
    package var payload: Range<Int>

    package init(count: Int, first: Int64, last: Int64, payload: Range<Int> = 0..<0) {
        self.count = count
        self.first = first
        self.last = last
        self.payload = payload
    }
}

/// How a series' samples are divided into runs, and how runs lie in chunks. The format is drawn in TimeSeriesStore's article
/// "The block format".
package enum ChunkLayout {
    /// Samples of a run when there are enough. Measured: longer runs save next to nothing, and a reader decodes whole runs.
    package static let runLength = 240
    /// A run is not split up to this length, so that no short rest is left over.
    package static let longestRun = 360
    /// Runs shorter than this are joined when chunks are merged.
    package static let shortestRun = 120

    /// The lengths of the runs of `count` samples, as even as they can be.
    package static func runLengths(_ count: Int) -> [Int] {
        guard count > longestRun else { return count > 0 ? [count] : [] }
        let runs = (count + runLength - 1) / runLength
        return (0..<runs).map { (count * ($0 + 1)) / runs - (count * $0) / runs }
    }

    // MARK: Times

    /// Writes a chunk of times.
    ///
    /// - Parameters:
    ///   - base: milliseconds that the first run's time is counted from.
    ///   - payload: the encoded times of the run at an index.
    package static func writeTimes(
        _ runs: [RunSpan], base: Int64, payload: (Int) -> UnsafeRawBufferPointer, to writer: inout ByteWriter
    ) {
        writer.append(varint: UInt64(runs.count))
        var previous = base
        for (index, run) in runs.enumerated() {
            writer.append(varint: UInt64(run.count))
            writer.append(zigzag: run.first &- previous)
            writer.append(varint: UInt64(bitPattern: run.last &- run.first))
            writer.append(varint: UInt64(payload(index).count))
            previous = run.last
        }
        for index in runs.indices { writer.append(contentsOf: payload(index)) }
    }

    /// The runs of a chunk of times, with where their times lie.
    package static func readTimes(
        _ chunk: UnsafeRawBufferPointer, base: Int64
    ) throws(ChunkDecodingError) -> [RunSpan] {
        var reader = ByteReader(chunk)
        let count = try reader.count(atMost: chunk.count)
        var runs: [RunSpan] = []
        runs.reserveCapacity(count)
        var previous = base
        var offset = 0
        for _ in 0..<count {
            let samples = try reader.count(atMost: 65_535)
            let first = previous &+ (try reader.zigzag())
            let last = first &+ Int64(bitPattern: try reader.varint())
            let length = try reader.count(atMost: chunk.count)
            runs.append(RunSpan(count: samples, first: first, last: last, payload: offset..<offset + length))
            offset += length
            previous = last
        }
        guard reader.remaining == offset else {
            throw ChunkDecodingError(
                .malformed, "expected \(offset) bytes of times, found \(reader.remaining)", at: reader.offset)
        }
        for index in runs.indices {
            let payload = runs[index].payload
            runs[index].payload = payload.lowerBound + reader.offset..<payload.upperBound + reader.offset
        }
        return runs
    }

    // MARK: Values

    /// Writes a chunk of values with as many runs as the chunk of times that goes with it.
    package static func writeValues(
        runs: Int, payload: (Int) -> UnsafeRawBufferPointer, to writer: inout ByteWriter
    ) {
        for index in 0..<runs { writer.append(varint: UInt64(payload(index).count)) }
        for index in 0..<runs { writer.append(contentsOf: payload(index)) }
    }

    /// Where the values of each run lie in a chunk.
    ///
    /// - Parameter payloads: replaced by as many ranges as there are runs.
    package static func readValues(
        _ chunk: UnsafeRawBufferPointer, runs: Int, into payloads: inout [Range<Int>]
    ) throws(ChunkDecodingError) {
        payloads.removeAll(keepingCapacity: true)
        var reader = ByteReader(chunk)
        var offset = 0
        for _ in 0..<runs {
            let length = try reader.count(atMost: chunk.count)
            payloads.append(offset..<offset + length)
            offset += length
        }
        guard reader.remaining == offset else {
            throw ChunkDecodingError(
                .malformed, "expected \(offset) bytes of values, found \(reader.remaining)", at: reader.offset)
        }
        for index in payloads.indices {
            payloads[index] =
                payloads[index].lowerBound + reader.offset..<payloads[index].upperBound + reader.offset
        }
    }
}
