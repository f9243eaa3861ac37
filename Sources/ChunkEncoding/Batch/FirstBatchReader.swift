import MonitoringModel

/// Decodes what the first version of the file kept in a batch, one group at a time. The format is drawn in TimeSeriesStore's
/// article "The first batch format".
///
/// The checksum is verified before anything is decoded. Confined to the closure that lent the buffer.
package struct FirstBatchReader {
    package static let version: UInt8 = 1

    private var reader: ByteReader
    private var previousTime: Int64 = 0

    package init(_ buffer: UnsafeRawBufferPointer) throws(ChunkDecodingError) {
        reader = try Envelope.open(buffer, version: Self.version)
    }

    /// Replaces the content of `group` by the next one, keeping its storage; false at the end.
    package mutating func next(_ group: inout SampleGroup) throws(ChunkDecodingError) -> Bool {
        guard !reader.isAtEnd else { return false }
        previousTime &+= try reader.zigzag()
        group.timestamp = Timestamp(milliseconds: previousTime)
        group.series.removeAll(keepingCapacity: true)
        group.values.removeAll(keepingCapacity: true)

        let start = reader.offset
        let announced = try reader.varint()
        // A sample takes at least one byte of series and one of value, so no count can make us reserve much more than we read.
        guard announced > 0, announced <= UInt64(reader.remaining / 2) else {
            throw ChunkDecodingError(
                .malformed, "expected 1 to \(reader.remaining / 2) samples, found \(announced)", at: start)
        }
        let count = Int(announced)
        group.series.reserveCapacity(count)
        group.values.reserveCapacity(count)
        try readSeries(count, into: &group)
        let bitmap = try reader.skip((count + 7) / 8)
        for index in 0..<count {
            if reader.bit(index, from: bitmap) {
                group.values.append(Double(bitPattern: try reader.littleEndian64()))
            } else {
                group.values.append(Double(try reader.zigzag()))
            }
        }
        return true
    }

    private mutating func readSeries(_ count: Int, into group: inout SampleGroup) throws(ChunkDecodingError) {
        var next: UInt64 = 0
        for _ in 0..<count {
            let start = reader.offset
            let gap = try reader.varint()
            guard gap <= UInt64(UInt32.max), next + gap <= UInt64(UInt32.max) else {
                throw ChunkDecodingError(.malformed, "expected a series number of at most 32 bits", at: start)
            }
            next += gap
            group.series.append(UInt32(truncatingIfNeeded: next))
            next += 1
        }
    }
}

extension FirstBatchReader {
    /// All groups of a BLOB, for tools and tests.
    package static func groups(of bytes: [UInt8]) throws(ChunkDecodingError) -> [SampleGroup] {
        let result: Result<[SampleGroup], ChunkDecodingError> = bytes.withUnsafeBytes { buffer in
            do throws(ChunkDecodingError) {
                var reader = try FirstBatchReader(buffer)
                var groups: [SampleGroup] = []
                var group = SampleGroup()
                while try reader.next(&group) { groups.append(group) }
                return .success(groups)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
