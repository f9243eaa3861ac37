import GRDB
import MonitoringModel
import TestSupport
import TimeSeriesStore

/// A store in a directory of its own, with a clock that a test moves.
final class StoreFixture {
    let directory: TemporaryDirectory
    let clock: ManualClock
    var options = SampleStore.Options()
    private(set) var store: SampleStore

    init(options: SampleStore.Options = SampleStore.Options()) throws {
        directory = try TemporaryDirectory()
        clock = ManualClock()
        self.options = options
        store = try SampleStore(directory: directory.path, options: options, clock: clock)
    }

    func reopen() async throws {
        try await store.close()
        try open()
    }

    func open() throws {
        store = try SampleStore(directory: directory.path, options: options, clock: clock)
    }

    /// Appends one sample a series at `time`.
    func append(_ values: [(labels: LabelSet, value: Double)], at time: Timestamp) {
        let numbers = store.seriesIDs(for: values.map(\.labels))
        store.append(SampleBatch(timestamp: time, values: zip(numbers, values).map { ($0, $1.value) }))
    }

    /// Opens `metrics.db` beside the store's back; the store must be closed.
    func withFile<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: directory.file("metrics.db"))
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }
}

extension SampleStore {
    /// Every sample of the series with these labels.
    func everything(_ matchers: [LabelMatcher] = []) async throws -> [SeriesSamples] {
        try await select(
            matchers, from: Timestamp(milliseconds: .min), through: Timestamp(milliseconds: .max))
    }
}

extension LabelSet {
    /// `metric{name="value",…}` for tests.
    init(_ metric: String, _ pairs: KeyValuePairs<String, String> = [:]) {
        self.init(metric: metric, pairs.map { Label($0.key, $0.value) })
    }
}

extension Timestamp {
    static func + (time: Timestamp, seconds: Int) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds + Int64(seconds) * 1000)
    }
}
