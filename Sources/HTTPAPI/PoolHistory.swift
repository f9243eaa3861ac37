package import MonitoringModel
import Synchronization

/// The last 90 days of each pool, one value a day, for sparklines and growth. Read from the store now and then, since the
/// days that have passed do not change.
package final class PoolHistory: Sendable {
    package static let days = 90

    /// Used bytes, oldest first, at the beginning of each day (UTC) up to today's; NaN where nothing is known.
    private let values = Mutex<[String: [Double]]>([:])

    package init() {}

    package func used(_ pool: String) -> [Double] { values.withLock { $0[pool] ?? [] } }

    /// Reads the history anew.
    package func refresh(from evaluator: any QueryEvaluator, at now: Timestamp) async throws {
        let step = Duration.seconds(86_400)
        // Whole days, so that stored history on the hour lies within the lookback of each step.
        let today = Timestamp(milliseconds: now.milliseconds - now.milliseconds % step.wholeMilliseconds)
        let start = today - step * (Self.days - 1)
        let answer = try await evaluator.range(
            "capacity_used_bytes", from: start, through: today, step: step, scope: .everything)
        guard case .matrix(let series) = answer.value else { return }
        var histories: [String: [Double]] = [:]
        for one in series {
            guard let pool = one.labels["resource"] else { continue }
            var days = Array(repeating: Double.nan, count: Self.days)
            for sample in one.samples {
                let day = Int((sample.timestamp - start).inSeconds / step.inSeconds + 0.5)
                if days.indices.contains(day) { days[day] = sample.value }
            }
            histories[pool] = days
        }
        values.withLock { $0 = histories }
    }

    /// Mean growth over the last 30 days in bytes a day; nil with less history.
    static func growthPerDay(_ history: [Double]) -> Double? {
        guard history.count > 30, let now = history.last, now.isFinite else { return nil }
        let before = history[history.count - 31]
        return before.isFinite ? (now - before) / 30 : nil
    }
}
