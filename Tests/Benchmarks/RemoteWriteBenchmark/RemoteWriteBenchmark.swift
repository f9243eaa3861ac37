import Foundation
import MonitoringModel
import RemoteStorage
import Synchronization

/// Measures what a remote-write receiver costs without a store: decompression, decoding, look-up of series, division into
/// batches. Prints one JSON line.
///
/// The frames are those of a collector of a data center: every series in every frame, five labels each, 20 series a device, all
/// series of a device at one time. They are made, or read whole, before the clock starts. Arguments, all optional:
///
/// - `--series`, `--frames`, `--samples` (of a series in a frame), `--passes` (over all frames)
/// - `--literals`: snappy blocks that compress nothing
/// - `--frames-from FILE`: instead of made ones, each a length of four bytes, lowest first, and a body
@main
struct RemoteWriteBenchmark {
    static func main() throws {
        var numbers = ["--series": 5000, "--frames": 100, "--samples": 1, "--passes": 10]
        var isLiteral = false
        var file: String?
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            if numbers[argument] != nil, let number = arguments.popFirst().flatMap({ Int($0) }), number > 0 {
                numbers[argument] = number
            } else if argument == "--literals" {
                isLiteral = true
            } else if argument == "--frames-from", let path = arguments.popFirst() {
                file = path
            } else {
                fail("unknown argument, or no number above 0 after it: \(argument)")
            }
        }
        let frames: [[UInt8]]
        if let file {
            frames = try framesOf(file)
        } else {
            let maker = FrameMaker(series: numbers["--series"] ?? 0)
            frames = (0..<(numbers["--frames"] ?? 0)).map { round in
                let request = maker.request(round: round, samples: numbers["--samples"] ?? 0)
                return isLiteral ? maker.literal(request) : SnappyBlock.compress(request)
            }
        }
        measure(frames, passes: numbers["--passes"] ?? 0)
    }

    private static func measure(_ frames: [[UInt8]], passes: Int) {
        let appender = CountingAppender()
        let receiver = RemoteWriteReceiver(appender: appender)
        var samples = 0
        let start = cpuSeconds()
        for _ in 0..<passes {
            for frame in frames {
                do throws(RemoteWriteError) {
                    samples += try receiver.receive(frame).samples
                } catch {
                    fail("\(error)")
                }
            }
        }
        let seconds = cpuSeconds() - start
        let bytes = passes * frames.reduce(0) { $0 + $1.count }
        print(
            "{\"samples\": \(samples), \"frames\": \(passes * frames.count), \"body_bytes\": \(bytes), "
                + "\"batches\": \(appender.batches), \"series\": \(receiver.cacheStatistics.series), "
                + "\"cpu_seconds\": \((seconds * 1000).rounded() / 1000), "
                + "\"samples_per_cpu_second\": \(Int(Double(samples) / seconds))}")
    }

    private static func fail(_ text: String) -> Never {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        exit(2)
    }

    private static func framesOf(_ path: String) throws -> [[UInt8]] {
        let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var frames: [[UInt8]] = []
        var position = 0
        while position + 4 <= data.count {
            let length = (0..<4).reduce(0) { $0 | Int(data[position + $1]) << (8 * $1) }
            guard position + 4 + length <= data.count else { break }
            frames.append(Array(data[(position + 4)..<(position + 4 + length)]))
            position += 4 + length
        }
        return frames
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Writes requests.
private struct FrameMaker {
    let labels: [[UInt8]]

    init(series: Int) {
        labels = (0..<series).map { number in
            let device = number / 20
            let pairs = [
                (
                    "__name__",
                    ["ifHCInOctets", "ifHCOutOctets", "ifHCInUcastPkts", "ifInErrors", "ifOperStatus"][number % 5]
                ),
                ("device", "sw\(100_000 + device)"), ("ifName", "Eth1/\(number % 20)"),
                ("rack", "r\(1000 + device / 40)"),
                ("site", "dc\(device % 4)"),
            ]
            return pairs.flatMap { name, value in
                let label = Self.field(0x0A, Array(name.utf8)) + Self.field(0x12, Array(value.utf8))
                return Self.field(0x0A, label)
            }
        }
    }

    func request(round: Int, samples: Int) -> [UInt8] {
        var request: [UInt8] = []
        for (number, labels) in labels.enumerated() {
            var message = labels
            for sample in 0..<samples {
                let poll = round * samples + sample
                let time = 1_700_006_400_000 + poll * 60_000 + (number / 20) * 37 % 54_000
                let value = Double(number * 1_000_003 + poll * 7919).bitPattern
                message += Self.field(
                    0x12,
                    [0x09] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } + [0x10] + Self.varint(time))
            }
            request += Self.field(0x0A, message)
        }
        return request
    }

    /// A block of literals of 64 KiB, as a sender writes that does not compress.
    func literal(_ content: [UInt8]) -> [UInt8] {
        var block = Self.varint(content.count)
        for start in stride(from: 0, to: content.count, by: 65536) {
            let part = content[start..<min(start + 65536, content.count)]
            block += [61 << 2, UInt8((part.count - 1) & 255), UInt8((part.count - 1) >> 8)] + part
        }
        return block
    }

    private static func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag] + varint(content.count) + content }

    private static func varint(_ number: Int) -> [UInt8] {
        var rest = UInt64(bitPattern: Int64(number))
        var bytes: [UInt8] = []
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

/// Gives numbers and counts batches; keeps nothing else.
private final class CountingAppender: SampleAppender {
    private let state = Mutex((series: UInt32(0), batches: 0))

    var batches: Int { state.withLock { $0.batches } }

    func seriesIDs(for labels: [LabelSet]) -> [SeriesID] {
        state.withLock { state in
            labels.map { _ in
                state.series += 1
                return SeriesID(rawValue: state.series - 1)
            }
        }
    }

    func append(_ batch: SampleBatch) -> AppendOutcome {
        state.withLock { $0.batches += 1 }
        return AppendOutcome()
    }
    func describe(_ metadata: [MetricMetadata]) {}
    func flush() async throws {}
}
