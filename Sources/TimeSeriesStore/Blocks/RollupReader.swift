import ChunkEncoding
import GRDB
import MonitoringModel

/// Reads buckets of rollup blocks; owns the scratch memory for it.
struct RollupReader {
    private var decoder = RunDecoder()
    private var payloads: [Range<Int>] = []
    private var times: [Int64] = []
    private var columns = Array(repeating: [Double](), count: Rollup.columns)
    private var counts: [Int] = []

    /// Visits the buckets of wanted series that end in the range, those of each series rising in time.
    ///
    /// - Parameters:
    ///   - wanted: series and their positions in a reading, rising by series.
    ///   - visit: gets the position with each bucket.
    mutating func read(
        _ header: BlockHeader, _ db: Database, wanted: some Collection<(series: UInt32, position: Int)>,
        range: ClosedRange<Int64>, damaged: (DamageRecord) -> Void, visit: (Int, Aggregate) throws -> Void
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
        for (series, position) in wanted {
            guard let found = reader.directory.position(of: series, from: place) else { continue }
            place = found + 1
            do {
                try decode(reader, found)
            } catch let damage as DamageRecord {
                damaged(damage)
                continue
            } catch let error as ChunkDecodingError {
                damaged(DamageRecord(table: .blocks, row: header.number, reason: error.description))
                continue
            }
            for index in times.indices where range.contains(times[index]) {
                let bucket = Aggregate(
                    timestamp: Timestamp(milliseconds: times[index]), min: columns[0][index], max: columns[1][index],
                    sum: columns[2][index], count: counts[index], last: columns[4][index])
                try visit(position, bucket)
            }
        }
    }

    /// Decodes a series: `times`, `columns` and `counts`.
    private mutating func decode(_ reader: BlockReader, _ position: Int) throws {
        let spans = try reader.withBytes(reader.directory.times(reader.directory.timeIndexes[position])) { chunk in
            let spans = try ChunkLayout.readTimes(chunk, base: reader.header.firstTime)
            try decoder.decodeTimes(of: spans, in: chunk, into: &times)
            return spans
        }
        try reader.withBytes(reader.directory.chunk(position)) { chunk in
            var bytes = ByteReader(chunk)
            for column in columns.indices {
                let values = try bytes.bytes(try bytes.count(atMost: chunk.count))
                try ChunkLayout.readValues(values, runs: spans.count, into: &payloads)
                try decoder.decodeValues(of: spans, payloads[...], in: values, into: &columns[column])
            }
        }
        counts.removeAll(keepingCapacity: true)
        for value in columns[Rollup.countColumn] {
            counts.append(try Rollup.count(value, resolution: reader.header.resolution))
        }
    }
}
