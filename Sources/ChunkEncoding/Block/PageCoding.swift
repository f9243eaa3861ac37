/// The pages that hold a block's byte stream: each fills one page of the file.
package enum PageCoding {
    static let version: UInt8 = 1
    /// Bytes of the stream in each page but the last. A row's payload of at most 8,157 bytes stays on one 8 KB page of the
    /// file (SQLite file format, section 1.6: usable size less 35); the record header takes 4 of them.
    package static let capacity = 8157 - 4 - Envelope.length
    /// Pages of a block at most: 8.5 GB.
    package static let pagesPerBlock: Int64 = 1 << 20

    /// The row number of a page.
    package static func row(block: Int64, page: Int) -> Int64 {
        block * pagesPerBlock + Int64(page)
    }

    package static func pageCount(of bytes: Int) -> Int { (bytes + capacity - 1) / capacity }

    package static func encode(_ content: UnsafeRawBufferPointer, row: Int64) -> [UInt8] {
        var writer = Envelope.begin(version: version, reserving: content.count)
        writer.append(contentsOf: content)
        return Envelope.seal(writer, identity: UInt64(bitPattern: row))
    }

    /// The content, lent as long as the buffer is.
    package static func content(
        _ buffer: UnsafeRawBufferPointer, row: Int64
    ) throws(ChunkDecodingError) -> UnsafeRawBufferPointer {
        _ = try Envelope.open(buffer, version: version, identity: UInt64(bitPattern: row))
        return UnsafeRawBufferPointer(rebasing: buffer[Envelope.length...])
    }
}
