/// What every BLOB begins with: a version and a checksum of all the rest.
///
/// ```
/// byte  0         1        2        3        4        5 …
///       +---------+--------+--------+--------+--------+------
///       | version | CRC-32C, little endian            | body
///       +---------+--------+--------+--------+--------+------
/// ```
///
/// The checksum covers the version byte, the identity and the body, so no bit of a BLOB can change unseen. The identity is the
/// 64-bit number of the row that holds the BLOB, little endian; it is not stored in the BLOB, so a BLOB under another row's
/// number fails the check. BLOBs of format 1 have none and name their row in the body, where that matters.
package enum Envelope {
    package static let length = 5

    /// Starts a BLOB; the checksum is filled in by `seal`.
    package static func begin(version: UInt8, reserving capacity: Int = 0) -> ByteWriter {
        var writer = ByteWriter(reserving: capacity + length)
        writer.append(version)
        writer.append(zeros: 4)
        return writer
    }

    package static func seal(_ writer: ByteWriter, identity: UInt64? = nil) -> [UInt8] {
        var bytes = writer.bytes
        seal(&bytes, identity: identity)
        return bytes
    }

    /// Fills in the checksum of a BLOB that `begin` started.
    static func seal(_ bytes: inout [UInt8], identity: UInt64?) {
        bytes.withUnsafeMutableBytes { buffer in
            let sum = checksum(UnsafeRawBufferPointer(buffer), identity: identity)
            buffer.storeBytes(of: sum.littleEndian, toByteOffset: 1, as: UInt32.self)
        }
    }

    /// Checks length, checksum and version and returns a reader of the body.
    static func open(
        _ buffer: UnsafeRawBufferPointer, version: UInt8, identity: UInt64? = nil
    ) throws(ChunkDecodingError) -> ByteReader {
        guard buffer.count >= length else {
            throw ChunkDecodingError(
                .truncated, "expected a header of \(length) bytes, found \(buffer.count)", at: buffer.count)
        }
        let stored = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        let actual = checksum(buffer, identity: identity)
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

    private static func checksum(_ buffer: UnsafeRawBufferPointer, identity: UInt64?) -> UInt32 {
        var sum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: buffer[0..<1]))
        if let identity {
            sum = withUnsafeBytes(of: identity.littleEndian) { CRC32C.checksum($0, continuing: sum) }
        }
        return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: buffer[length...]), continuing: sum)
    }
}
