package import MonitoringModel
import Synchronization

/// Samples a second, from the store's total seen at intervals.
package final class SampleRate: Sendable {
    private let points = Mutex<[(time: Timestamp, total: Int)]>([])

    package init() {}

    /// Remembers the total; keeps about a minute.
    package func note(_ total: Int, at time: Timestamp) {
        points.withLock { points in
            points.append((time, total))
            while points.count > 2, time - points[1].time >= .seconds(60) { points.removeFirst() }
        }
    }

    /// Mean over the last minute or since the start; 0 before the second call of `note`.
    package var perSecond: Double {
        points.withLock { points in
            guard let first = points.first, let last = points.last, last.time > first.time else { return 0 }
            return Double(last.total - first.total) / (last.time - first.time).inSeconds
        }
    }
}
