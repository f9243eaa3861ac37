import ChunkEncoding

/// An encoder and a decoder that are used again and again, as the store does, behind arrays.
final class RunCoder {
    private var encoder = RunEncoder()
    private var decoder = RunDecoder()

    func encode(_ values: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        values.withUnsafeBufferPointer { encoder.encode(values: $0, to: &bytes) }
        return bytes
    }

    func encode(times: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        times.withUnsafeBufferPointer { encoder.encode(times: $0, to: &bytes) }
        return bytes
    }

    func decodeValues(_ bytes: [UInt8], count: Int) throws(ChunkDecodingError) -> [Double] {
        var values = [Double](repeating: 0, count: count)
        let error: ChunkDecodingError? = values.withUnsafeMutableBufferPointer { output in
            bytes.withUnsafeBytes { bytes in
                do throws(ChunkDecodingError) {
                    try decoder.decodeValues(bytes, into: output)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let error { throw error }
        return values
    }

    func decodeTimes(_ bytes: [UInt8], count: Int) throws(ChunkDecodingError) -> [Int64] {
        var times = [Int64](repeating: 0, count: count)
        let error: ChunkDecodingError? = times.withUnsafeMutableBufferPointer { output in
            bytes.withUnsafeBytes { bytes in
                do throws(ChunkDecodingError) {
                    try decoder.decodeTimes(bytes, into: output)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let error { throw error }
        return times
    }
}

/// Values that are hard on a codec.
enum Hard {
    /// What Prometheus writes where a series ends.
    static let staleMarker = Double(bitPattern: 0x7ff0_0000_0000_0002)

    static let values: [Double] = [
        staleMarker, .nan, -.nan, Double(bitPattern: 0x7ff8_dead_beef_0001), Double(bitPattern: 0xfff0_0000_0000_0001),
        .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
        .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0.1 + 0.2, 1e-15, 1e-16, 1e300, .pi, 0x1p46, 0x1p46 - 0.5,
        0x1p51 - 1, 0x1p51, -0x1p51, 0x1p52 + 1, 0x1p53, 0x1p53 + 2, 0x1p62, 0x1p63, -0x1p63, 0x1.fffffffffffffp62,
    ]
}
