/// Reads the store's primitive encodings, each access checked against the end.
///
/// Confined to the closure that lent the buffer.
package struct ByteReader {
    private let buffer: UnsafeRawBufferPointer
    package private(set) var offset: Int

    package init(_ buffer: UnsafeRawBufferPointer, from offset: Int = 0) {
        self.buffer = buffer
        self.offset = offset
    }

    package var isAtEnd: Bool { offset >= buffer.count }
    package var remaining: Int { buffer.count - offset }

    @inline(__always)
    package mutating func byte() throws(ChunkDecodingError) -> UInt8 {
        guard offset < buffer.count else { throw truncated("a byte") }
        defer { offset += 1 }
        return buffer[offset]
    }

    @inline(__always)
    package mutating func varint() throws(ChunkDecodingError) -> UInt64 {
        // Most numbers are below 128: one byte.
        if offset < buffer.count, buffer[offset] < 0x80 {
            defer { offset += 1 }
            return UInt64(buffer[offset])
        }
        return try longVarint()
    }

    @inline(__always)
    package mutating func zigzag() throws(ChunkDecodingError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    @inline(__always)
    package mutating func littleEndian64() throws(ChunkDecodingError) -> UInt64 {
        guard remaining >= 8 else { throw truncated("8 bytes") }
        defer { offset += 8 }
        return UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Skips `count` bytes and returns where they began.
    package mutating func skip(_ count: Int) throws(ChunkDecodingError) -> Int {
        guard count >= 0, count <= remaining else { throw truncated("\(count) bytes") }
        defer { offset += count }
        return offset
    }

    /// A varint that is at most `limit`.
    @inline(__always)
    package mutating func count(atMost limit: Int) throws(ChunkDecodingError) -> Int {
        let start = offset
        let value = try varint()
        guard value <= UInt64(limit) else {
            throw ChunkDecodingError(.malformed, "expected a number of at most \(limit), found \(value)", at: start)
        }
        return Int(value)
    }

    /// The next `count` bytes, lent as long as the buffer is.
    package mutating func bytes(_ count: Int) throws(ChunkDecodingError) -> UnsafeRawBufferPointer {
        let start = try skip(count)
        return UnsafeRawBufferPointer(rebasing: buffer[start..<start + count])
    }

    /// A length as a varint, then as many bytes of UTF-8.
    mutating func text() throws(ChunkDecodingError) -> String {
        let start = offset
        let length = try varint()
        guard length <= UInt64(remaining) else { throw truncated("a text of \(length) bytes") }
        let begin = try skip(Int(length))
        // Typed, since for raw bytes the standard library validates one byte at a time.
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[begin..<begin + Int(length)]).assumingMemoryBound(
            to: UInt8.self)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ChunkDecodingError(.malformed, "expected UTF-8, found other bytes", at: start)
        }
        return text
    }

    /// Reads a series number that has to be `expected`.
    mutating func expect(series expected: UInt32) throws(ChunkDecodingError) {
        let start = offset
        let found = try varint()
        guard found == UInt64(expected) else {
            throw ChunkDecodingError(.malformed, "expected series \(expected), found \(found)", at: start)
        }
    }

    func bit(_ bit: Int, from start: Int) -> Bool {
        buffer[start + bit >> 3] & (1 << UInt8(truncatingIfNeeded: bit & 7)) != 0
    }

    private mutating func longVarint() throws(ChunkDecodingError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            // The tenth byte holds the 64th bit alone.
            guard shift < 63 || next <= 1 else {
                throw ChunkDecodingError(.malformed, "expected a number of at most 64 bits", at: start)
            }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    private func truncated(_ wanted: String) -> ChunkDecodingError {
        ChunkDecodingError(.truncated, "expected \(wanted), found \(remaining) bytes to the end", at: offset)
    }
}
