import MonitoringModel

/// Encodes what one commit stores. The format is drawn in TimeSeriesStore's article "The batch format".
package struct SampleBatchEncoder {
    static let version: UInt8 = 1

    private var writer: ByteWriter
    private var previousTime: Int64 = 0
    /// Samples encoded so far.
    package private(set) var sampleCount = 0

    /// - Parameter samples: how many are expected, to size the buffer.
    package init(reserving samples: Int = 0) {
        writer = Envelope.begin(version: Self.version, reserving: samples * 6)
    }

    /// Appends the values of one time. `series` rises strictly and is as long as `values`; an empty group is left out.
    package mutating func append(_ group: SampleGroup) {
        let count = group.series.count
        guard count > 0 else { return }
        writer.append(zigzag: group.timestamp.milliseconds &- previousTime)
        previousTime = group.timestamp.milliseconds
        writer.append(varint: UInt64(count))
        var next: UInt32 = 0
        for series in group.series {
            writer.append(varint: UInt64(series &- next))
            next = series &+ 1
        }
        let bitmap = writer.bytes.count
        writer.append(zeros: (count + 7) / 8)
        for index in 0..<count {
            let value = group.values[index]
            if let integer = Self.integer(value) {
                writer.append(zigzag: integer)
            } else {
                writer.setBit(index, from: bitmap)
                writer.append(littleEndian: value.bitPattern)
            }
        }
        sampleCount += count
    }

    /// The finished BLOB.
    package func finish() -> [UInt8] {
        Envelope.seal(writer)
    }

    /// The whole number that gives back exactly the bits of `value`, when a varint of it is not longer than 8 bytes.
    @inline(__always)
    private static func integer(_ value: Double) -> Int64? {
        guard value.magnitude < 0x1p55 else { return nil }
        let integer = Int64(value)
        // The comparison of bits keeps -0.0 apart from 0.
        return Double(integer).bitPattern == value.bitPattern ? integer : nil
    }
}
