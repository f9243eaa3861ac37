import Compression
import Testing

@Suite("gzip files")
struct GzipTests {
    private static let hello: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0,
    ]

    @Test("members are decompressed one after the other, up to the limit")
    func members() throws {
        #expect(Gzip.isGzip(Self.hello))
        #expect(try Gzip.decompress(Self.hello, limit: 5) == Array("hello".utf8))
        #expect(try Gzip.decompress(Self.hello + Self.hello, limit: 10) == Array("hellohello".utf8))
        #expect(throws: GzipError.self) { try Gzip.decompress(Self.hello, limit: 4) }
    }

    @Test("what is cut off or damaged is an error")
    func damage() {
        #expect(throws: GzipError.self) { try Gzip.decompress(Array(Self.hello.dropLast(3)), limit: 100) }
        #expect(throws: GzipError.self) { try Gzip.decompress([31, 139, 8, 0, 1, 2, 3], limit: 100) }
        #expect(throws: GzipError.self) { try Gzip.decompress(Self.hello + [1, 2, 3], limit: 100) }
        #expect(!Gzip.isGzip([1, 2]))
    }
}
