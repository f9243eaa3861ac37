import ChunkEncoding
import TestSupport
import Testing

@Suite("Damaged runs")
struct RunDamageTests {
    /// Runs of every form, with the count of their values.
    static let runs: [(name: String, bytes: [UInt8], count: Int)] = RunFormatTests.goldens.map {
        ($0.name, $0.bytes, $0.values.count)
    }

    @Test("every truncation of a run throws", arguments: runs)
    func truncation(name: String, bytes: [UInt8], count: Int) {
        let coder = RunCoder()
        for length in 0..<bytes.count {
            #expect(throws: ChunkDecodingError.self, "\(name), \(length) bytes") {
                try coder.decodeValues([UInt8](bytes[..<length]), count: count)
            }
        }
    }

    @Test("bytes behind a run are malformed", arguments: runs)
    func trailing(name: String, bytes: [UInt8], count: Int) {
        for more in [[0], [0xff], [0, 0, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]] {
            #expect { try RunCoder().decodeValues(bytes + more, count: count) } throws: {
                ($0 as? ChunkDecodingError)?.code == .malformed
            }
        }
    }

    @Test("every changed byte and every other count throws or decodes", arguments: runs)
    func change(name: String, bytes: [UInt8], count: Int) {
        let coder = RunCoder()
        for position in bytes.indices {
            for change in UInt8(1)...255 {
                var changed = bytes
                changed[position] ^= change
                _ = try? coder.decodeValues(changed, count: count)
                _ = try? coder.decodeTimes(changed, count: count)
            }
        }
        for other in [0, 1, 2, count - 1, count + 1, count * 2, 100_000] {
            _ = try? coder.decodeValues(bytes, count: other)
            _ = try? coder.decodeTimes(bytes, count: other)
        }
    }

    @Test("random bytes throw or decode", arguments: UInt64(1)...10)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let coder = RunCoder()
        for _ in 0..<2000 {
            var bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            // A form that exists and small numbers reach further into the decoder.
            if bytes.count > 0, Bool.random(using: &generator) { bytes[0] = bytes[0] & 0xf8 | bytes[0] % 5 }
            for index in bytes.indices where Bool.random(using: &generator) { bytes[index] &= 0x1f }
            let count = [0, 1, 2, 24, 240, 5_000].randomElement(using: &generator)!
            _ = try? coder.decodeValues(bytes, count: count)
            _ = try? coder.decodeTimes(bytes, count: count)
        }
    }

    static let refusals: [(name: String, bytes: [UInt8], count: Int, code: ChunkDecodingError.Code)] = [
        ("no bytes", [], 1, .truncated),
        ("no values", [0x02, 0x0a], 0, .malformed),
        ("an unknown form", [0x05, 0], 1, .malformed),
        ("an unknown predictor", [0x1c, 0, 0, 0], 2, .malformed),
        ("a predictor of a raw run", [0x08, 0, 0, 0, 0, 0, 0, 0, 0], 1, .malformed),
        ("a slope without residuals", [0x12, 0, 0], 2, .malformed),
        ("a sparse run about a level", [0x03, 0, 0, 0, 0, 0], 2, .malformed),
        ("a raw run of too few bytes", [0x00, 0, 0, 0, 0, 0, 0, 0], 1, .truncated),
        ("an unknown scale", [0x42, 0x10, 0x02], 1, .malformed),
        ("a Rice parameter above 56", [0x0c, 57, 0, 0, 0xff], 2, .malformed),
        ("a number of more than 64 bits", [0x02] + [UInt8](repeating: 0xff, count: 10), 1, .malformed),
        ("as many changes as values", [0x0b, 0, 0, 0, 3, 0, 0xff], 3, .malformed),
        ("a change beyond the run", [0x0b, 0, 0, 0, 1, 0, 0x18], 3, .malformed),
        ("exceptions beyond the run", [0x82, 0x02, 0x02, 0x02, 0x00, 0x02], 3, .malformed),
        ("nothing but exceptions", [0x82, 0x02, 0x00, 0x04, 0x00, 0x02], 3, .malformed),
        ("exceptions of an unknown kind", [0x82, 0x03, 0x00, 0x02], 3, .malformed),
        ("residuals that end early", [0x0c, 0, 0, 0, 0x01], 9, .truncated),
        ("a quotient without an end", [0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2, .truncated),
    ]

    @Test("what no encoder writes is refused with its kind", arguments: refusals)
    func refused(name: String, bytes: [UInt8], count: Int, code: ChunkDecodingError.Code) {
        #expect { try RunCoder().decodeValues(bytes, count: count) } throws: {
            ($0 as? ChunkDecodingError)?.code == code
        }
    }

    @Test(
        "times have no scale, no exceptions and no pattern",
        arguments: [[0x42, 0x01, 0x02], [0x82, 0x02, 0x00, 0x00, 0x00, 0x02], [0x01, 0x01, 0x07]] as [[UInt8]])
    func timesOnly(bytes: [UInt8]) {
        #expect { try RunCoder().decodeTimes(bytes, count: 2) } throws: {
            ($0 as? ChunkDecodingError)?.code == .malformed
        }
    }
}
