import ChunkEncoding
import GRDB

/// Reads byte ranges of one block, page by page. Confined to one database access.
final class BlockReader {
    let header: BlockHeader
    let directory: BlockDirectory
    private let statement: RawStatement
    /// The page whose bytes the statement lends at present.
    private var page = -1
    private var content = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Bytes of a range that lies on several pages.
    private var assembled: [UInt8] = []

    /// - Parameter isShared: whether other blocks are read with the same connection before this one is finished.
    /// - Throws: `DamageRecord` when the directory cannot be read.
    init(_ header: BlockHeader, _ db: Database, isShared: Bool = false) throws {
        self.header = header
        directory = try BlockTable.directory(of: header.number, in: db)
        let sql = "SELECT data FROM pages WHERE id = ?1"
        statement = isShared ? try RawStatement(db, unshared: sql) : try RawStatement(db, sql)
        guard directory.byteCount == header.byteCount else {
            throw DamageRecord(
                table: .blocks, row: header.number,
                reason: "expected \(header.byteCount) bytes of chunks, found \(directory.byteCount)")
        }
    }

    /// Ends the reading: another block may be read with the same connection.
    func finish() {
        statement.reset()
        page = -1
    }

    /// Lends the bytes of a range of the stream. They are gone when `body` returns.
    ///
    /// - Throws: `DamageRecord` when a page is missing or damaged; what `body` throws.
    func withBytes<Value>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
        let first = range.lowerBound / PageCoding.capacity
        let last = range.isEmpty ? first : (range.upperBound - 1) / PageCoding.capacity
        if first == last {
            try load(first)
            let start = range.lowerBound - first * PageCoding.capacity
            return try body(UnsafeRawBufferPointer(rebasing: content[start..<start + range.count]))
        }
        assembled.removeAll(keepingCapacity: true)
        assembled.reserveCapacity(range.count)
        for number in first...last {
            try load(number)
            let base = number * PageCoding.capacity
            let low = max(range.lowerBound - base, 0)
            let high = min(range.upperBound - base, content.count)
            assembled.append(contentsOf: content[low..<high])
        }
        return try assembled.withUnsafeBytes(body)
    }

    private func load(_ number: Int) throws {
        guard number != page else { return }
        let row = PageCoding.row(block: header.number, page: number)
        page = -1
        statement.reset()
        try statement.bind(row, at: 1)
        guard try statement.step() else {
            throw DamageRecord(table: .pages, row: row, reason: "expected a row, found none")
        }
        do throws(ChunkDecodingError) {
            content = try PageCoding.content(statement.blob(0), row: row)
        } catch {
            throw DamageRecord(table: .pages, row: row, reason: error.description)
        }
        let expected = min(PageCoding.capacity, header.byteCount - number * PageCoding.capacity)
        guard content.count == expected else {
            throw DamageRecord(
                table: .pages, row: row, reason: "expected \(expected) bytes, found \(content.count)")
        }
        page = number
    }
}

/// Reads samples of blocks; owns the scratch memory for it.
struct BlockSampleReader {
    private var decoder = RunDecoder()
    private var spans: [RunSpan] = []
    private var payloads: [Range<Int>] = []
    private var times: [Int64] = []
    private var values: [Double] = []

    /// Appends the samples of wanted series that are in the collector's range.
    ///
    /// - Parameters:
    ///   - wanted: series and their positions in the collector, rising by series.
    ///   - damaged: gets what could not be read, for the series at a position; the rest is read.
    mutating func read(
        _ header: BlockHeader, _ db: Database, wanted: some Collection<(series: UInt32, position: Int)>,
        into collector: inout SampleCollector, damaged: (DamageRecord) -> Void
    ) throws {
        let reader: BlockReader
        do {
            reader = try BlockReader(header, db)
        } catch let damage as DamageRecord {
            damaged(damage)
            return
        }
        defer { reader.finish() }
        var place = 0
        var timeIndex = -1
        for (series, position) in wanted {
            guard let found = reader.directory.position(of: series, from: place) else { continue }
            place = found + 1
            do {
                if reader.directory.timeIndexes[found] != timeIndex {
                    timeIndex = -1
                    try readTimes(reader, reader.directory.timeIndexes[found], range: collector.range)
                    timeIndex = reader.directory.timeIndexes[found]
                }
                guard !spans.isEmpty else { continue }
                try readValues(reader, reader.directory.chunk(found))
                try collector.append(times, values, to: position)
            } catch let damage as DamageRecord {
                damaged(damage)
            } catch let error as ChunkDecodingError {
                damaged(DamageRecord(table: .blocks, row: header.number, reason: error.description))
            }
        }
    }

    /// Runs of the chunk of times that have no sample in the range.
    private var runsBefore = 0
    private var runs = 0

    /// Decodes the runs that reach into `range`: `spans` and `times`.
    private mutating func readTimes(_ reader: BlockReader, _ index: Int, range: ClosedRange<Int64>) throws {
        try reader.withBytes(reader.directory.times(index)) { chunk in
            let all = try ChunkLayout.readTimes(chunk, base: reader.header.firstTime)
            runs = all.count
            runsBefore = all.prefix { $0.last < range.lowerBound }.count
            spans = Array(all[runsBefore...].prefix { $0.first <= range.upperBound })
            try decoder.decodeTimes(of: spans, in: chunk, into: &times)
        }
    }

    private mutating func readValues(_ reader: BlockReader, _ range: Range<Int>) throws {
        try reader.withBytes(range) { chunk in
            try ChunkLayout.readValues(chunk, runs: runs, into: &payloads)
            try decoder.decodeValues(of: spans, payloads[runsBefore...], in: chunk, into: &values)
        }
    }
}

extension RunDecoder {
    /// Decodes runs of a chunk of times, one after the other.
    ///
    /// - Parameter times: replaced.
    mutating func decodeTimes(
        of spans: [RunSpan], in chunk: UnsafeRawBufferPointer, into times: inout [Int64]
    ) throws {
        Self.resize(&times, to: spans)
        try times.withUnsafeMutableBufferPointer { times in
            var start = 0
            for span in spans {
                try decodeTimes(
                    UnsafeRawBufferPointer(rebasing: chunk[span.payload]),
                    into: UnsafeMutableBufferPointer(rebasing: times[start..<start + span.count]))
                start += span.count
            }
        }
    }

    /// Decodes the values of those runs.
    ///
    /// - Parameters:
    ///   - payloads: of each run its place in the chunk; there may be more.
    ///   - values: replaced.
    mutating func decodeValues(
        of spans: [RunSpan], _ payloads: ArraySlice<Range<Int>>, in chunk: UnsafeRawBufferPointer,
        into values: inout [Double]
    ) throws {
        Self.resize(&values, to: spans)
        try values.withUnsafeMutableBufferPointer { values in
            var start = 0
            for (span, payload) in zip(spans, payloads) {
                try decodeValues(
                    UnsafeRawBufferPointer(rebasing: chunk[payload]),
                    into: UnsafeMutableBufferPointer(rebasing: values[start..<start + span.count]))
                start += span.count
            }
        }
    }

    private static func resize<Value: Numeric>(_ values: inout [Value], to spans: [RunSpan]) {
        let count = spans.reduce(0) { $0 + $1.count }
        if values.count != count { values = Array(repeating: 0, count: count) }
    }
}
