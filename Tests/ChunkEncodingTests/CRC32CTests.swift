import CPlatform
import ChunkEncoding
import TestSupport
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
    @Test(
        "gives the checksums of RFC 3720",
        arguments: [
            ([UInt8](), 0),
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            ([UInt8](0..<32), 0x46dd_794e),
            ([UInt8]((0..<32).reversed()), 0x113f_db5c),
            ([UInt8]("123456789".utf8), 0xe306_9283),
        ] as [([UInt8], UInt32)])
    func published(bytes: [UInt8], expected: UInt32) {
        #expect(CRC32C.checksum(bytes) == expected)
        #expect(cp_crc32c_portable(0, bytes, bytes.count) == expected)
    }

    @Test("the processor's instruction and the table agree at every length, alignment and start")
    func agreement() {
        var generator = SeededGenerator(seed: 1)
        let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes.withUnsafeBytes { buffer in
            for start in 0..<9 {
                for end in start...bytes.count {
                    let part = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
                    let previous = UInt32(truncatingIfNeeded: end &* 0x9e37_79b9)
                    let expected = cp_crc32c_portable(previous, part.baseAddress, part.count)
                    #expect(CRC32C.checksum(part, continuing: previous) == expected)
                }
            }
        }
    }

    @Test("a checksum continues from the one before")
    func continuing() {
        let bytes = [UInt8]("the checksum of two parts is the checksum of the whole".utf8)
        for cut in 0...bytes.count {
            let first = CRC32C.checksum([UInt8](bytes[..<cut]))
            let whole = [UInt8](bytes[cut...]).withUnsafeBytes { CRC32C.checksum($0, continuing: first) }
            #expect(whole == CRC32C.checksum(bytes))
        }
    }
}
