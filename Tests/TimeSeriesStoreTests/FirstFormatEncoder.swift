import ChunkEncoding
import MonitoringModel

/// Writes batches as the first version of the file had them.
struct FirstFormatEncoder {
    private var writer: ByteWriter
    private var previousTime: Int64 = 0
    /// Samples encoded so far.
    private(set) var sampleCount = 0

    /// - Parameter samples: how many are expected, to size the buffer.
    init(reserving samples: Int = 0) {
        writer = Envelope.begin(version: FirstBatchReader.version, reserving: samples * 6)
    }

    /// Appends the values of one time. `series` rises strictly and is as long as `values`; an empty group is left out.
    mutating func append(_ group: SampleGroup) {
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
    func finish() -> [UInt8] {
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

    /// The labels of a series as the first version stored them, which later ones do as well.
    static func encode(_ labels: LabelSet, of number: UInt32) -> [UInt8] {
        LabelCoding.encode(labels, of: number)
    }
}
