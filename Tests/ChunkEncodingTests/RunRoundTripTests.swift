import ChunkEncoding
import TestSupport
import Testing

/// How random values or times go on from one to the next.
private enum Course: CaseIterable {
    case constant, counter, walk, flag, singlePrecision, anyBits, decimals, linear, anyInteger, hard, blocks, eighths
    case sparseJumps, resets
}

@Suite("Runs of values and times")
struct RunRoundTripTests {
    static let lengths = [1, 2, 3, 4, 5, 24, 240, 1000]

    static let hardRuns: [(name: String, values: [Double])] = [
        ("each of them", Hard.values),
        ("each of them, backwards", Hard.values.reversed()),
        ("one marker among whole numbers", [1, 2, Hard.staleMarker, 4, 5]),
        ("markers at both ends", [Hard.staleMarker, 1, 2, 3, Hard.staleMarker]),
        ("a negative zero among zeros", [0, 0, -0.0, 0, 0]),
        ("nothing but markers of two kinds", [Hard.staleMarker, .nan, Hard.staleMarker, .nan]),
        ("infinities among decimals", [0.1, .infinity, 0.2, -.infinity, 0.3]),
        ("a true float among decimals", [0.1, 0.2, 0.1 + 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
        ("many digits among few", [1.5, 2.5, 3.123456789, 4.5, 5.5, 6.5, 7.5, 8.5]),
        ("the smallest numbers", [.leastNonzeroMagnitude, .leastNonzeroMagnitude * 2, 0, -.leastNonzeroMagnitude]),
        ("whole numbers beyond 2^53", [0x1p60, 0x1p60 + 256, 0x1p60 + 512, -0x1p63, 0x1p62]),
        ("a divisor across the whole range", [-0x1p63, -0x1p63 + 3072, 0x1p63 - 3072, 0, 3072, 6144]),
        ("powers of two", (0..<60).map { Double(1 << $0) }),
        ("powers of ten", (-20...20).map { Double("1e\($0)")! }),
        ("a sign that changes", (0..<50).map { $0 % 2 == 0 ? 1.0 : -1.0 }),
    ]

    @Test("values that are hard on a codec come back bit for bit", arguments: hardRuns)
    func hardRunsComeBack(name: String, values: [Double]) throws {
        let coder = RunCoder()
        let bytes = coder.encode(values)
        #expect(try coder.decodeValues(bytes, count: values.count).map(\.bitPattern) == values.map(\.bitPattern))
        #expect(bytes.count <= 1 + 8 * values.count)
    }

    @Test("a hard value comes back alone, repeated, and amid other numbers", arguments: Hard.values)
    func hardValueComesBack(value: Double) throws {
        let coder = RunCoder()
        var runs: [[Double]] = [[value], [value, value], [Double](repeating: value, count: 240)]
        for position in [0, 1, 11, 23] {
            for scale in [1, 0.1, .pi] {
                var values = (0..<24).map { Double($0 * $0) * scale }
                values[position] = value
                runs.append(values)
            }
        }
        for values in runs {
            let back = try coder.decodeValues(coder.encode(values), count: values.count)
            #expect(back.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }

    @Test("random values of every course and length come back bit for bit", arguments: UInt64(1)...30)
    func randomValues(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let coder = RunCoder()
        for course in Course.allCases {
            for length in Self.lengths {
                var values = Self.values(course, length, &generator)
                if Bool.random(using: &generator) {
                    for _ in 0..<Int.random(in: 1...4, using: &generator) {
                        let position = Int.random(in: 0..<length, using: &generator)
                        values[position] = Hard.values.randomElement(using: &generator)!
                    }
                }
                let bytes = coder.encode(values)
                let back = try coder.decodeValues(bytes, count: length)
                #expect(
                    back.map(\.bitPattern) == values.map(\.bitPattern), "seed \(seed), \(course), \(length) values")
                #expect(bytes.count <= 1 + 8 * length, "seed \(seed), \(course), \(length) values")
            }
        }
    }

    private static func values(
        _ course: Course, _ count: Int, _ generator: inout SeededGenerator
    ) -> [Double] {
        var level = Double.random(in: -1e6...1e6, using: &generator).rounded()
        let width = [1, 2, 10, 1000, 1e6, 1e12].randomElement(using: &generator)!
        let scale = [1, 10, 100, 1000, 1e6, 1e9, 1e15, 0.1, 0.001].randomElement(using: &generator)!
        return (0..<count).map { _ in
            switch course {
            case .constant: break
            case .counter: level += Double.random(in: 0...width, using: &generator).rounded()
            case .walk: level += Double.random(in: -width...width, using: &generator)
            case .flag: if Int.random(in: 0..<30, using: &generator) == 0 { level = level == 1 ? 2 : 1 }
            case .singlePrecision: level = Double(Float.random(in: -1...1, using: &generator))
            case .anyBits: level = Double(bitPattern: .random(in: 0...UInt64.max, using: &generator))
            case .decimals: level = Double.random(in: -width...width, using: &generator).rounded() / scale
            case .linear: level += 7 * width
            case .anyInteger: level = Double(Int64.random(in: Int64.min...Int64.max, using: &generator))
            case .hard: level = Hard.values.randomElement(using: &generator)!
            case .blocks: level = Double(Int.random(in: -100...100, using: &generator)) * 4096 * width
            case .eighths: level += Double.random(in: 0...width, using: &generator).rounded() / 8
            case .sparseJumps:
                guard Int.random(in: 0..<3, using: &generator) == 0 else { break }
                level += Double.random(in: 0...width, using: &generator).rounded()
            case .resets:
                level = Int.random(in: 0..<40, using: &generator) == 0 ? 0 : level + 60 * width + Double(count)
            }
            return level
        }
    }

    static let hardTimes: [(name: String, times: [Int64])] = [
        ("the ends of the range", [.min, .max, .min, .max, 0]),
        ("one time", [.min]),
        ("one time twice", [.max, .max]),
        ("falling times", [5, 4, 3, -2, -100]),
        ("a minute apart", (0..<240).map { 1_700_000_000_000 + $0 * 60_000 }),
        ("wrapping differences", [.min, -1, .max, 1, .min + 1]),
        ("a divisor across the whole range", [.min, .min + 3, .max - 4, 6, 9, 12]),
        ("a power of two across the whole range", [.min, 1 << 62, .min, 1 << 62, 0, 1 << 62, -1 << 62]),
    ]

    @Test("times that are hard on a codec come back", arguments: hardTimes)
    func hardTimesComeBack(name: String, times: [Int64]) throws {
        let coder = RunCoder()
        #expect(try coder.decodeTimes(coder.encode(times: times), count: times.count) == times)
    }

    @Test("random times of every spacing and length come back", arguments: UInt64(1)...30)
    func randomTimes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let coder = RunCoder()
        for spacing in 0..<6 {
            for length in Self.lengths {
                var time = Int64.random(in: -2_000_000_000_000...2_000_000_000_000, using: &generator)
                let times = (0..<length).map { _ -> Int64 in
                    switch spacing {
                    case 0: time += 60_000
                    case 1: time += 60_000 + Int64.random(in: -50...50, using: &generator)
                    case 2: time += Int.random(in: 0..<20, using: &generator) == 0 ? 120_000 : 60_000
                    case 3: time = .random(in: Int64.min...Int64.max, using: &generator)
                    case 4: time = [Int64.min, .max, 0, -1, 1].randomElement(using: &generator)!
                    default: time &+= .random(in: -0x1000_0000_0000...0x1000_0000_0000, using: &generator)
                    }
                    return time
                }
                let bytes = coder.encode(times: times)
                #expect(
                    try coder.decodeTimes(bytes, count: length) == times, "seed \(seed), \(spacing), \(length) times")
                #expect(bytes.count <= 1 + 8 * length, "seed \(seed), \(spacing), \(length) times")
            }
        }
    }

    @Test("the longest run comes back")
    func longest() throws {
        var generator = SeededGenerator(seed: 7)
        let coder = RunCoder()
        var level = 0.0
        let values = (0..<65_535).map { _ -> Double in
            level += Double.random(in: 0...1e9, using: &generator).rounded()
            return level
        }
        #expect(try coder.decodeValues(coder.encode(values), count: values.count) == values)
        let times = values.map { Int64($0) }
        #expect(try coder.decodeTimes(coder.encode(times: times), count: times.count) == times)
    }

    @Test("encoding appends to what is there")
    func appending() throws {
        var encoder = RunEncoder()
        var bytes: [UInt8] = [1, 2, 3]
        [7.0, 7.0].withUnsafeBufferPointer { encoder.encode(values: $0, to: &bytes) }
        [Int64(9)].withUnsafeBufferPointer { encoder.encode(times: $0, to: &bytes) }
        #expect(bytes == [1, 2, 3] + RunCoder().encode([7, 7]) + RunCoder().encode(times: [9]))
    }
}
