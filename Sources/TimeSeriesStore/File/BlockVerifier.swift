import ChunkEncoding
import MonitoringModel

/// Decodes everything that a block holds and compares it with what its header and directory say.
///
/// Bytes of any content are safe. It owns the memory it works in: keep one and reuse it.
struct BlockVerifier {
    private var decoder = RunDecoder()
    private var times: [Int64] = []
    private var values: [Double] = []
    private var payloads: [Range<Int>] = []

    /// - Parameters:
    ///   - stream: the block's bytes; those of pages that cannot be read are whatever they are.
    ///   - damaged: byte ranges of such pages; what has bytes in them is passed over.
    /// - Returns: what is wrong, or nil.
    mutating func problem(
        _ header: BlockHeader, _ directory: BlockDirectory, _ stream: [UInt8], damaged: [Range<Int>]
    ) -> String? {
        guard header.seriesCount == directory.series.count else {
            return "expected \(header.seriesCount) series, found \(directory.series.count)"
        }
        let own = Shard.series(of: header.shard)
        guard directory.series.allSatisfy(own.contains) else {
            return "expected series \(own.lowerBound) to \(own.upperBound - 1), found others"
        }
        return stream.withUnsafeBytes { stream in
            do {
                return try check(header, directory, stream) { range in damaged.contains { $0.overlaps(range) } }
            } catch let error as ChunkDecodingError {
                return error.description
            } catch {
                return "\(error)"
            }
        }
    }

    private mutating func check(
        _ header: BlockHeader, _ directory: BlockDirectory, _ stream: UnsafeRawBufferPointer,
        isDamaged: (Range<Int>) -> Bool
    ) throws -> String? {
        var spans: [[RunSpan]?] = []
        var first = Int64.max
        var last = Int64.min
        for index in 0..<directory.timeCount {
            let range = directory.times(index)
            guard !isDamaged(range) else {
                spans.append(nil)
                continue
            }
            let runs = try checkTimes(UnsafeRawBufferPointer(rebasing: stream[range]), base: header.firstTime)
            first = min(first, runs[0].first)
            last = max(last, runs[runs.count - 1].last)
            spans.append(runs)
        }
        var samples = 0
        for (position, index) in directory.timeIndexes.enumerated() {
            guard let runs = spans[index] else { continue }
            let count = runs.reduce(0) { $0 + $1.count }
            samples += count
            let range = directory.chunk(position)
            guard !isDamaged(range) else { continue }
            let chunk = UnsafeRawBufferPointer(rebasing: stream[range])
            if header.resolution == 0 {
                try checkValues(chunk, runs)
            } else {
                try checkColumns(chunk, runs, resolution: header.resolution)
            }
        }
        guard spans.allSatisfy({ $0 != nil }) else { return nil }
        guard samples == header.sampleCount else {
            return "expected \(header.sampleCount) samples, found \(samples)"
        }
        guard first == header.firstTime, last == header.lastTime else {
            return "expected times from \(header.firstTime) to \(header.lastTime), found \(first) to \(last)"
        }
        return nil
    }

    private mutating func checkTimes(_ chunk: UnsafeRawBufferPointer, base: Int64) throws -> [RunSpan] {
        let runs = try ChunkLayout.readTimes(chunk, base: base)
        guard !runs.isEmpty else { throw ChunkDecodingError(.malformed, "expected a run of times, found none", at: 0) }
        var previous: Int64?
        for run in runs {
            let bytes = UnsafeRawBufferPointer(rebasing: chunk[run.payload])
            if times.count < run.count { times = Array(repeating: 0, count: run.count) }
            try times.withUnsafeMutableBufferPointer {
                try decoder.decodeTimes(bytes, into: UnsafeMutableBufferPointer(rebasing: $0[..<run.count]))
            }
            guard run.count > 0, times[0] == run.first, times[run.count - 1] == run.last else {
                throw ChunkDecodingError(
                    .malformed, "expected times from \(run.first) to \(run.last), found others",
                    at: run.payload.lowerBound)
            }
            for index in 0..<run.count {
                if let previous, times[index] <= previous {
                    throw ChunkDecodingError(
                        .malformed, "expected a time after \(previous), found \(times[index])",
                        at: run.payload.lowerBound)
                }
                previous = times[index]
            }
        }
        return runs
    }

    private mutating func checkValues(
        _ chunk: UnsafeRawBufferPointer, _ runs: [RunSpan], visit: (ArraySlice<Double>) throws -> Void = { _ in }
    ) throws {
        try ChunkLayout.readValues(chunk, runs: runs.count, into: &payloads)
        for (index, run) in runs.enumerated() {
            if values.count < run.count { values = Array(repeating: 0, count: run.count) }
            let bytes = UnsafeRawBufferPointer(rebasing: chunk[payloads[index]])
            try values.withUnsafeMutableBufferPointer {
                try decoder.decodeValues(bytes, into: UnsafeMutableBufferPointer(rebasing: $0[..<run.count]))
            }
            try visit(values[..<run.count])
        }
    }

    private mutating func checkColumns(
        _ chunk: UnsafeRawBufferPointer, _ runs: [RunSpan], resolution: UInt32
    ) throws {
        var reader = ByteReader(chunk)
        for column in 0..<Rollup.columns {
            try checkValues(try reader.bytes(try reader.count(atMost: chunk.count)), runs) { values in
                guard column == Rollup.countColumn else { return }
                for value in values { _ = try Rollup.count(value, resolution: resolution) }
            }
        }
        guard reader.isAtEnd else {
            throw ChunkDecodingError(.malformed, "expected the end of the columns", at: reader.offset)
        }
    }
}
