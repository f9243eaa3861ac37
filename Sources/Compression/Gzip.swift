import CZlib

/// What cannot be decompressed, and why.
package struct GzipError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
}

/// The gzip file format (RFC 1952), by zlib.
package enum Gzip {
    /// Whether bytes begin as a gzip file does.
    package static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// The content of a file of one or more members.
    ///
    /// - Parameter limit: bytes the content may have; a small file can hold any number of zeros.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        var stream = z_stream()
        guard hd_inflate_gzip_begin(&stream) == Z_OK else { throw GzipError(description: "out of memory") }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        var problem: GzipError?
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            while problem == nil {
                let (code, count) = chunk.withUnsafeMutableBufferPointer { chunk in
                    stream.next_out = chunk.baseAddress
                    stream.avail_out = UInt32(chunk.count)
                    let code = inflate(&stream, Z_NO_FLUSH)
                    return (code, chunk.count - Int(stream.avail_out))
                }
                output += chunk[..<count]
                if output.count > limit {
                    problem = GzipError(description: "expected at most \(limit) bytes, found more")
                } else if code == Z_STREAM_END {
                    guard stream.avail_in > 0 else { return }
                    if inflateReset(&stream) != Z_OK { problem = GzipError(description: "out of memory") }
                } else if code != Z_OK {
                    problem = GzipError(
                        description: code == Z_BUF_ERROR
                            ? "expected more bytes, found the end" : "expected gzip, found something else")
                }
            }
        }
        if let problem { throw problem }
        return output
    }
}
