import ChunkEncoding
import MonitoringModel
import TestSupport
import Testing

/// What a decoder visits, to be compared to the bit.
struct Visited: Hashable {
    var group: UInt32?
    var series: [UInt32]
    var time: Int64
    var bits: [UInt64]
}

extension BatchDecoder {
    mutating func visited(_ bytes: [UInt8], number: Int64) throws -> [Visited] {
        var all: [Visited] = []
        try bytes.withUnsafeBytes { buffer in
            try decode(buffer, number: number) { content in
                switch content {
                case .round(let group, let series, let time, let values):
                    all.append(Visited(group: group, series: series, time: time, bits: values.map(\.bitPattern)))
                case .late(let series, let time, let value):
                    all.append(Visited(group: nil, series: [series], time: time, bits: [value.bitPattern]))
                }
            }
        }
        return all
    }
}

/// Appends rounds of groups as the head does and remembers what it appended.
private struct Recorder {
    var encoder = BatchEncoder()
    var states: [UInt32: RoundState] = [:]
    var all: [Visited] = []

    mutating func append(_ group: UInt32, _ series: [UInt32], isKey: Bool, time: Int64, _ values: [Double]) {
        var state = states[group] ?? RoundState(columns: series.count)
        values.withUnsafeBufferPointer {
            encoder.append(
                group: group, series: isKey ? series : nil, time: time, values: $0, samples: values.count, state: &state
            )
        }
        states[group] = state
        all.append(Visited(group: group, series: series, time: time, bits: values.map(\.bitPattern)))
    }

    mutating func append(late series: UInt32, time: Int64, _ value: Double) {
        encoder.append(late: series, time: time, value: value)
        all.append(Visited(group: nil, series: [series], time: time, bits: [value.bitPattern]))
    }
}

@Suite("Batches")
struct BatchTests {
    /// Every kind of segment and of value once.
    private static func recorded() -> Recorder {
        var recorder = Recorder()
        recorder.append(0, [0, 1, 300], isKey: true, time: 1_000, [0, -1, 64])
        recorder.append(1, [7, 8, 9, 2], isKey: true, time: 1_500, [0.5, StaleMarker.value, -0.0, AbsentValue.value])
        recorder.append(0, [0, 1, 300], isKey: false, time: 61_000, [1, -1, 60])
        recorder.append(late: 300, time: 30_000, 12.25)
        recorder.append(1, [7, 8, 9, 2], isKey: false, time: 61_500, [0.75, .infinity, 0.1, AbsentValue.value])
        return recorder
    }

    /// The bytes of `recorded` as row 5. Files hold this format: a change needs a new version, not new bytes here.
    static let golden: [UInt8] = [
        0x02, 0xc9, 0xd5, 0x3a, 0x07, 0x01, 0x0d, 0x00, 0x00, 0xd0, 0x0f, 0x03, 0x00, 0x00, 0xd4, 0x04, 0x00, 0x00,
        0x01, 0x80, 0x01, 0x01, 0x1c, 0x00, 0x01, 0xe8, 0x07, 0x04, 0x0e, 0x00, 0x00, 0x0f, 0x01, 0xe9, 0xe8, 0x07,
        0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x7f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x02, 0x08,
        0x00, 0x00, 0xd8, 0xa1, 0x07, 0x00, 0x02, 0x00, 0x07, 0x03, 0x0d, 0x00, 0xac, 0x02, 0xaf, 0xe4, 0x03, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x80, 0x28, 0x40, 0x02, 0x12, 0x00, 0x01, 0x98, 0xec, 0x03, 0x01, 0xd9, 0xf4, 0x03,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x7f, 0xc8, 0x01,
    ]

    @Test("the bytes of version 2 stay as they are")
    func goldenBytes() throws {
        var recorder = Self.recorded()
        let rows = recorder.encoder.takeRows()
        #expect(rows.count == 1)
        #expect(rows[0].firstTime == 1_000 && rows[0].lastTime == 61_500 && rows[0].sampleCount == 15)
        #expect(rows[0].sealed(as: 5) == Self.golden)
        var decoder = BatchDecoder()
        #expect(try decoder.visited(Self.golden, number: 5) == recorder.all)
    }

    @Test("random rounds come back equal, over rows", arguments: 1...20)
    func randomRounds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var recorder = Recorder()
        var groups: [[UInt32]] = []
        var next: UInt32 = 0
        for _ in 0..<Int.random(in: 1...5, using: &generator) {
            let count = UInt32.random(in: 1...40, using: &generator)
            groups.append(Array(next..<next + count).shuffled(using: &generator))
            next += count + UInt32.random(in: 0...1000, using: &generator)
        }
        var decoder = BatchDecoder()
        var visited: [Visited] = []
        var number: Int64 = 1
        var isKeyed: Set<UInt32> = []
        for round in 0..<60 {
            for (group, series) in groups.enumerated() where Bool.random(using: &generator) {
                let id = UInt32(group)
                recorder.append(
                    id, series, isKey: isKeyed.insert(id).inserted || Int.random(in: 0...15, using: &generator) == 0,
                    time: Int64(round) * 60_000 + Int64.random(in: -500...500, using: &generator),
                    series.map { _ in Self.value(&generator) })
            }
            guard Int.random(in: 0...3, using: &generator) == 0 else { continue }
            for row in recorder.encoder.takeRows() {
                visited += try decoder.visited(row.sealed(as: number), number: number)
                number += 1
            }
        }
        for row in recorder.encoder.takeRows() {
            visited += try decoder.visited(row.sealed(as: number), number: number)
        }
        #expect(visited == recorder.all, "seed \(seed)")
    }

    private static func value(_ generator: inout SeededGenerator) -> Double {
        switch Int.random(in: 0...9, using: &generator) {
        case 0: AbsentValue.value
        case 1: StaleMarker.value
        case 2: Double(bitPattern: generator.next())
        case 3...5: Double(Int.random(in: -9_999...9_999, using: &generator)) / 10
        default: Double(Int64.random(in: -(1 << 53)...(1 << 53), using: &generator))
        }
    }

    @Test("each flipped bit, each cut and another row's number are found")
    func damage() throws {
        for bit in 0..<Self.golden.count * 8 {
            var damaged = Self.golden
            damaged[bit / 8] ^= 1 << (bit % 8)
            var decoder = BatchDecoder()
            #expect(throws: ChunkDecodingError.self, "bit \(bit)") { try decoder.visited(damaged, number: 5) }
        }
        for length in 0..<Self.golden.count {
            var decoder = BatchDecoder()
            #expect(throws: ChunkDecodingError.self, "length \(length)") {
                try decoder.visited(Array(Self.golden[..<length]), number: 5)
            }
        }
        var decoder = BatchDecoder()
        #expect(throws: ChunkDecodingError.self) { try decoder.visited(Self.golden, number: 6) }
    }

    @Test("after a lost row a group is taken up again at its next key, and what is stepped over is counted")
    func lostRow() throws {
        var recorder = Recorder()
        var rows: [[UInt8]] = []
        for round in 0..<6 {
            recorder.append(0, [4, 5], isKey: round % 3 == 0, time: Int64(round), [Double(round), 7])
            rows += recorder.encoder.takeRows().map { $0.sealed(as: Int64(round)) }
        }
        var decoder = BatchDecoder()
        var visited = try decoder.visited(rows[0], number: 0)
        decoder.forget()
        for number in 2..<6 { visited += try decoder.visited(rows[number], number: Int64(number)) }
        #expect(visited == [0, 3, 4, 5].map { recorder.all[$0] })
        #expect(decoder.roundsWithoutKey == 1)
    }

    @Test("a wrong body under a right checksum is an error or a batch, never a crash", arguments: 1...300)
    func randomBodies(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var writer = Envelope.begin(version: 2)
        for _ in 0..<Int.random(in: 0...80, using: &generator) {
            // Small bytes make plausible kinds and counts, so the decoder gets far.
            writer.append(
                UInt8(truncatingIfNeeded: generator.next() >> UInt64(Bool.random(using: &generator) ? 56 : 62)))
        }
        let bytes = Envelope.seal(writer, identity: 1)
        var decoder = BatchDecoder()
        for visited in (try? decoder.visited(bytes, number: 1)) ?? [] {
            #expect(visited.series.count == visited.bits.count)
        }
    }
}
