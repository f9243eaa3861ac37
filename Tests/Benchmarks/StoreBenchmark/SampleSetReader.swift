import Foundation
import MonitoringModel

/// Reads the binary layout of `tsgen` from standard input, round by round.
///
/// Little-endian, no padding: the bytes `TSG1`; the number of series (u32); for each its kind (u8), a zero byte, a length (u16) and
/// `name{label="value",…}`; then records of series index (u32), milliseconds (i64) and value (f64), by rising index in each round.
struct SampleSetReader {
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    private var series: [LabelSet] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var low = 0
    private var high = 0

    private struct Record {
        var series: UInt32
        var time: Int64
        var value: Double
    }
    private static let recordLength = 20
    private var records: [Record] = []

    init() throws {
        guard try take(4, { Array($0) }) == Array("TSG1".utf8) else {
            throw Malformed(description: "expected TSG1 on standard input, found something else")
        }
        let count = try take(4) { $0.loadUnaligned(as: UInt32.self) }
        series.reserveCapacity(Int(count))
        for _ in 0..<count {
            let length = try take(4) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
            series.append(try Self.labels(try take(Int(length)) { String(decoding: $0, as: UTF8.self) }))
        }
    }

    /// The labels of all series, by index; once only, so that they take no memory while samples are stored.
    mutating func takeSeries() -> [LabelSet] {
        defer { series = [] }
        return series
    }

    private static func labels(_ text: String) throws -> LabelSet {
        let parts = text.split(separator: "{", maxSplits: 1)
        guard parts.count == 2 else { throw Malformed(description: "expected name{…}, found \(text)") }
        let pairs = parts[1].dropLast().split(separator: ",").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1)
            return Label(String(sides[0]), String(sides[1].dropFirst().dropLast()))
        }
        return LabelSet(metric: String(parts[0]), pairs)
    }

    /// The batches of the next round, one for each run of equal times; nil at the end.
    ///
    /// - Parameter byTime: in the order of time, not of series.
    mutating func nextRound(series ids: [SeriesID], byTime: Bool) -> [SampleBatch]? {
        records.removeAll(keepingCapacity: true)
        // A round ends where the series do not rise.
        var last = -1
        var isOpen = true
        while isOpen, high - low >= Self.recordLength || fill(Self.recordLength) {
            buffer.withUnsafeBytes { bytes in
                while high - low >= Self.recordLength {
                    let series = bytes.loadUnaligned(fromByteOffset: low, as: UInt32.self)
                    guard Int(series) > last else {
                        isOpen = false
                        return
                    }
                    last = Int(series)
                    records.append(
                        Record(
                            series: series, time: bytes.loadUnaligned(fromByteOffset: low + 4, as: Int64.self),
                            value: bytes.loadUnaligned(fromByteOffset: low + 12, as: Double.self)))
                    low += Self.recordLength
                }
            }
        }
        guard !records.isEmpty else { return nil }
        if byTime { records.sort { ($0.time, $0.series) < ($1.time, $1.series) } }
        var batches: [SampleBatch] = []
        var start = 0
        while start < records.count {
            var end = start + 1
            while end < records.count, records[end].time == records[start].time { end += 1 }
            batches.append(
                SampleBatch(
                    timestamp: Timestamp(milliseconds: records[start].time),
                    values: records[start..<end].map { (series: ids[Int($0.series)], value: $0.value) }))
            start = end
        }
        return batches
    }

    private mutating func take<Value>(_ count: Int, _ body: (UnsafeRawBufferPointer) -> Value) throws -> Value {
        guard high - low >= count || fill(count) else {
            throw Malformed(description: "expected \(count) bytes more on standard input, found the end")
        }
        defer { low += count }
        return buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[low..<low + count])) }
    }

    private mutating func fill(_ count: Int) -> Bool {
        var (first, end) = (low, high)
        defer { (low, high) = (first, end) }
        return buffer.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            if first > 0, end > first { memmove(base, base + first, end - first) }
            end -= first
            first = 0
            while end < count {
                let got = read(0, base + end, bytes.count - end)
                guard got > 0 else { return false }
                end += got
            }
            return true
        }
    }
}
