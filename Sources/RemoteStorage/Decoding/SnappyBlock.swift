import CSnappy

/// The snappy block format, as remote write uses it: one block, without framing.
package enum SnappyBlock {
    /// What a block of `compressed` bytes can hold at most: an element of three bytes copies up to 64 (the format's
    /// `COPY_2_BYTE_OFFSET`), and none copies more a byte.
    static func mostContent(ofCompressed compressed: Int) -> Int {
        let (product, isTooLong) = compressed.multipliedReportingOverflow(by: 64)
        return isTooLong ? .max : product / 3
    }

    /// Decompresses into the front of `content`, which grows when it is too short and never shrinks.
    ///
    /// Nothing is allocated before the declared length is known to be within `limit` and within reach of a block this long,
    /// so that a small body cannot ask for much memory.
    ///
    /// - Returns: the length of the content.
    package static func decompress(
        _ block: UnsafeBufferPointer<UInt8>, limit: Int, into content: inout [UInt8]
    ) throws(RemoteWriteError) -> Int {
        guard !block.isEmpty else {
            throw RemoteWriteError(.snappy, expected: "a snappy block", found: "an empty body")
        }
        let declared = hd_snappy_declared_length(block.baseAddress, block.count)
        guard declared >= 0 else {
            throw RemoteWriteError(
                .snappy, expected: "a snappy block that begins with the length of its content",
                found: "\(block.count) bytes that do not")
        }
        guard declared <= limit else {
            throw RemoteWriteError(
                .tooLarge, expected: "a request of at most \(limit) bytes", found: "a snappy block of \(declared)")
        }
        let length = Int(declared)
        guard length <= mostContent(ofCompressed: block.count) else {
            throw RemoteWriteError(
                .snappy, expected: "a snappy block of \(length) bytes, as it declares",
                found: "\(block.count) compressed bytes, which cannot hold so much")
        }
        if content.count < length || content.isEmpty {
            // Room to spare, since the next request of a sender is rarely of just this length.
            content = [UInt8](repeating: 0, count: max(length + length / 4, 64 << 10))
        }
        let isWhole = content.withUnsafeMutableBufferPointer { content in
            guard let base = content.baseAddress else { return false }
            return hd_snappy_decompress(block.baseAddress, block.count, base, content.count) == 0
        }
        guard isWhole else {
            throw RemoteWriteError(
                .snappy, expected: "a snappy block of \(length) bytes, as it declares",
                found: "\(block.count) compressed bytes that are damaged or of another length")
        }
        return length
    }

    /// Content as one block.
    package static func compress(_ content: [UInt8]) -> [UInt8] {
        let bound = hd_snappy_compressed_bound(content.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { block, count in
            guard let base = block.baseAddress else { return }
            let written = content.withUnsafeBufferPointer {
                hd_snappy_compress($0.baseAddress, $0.count, base, bound)
            }
            count = max(0, Int(written))
        }
    }
}
