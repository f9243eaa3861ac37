import CapacityPlanning
import Forecasting
import MonitoringModel
import RE2
import Synchronization

/// Series in memory, written and read as the store's.
final class MemoryStore: SampleAppender, SeriesSource {
    private struct State {
        var series: [LabelSet: [Sample]] = [:]
        var numbers: [LabelSet] = []
        var appended = 0
    }

    private let state = Mutex(State())

    /// Samples taken in so far.
    var appended: Int { state.withLock { $0.appended } }

    func samples(_ labels: LabelSet) -> [Sample] { state.withLock { $0.series[labels] ?? [] } }

    func add(_ labels: LabelSet, _ time: Timestamp, _ value: Double) {
        append(SampleBatch(timestamp: time, values: [(seriesIDs(for: [labels])[0], value)]))
    }

    func seriesIDs(for labels: [LabelSet]) -> [SeriesID] {
        state.withLock { state in
            labels.map { labels in
                if let number = state.numbers.firstIndex(of: labels) { return SeriesID(rawValue: UInt32(number)) }
                state.numbers.append(labels)
                return SeriesID(rawValue: UInt32(state.numbers.count - 1))
            }
        }
    }

    @discardableResult
    func append(_ batch: SampleBatch) -> AppendOutcome {
        state.withLock { state in
            for (series, value) in batch.values {
                let labels = state.numbers[Int(series.rawValue)]
                let isLate = state.series[labels]?.last.map { $0.timestamp > batch.timestamp } ?? false
                state.series[labels, default: []].append(Sample(batch.timestamp, value))
                if isLate { state.series[labels]?.sort { $0.timestamp < $1.timestamp } }
            }
            state.appended += batch.values.count
        }
        return AppendOutcome()
    }

    func describe(_ metadata: [MetricMetadata]) {}
    func flush() async throws {}

    func select(
        _ matchers: [LabelMatcher], from start: Timestamp, through end: Timestamp
    ) async throws -> [SeriesSamples] {
        let all = state.withLock { $0.series }
        return try all.filter { labels, _ in try Self.satisfies(labels, matchers) }.map { labels, samples in
            SeriesSamples(labels: labels, samples: samples.filter { start <= $0.timestamp && $0.timestamp <= end })
        }
    }

    func latest(
        _ matchers: [LabelMatcher], at time: Timestamp, lookback: Duration
    ) async throws -> [(labels: LabelSet, sample: Sample)] {
        try await select(matchers, from: time - lookback + .milliseconds(1), through: time).compactMap { one in
            one.samples.last.map { (one.labels, $0) }
        }
    }

    func metadata() -> [String: MetricMetadata] { [:] }

    private static func satisfies(_ labels: LabelSet, _ matchers: [LabelMatcher]) throws -> Bool {
        try matchers.allSatisfy { matcher in
            let value = labels[matcher.name] ?? ""
            return switch matcher.operation {
            case .equal: value == matcher.value
            case .notEqual: value != matcher.value
            case .matches: try Pattern(matcher.value).matches(value)
            case .doesNotMatch: try !Pattern(matcher.value).matches(value)
            }
        }
    }
}

/// A ledger in memory.
final class MemoryLedger: ForecastLedger {
    private struct State {
        var nights: [Int: ForecastNight] = [:]
        var scored: Set<DueForecasts> = []
        var tallies: [ResourceKey: [Int: ForecastTally]] = [:]
        var settled: [Int: FleetRecord] = [:]
    }

    private let state = Mutex(State())

    var nights: [Int: ForecastNight] { state.withLock { $0.nights } }

    func keep(_ night: ForecastNight) async throws {
        state.withLock { $0.nights[night.madeOn] = night }
    }

    func newestNight() async throws -> ForecastNight? {
        state.withLock { state in state.nights.keys.max().flatMap { state.nights[$0] } }
    }

    func unscored(through day: Int) async throws -> [DueForecasts] {
        state.withLock { state in
            state.nights.keys.sorted().flatMap { night in
                ForecastRecord.horizons.map { DueForecasts(madeOn: night, horizon: $0) }
            }.filter { $0.dueDay <= day && !state.scored.contains($0) }
        }
    }

    func checkpoints(of due: DueForecasts) async throws -> [KeptCheckpoint] {
        state.withLock { state in
            (state.nights[due.madeOn]?.entries ?? []).compactMap { entry in
                guard entry.forecast.abstention == nil, let size = entry.size,
                    let use = entry.forecast.checkpoints.first(where: { $0.day == due.horizon })
                else { return nil }
                return KeptCheckpoint(key: entry.key, use: use, size: size, limit: entry.limit ?? size)
            }
        }
    }

    func record(_ scores: [ForecastScore], of due: DueForecasts) async throws {
        state.withLock { state in
            guard state.scored.insert(due).inserted else { return }
            for score in scores {
                state.tallies[score.key, default: [:]][due.horizon, default: ForecastTally()].add(score)
            }
        }
    }

    func tallies() async throws -> [ResourceKey: [Int: ForecastTally]] { state.withLock { $0.tallies } }

    func unsettledNights() async throws -> [UnsettledNight] {
        state.withLock { state in
            ForecastSettling.standing(Array(state.nights.keys)).filter { state.settled[$0] == nil }.compactMap {
                night in
                state.nights[night].map { UnsettledNight(madeOn: night, calibration: $0.calibration) }
            }
        }
    }

    func fills(of night: Int) async throws -> [KeptFill] {
        state.withLock { state in
            (state.nights[night]?.entries ?? []).compactMap { entry in
                guard entry.forecast.abstention == nil, let size = entry.size, let limit = entry.limit,
                    entry.used < limit
                else { return nil }
                return KeptFill(
                    key: entry.key, fill: entry.forecast.fill, fullWithin: entry.forecast.fullWithin, size: size,
                    limit: limit)
            }
        }
    }

    func settle(_ night: Int, as record: FleetRecord) async throws {
        state.withLock { state in
            if state.settled[night] == nil { state.settled[night] = record }
        }
    }

    func settledRecord() async throws -> FleetRecord {
        state.withLock { $0.settled.values.reduce(into: FleetRecord()) { $0 += $1 } }
    }

    func removeForecasts(before day: Int) async throws {
        state.withLock { state in state.nights = state.nights.filter { $0.key >= day } }
    }
}
