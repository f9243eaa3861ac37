package import MonitoringModel

/// The stored form of a series: the envelope of every BLOB, the series' number, the count of labels, then name and value of
/// each as a length and UTF-8.
///
/// The number is in the BLOB, under its checksum, so that no flipped bit in a row's key gives a series the samples of another.
package enum LabelCoding {
    static let version: UInt8 = 1

    package static func encode(_ set: LabelSet, of series: UInt32) -> [UInt8] {
        var writer = Envelope.begin(version: version, reserving: set.labels.count * 24)
        writer.append(varint: UInt64(series))
        writer.append(varint: UInt64(set.labels.count))
        for label in set.labels {
            for text in [label.name, label.value] {
                writer.append(varint: UInt64(text.utf8.count))
                writer.append(contentsOf: text.utf8)
            }
        }
        return Envelope.seal(writer)
    }

    /// - Parameter series: the number the BLOB was found under; another one in it is an error.
    package static func decode(
        _ buffer: UnsafeRawBufferPointer, of series: UInt32
    ) throws(ChunkDecodingError) -> LabelSet {
        var reader = try Envelope.open(buffer, version: version)
        try reader.expect(series: series)
        let count = try reader.varint()
        // A label takes at least two bytes of lengths.
        guard count <= UInt64(reader.remaining / 2) else {
            throw ChunkDecodingError(.malformed, "expected labels, found a count of \(count)", at: reader.offset)
        }
        var labels: [Label] = []
        labels.reserveCapacity(Int(count))
        for _ in 0..<Int(count) {
            let name = try reader.text()
            labels.append(Label(name, try reader.text()))
        }
        guard reader.isAtEnd else {
            throw ChunkDecodingError(
                .malformed, "expected the end after \(count) labels, found \(reader.remaining) bytes", at: reader.offset
            )
        }
        return LabelSet(labels)
    }
}
