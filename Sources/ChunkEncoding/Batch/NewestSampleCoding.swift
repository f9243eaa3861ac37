package import MonitoringModel

/// The stored form of one series' newest sample: the envelope of every BLOB, the series' number as a varint, the time as a
/// zigzag varint and the value's 8 bytes.
package enum NewestSampleCoding {
    static let version: UInt8 = 1

    package static func encode(_ sample: Sample, of series: UInt32) -> [UInt8] {
        var writer = Envelope.begin(version: version, reserving: 24)
        writer.append(varint: UInt64(series))
        writer.append(zigzag: sample.timestamp.milliseconds)
        writer.append(littleEndian: sample.value.bitPattern)
        return Envelope.seal(writer)
    }

    /// - Parameter series: the number the BLOB was found under; another one in it is an error.
    package static func decode(
        _ buffer: UnsafeRawBufferPointer, of series: UInt32
    ) throws(ChunkDecodingError) -> Sample {
        var reader = try Envelope.open(buffer, version: version)
        try reader.expect(series: series)
        let time = try reader.zigzag()
        return Sample(Timestamp(milliseconds: time), Double(bitPattern: try reader.littleEndian64()))
    }
}
