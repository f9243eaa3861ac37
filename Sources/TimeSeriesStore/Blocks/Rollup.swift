import ChunkEncoding
import MonitoringModel

/// The lengths of a rollup's buckets.
enum Rollup {
    static let resolutions: [UInt32] = [300, 3600]
    /// The columns of a rollup's chunk, in this order.
    static let columns = 5
    static let countColumn = 3

    /// The buckets of samples that rise in time. A bucket ends at a multiple of the resolution, its end included, as PromQL's
    /// ranges do; stale markers and other NaNs are in none.
    static func buckets(times: [Int64], values: UnsafeBufferPointer<Double>, resolution: UInt32) -> [Aggregate] {
        let length = Int64(resolution) * 1000
        var buckets: [Aggregate] = []
        buckets.reserveCapacity(times.count / 4)
        var open: Aggregate?
        for index in times.indices where !values[index].isNaN {
            let end = bucketEnd(times[index], length)
            if open?.timestamp.milliseconds == end {
                open?.add(values[index])
            } else {
                if let open { buckets.append(open) }
                open = Aggregate(Timestamp(milliseconds: end), values[index])
            }
        }
        if let open { buckets.append(open) }
        return buckets
    }

    /// Longer buckets out of shorter ones, which rise in time.
    static func coarser(_ buckets: [Aggregate], resolution: UInt32) -> [Aggregate] {
        let length = Int64(resolution) * 1000
        var result: [Aggregate] = []
        for bucket in buckets {
            let end = Timestamp(milliseconds: bucketEnd(bucket.timestamp.milliseconds, length))
            if result.last?.timestamp == end {
                result[result.count - 1].add(bucket)
            } else {
                var first = bucket
                first.timestamp = end
                result.append(first)
            }
        }
        return result
    }

    @inline(__always)
    private static func bucketEnd(_ time: Int64, _ length: Int64) -> Int64 {
        let rest = time % length
        return rest == 0 ? time : rest > 0 ? time - rest + length : time - rest
    }

    /// How many samples a bucket has, from its column.
    ///
    /// - Throws: `malformed` for what no bucket of that many seconds can have: there is a sample a millisecond at most.
    static func count(_ value: Double, resolution: UInt32) throws(ChunkDecodingError) -> Int {
        guard let count = Int(exactly: value), count > 0, count <= Int(resolution) * 1000 else {
            throw ChunkDecodingError(
                .malformed, "expected a bucket's count of 1 to \(Int(resolution) * 1000) samples, found \(value)", at: 0
            )
        }
        return count
    }

    static func columns(of buckets: [Aggregate]) -> [[Double]] {
        [
            buckets.map(\.min), buckets.map(\.max), buckets.map(\.sum), buckets.map { Double($0.count) },
            buckets.map(\.last),
        ]
    }
}

extension Aggregate {
    init(_ timestamp: Timestamp, _ value: Double) {
        self.init(timestamp: timestamp, min: value, max: value, sum: value, count: 1, last: value)
    }

    /// Takes in a later value of the same span.
    @inline(__always)
    mutating func add(_ value: Double) {
        if value < min { min = value }
        if value > max { max = value }
        sum += value
        count += 1
        last = value
    }

    /// Takes in a later part of the same span.
    mutating func add(_ later: Aggregate) {
        min = Swift.min(min, later.min)
        max = Swift.max(max, later.max)
        sum += later.sum
        count += later.count
        last = later.last
    }
}
