/// What every BLOB begins with: a version and a checksum of all the rest.
///
/// ```
/// byte  0         1        2        3        4        5 …
///       +---------+--------+--------+--------+--------+------
///       | version | CRC-32C, little endian            | body
///       +---------+--------+--------+--------+--------+------
/// ```
///
/// The checksum covers the version byte and the body, so no bit of a BLOB can change unseen.
enum Envelope {
    static let length = 5

    /// Starts a BLOB; the checksum is filled in by `seal`.
    static func begin(version: UInt8, reserving capacity: Int = 0) -> ByteWriter {
        var writer = ByteWriter(reserving: capacity + length)
        writer.append(version)
        writer.append(zeros: 4)
        return writer
    }

    static func seal(_ writer: ByteWriter) -> [UInt8] {
        var bytes = writer.bytes
        let sum = checksum(bytes)
        withUnsafeBytes(of: sum.littleEndian) { sum in
            for index in 0..<4 { bytes[1 + index] = sum[index] }
        }
        return bytes
    }

    /// Checks length, checksum and version and returns a reader of the body.
    static func open(
        _ buffer: UnsafeRawBufferPointer, version: UInt8
    ) throws(ChunkDecodingError) -> ByteReader {
        guard buffer.count >= length else {
            throw ChunkDecodingError(
                .truncated, "expected a header of \(length) bytes, found \(buffer.count)", at: buffer.count)
        }
        let stored = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: buffer[0..<1]))
        let actual = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: buffer[length...]), continuing: head)
        guard stored == actual else {
            throw ChunkDecodingError(
                .checksumMismatch,
                "expected checksum \(String(stored, radix: 16)), found \(String(actual, radix: 16))", at: 1)
        }
        guard buffer[0] == version else {
            throw ChunkDecodingError(
                .unsupportedVersion, "expected format version \(version), found \(buffer[0])", at: 0)
        }
        return ByteReader(buffer, from: length)
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { buffer in
            let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: buffer[0..<1]))
            return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: buffer[length...]), continuing: head)
        }
    }
}
