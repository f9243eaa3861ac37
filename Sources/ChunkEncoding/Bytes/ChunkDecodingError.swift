/// Why stored bytes could not be decoded. They are damaged, or written by a newer version.
package struct ChunkDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The bytes end before what they announce.
        case truncated
        /// The checksum differs: at least one bit is not what was written.
        case checksumMismatch
        /// The format version is not one this program reads.
        case unsupportedVersion
        /// The checksum is right and the content is not: written by a program with a fault.
        case malformed
    }

    package var code: Code
    /// What was expected and what was found.
    package var message: String
    /// Where, in bytes from the start of the BLOB.
    package var offset: Int

    package init(_ code: Code, _ message: String, at offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    package var description: String { "\(message) (byte \(offset))" }
}
