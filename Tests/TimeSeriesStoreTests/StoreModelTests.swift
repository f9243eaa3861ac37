import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

/// What the store has to answer, in the simplest form.
private struct Model {
    var samples: [LabelSet: [Sample]] = [:]

    mutating func append(_ labels: LabelSet, _ sample: Sample, now: Timestamp) {
        guard sample.timestamp <= now + .seconds(300) else { return }
        var own = samples[labels] ?? []
        if let last = own.last, sample.timestamp < last.timestamp - .seconds(3600) { return }
        let place = own.firstIndex { $0.timestamp >= sample.timestamp } ?? own.count
        // The first sample of a time stays.
        guard place == own.count || own[place].timestamp != sample.timestamp else { return }
        own.insert(sample, at: place)
        samples[labels] = own
    }

    func select(from start: Timestamp, through end: Timestamp) -> [LabelSet: [Bits]] {
        samples.mapValues { $0.filter { start <= $0.timestamp && $0.timestamp <= end }.map(Bits.init) }
            .filter { !$0.value.isEmpty }
    }

    /// By the end of the span.
    func aggregates(from start: Timestamp, through end: Timestamp, step: Int64) -> [LabelSet: [Int64: Summary]] {
        samples.mapValues { samples in
            var spans: [Int64: Summary] = [:]
            for sample in samples where sample.timestamp > start && sample.timestamp <= end && !sample.value.isNaN {
                let index = (sample.timestamp.milliseconds - start.milliseconds - 1) / step
                spans[start.milliseconds + (index + 1) * step, default: Summary()].add(sample.value)
            }
            return spans
        }.filter { !$0.value.isEmpty }
    }

    func latest(at time: Timestamp, lookback: Duration) -> [LabelSet: Bits] {
        samples.compactMapValues { samples in
            samples.last { $0.timestamp <= time && $0.timestamp > time - lookback }
                .flatMap { StaleMarker.isStale($0.value) ? nil : Bits($0) }
        }
    }
}

/// An aggregate without what rounding may change.
private struct Summary: Hashable {
    var min = Double.infinity
    var max = -Double.infinity
    var count = 0
    var last = 0.0

    mutating func add(_ value: Double) {
        min = Swift.min(min, value)
        max = Swift.max(max, value)
        count += 1
        last = value
    }
}

/// A sample that equals itself also when its value is not a number.
private struct Bits: Hashable, CustomStringConvertible {
    var time: Int64
    var value: UInt64

    init(_ sample: Sample) {
        time = sample.timestamp.milliseconds
        value = sample.value.bitPattern
    }

    var description: String { "\(time):\(Double(bitPattern: value))" }
}

@Suite("Store against a naive model")
struct StoreModelTests {
    @Test("seeded random operations and restarts give the model's answers", arguments: 1...12)
    func randomOperations(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var options = SampleStore.Options()
        options.longestWait = .seconds(600)
        let fixture = try StoreFixture(options: options)
        let origin = fixture.clock.now
        let all = (0..<12).map { LabelSet("m", ["n": "\($0)"]) }
        var model = Model()

        for step in 0..<400 {
            let context: Comment = "seed \(seed), step \(step)"
            let spread = Int.random(in: 0...9, using: &generator) == 0 ? 7_200 : 60
            switch Int.random(in: 0...22, using: &generator) {
            case 0...9:
                // Mostly now, sometimes long ago, sometimes ahead.
                let time = fixture.clock.now + Int.random(in: -spread...spread / 4, using: &generator)
                let chosen = all.filter { _ in Int.random(in: 0...2, using: &generator) > 0 }
                let values = chosen.map { ($0, Self.value(&generator)) }
                fixture.append(values, at: time)
                let now = fixture.clock.now
                for (labels, value) in values { model.append(labels, Sample(time, value), now: now) }
            case 10...11:
                fixture.clock.advance(by: .seconds(Int.random(in: 1...400, using: &generator)))
            case 12...13: try await fixture.store.flush()
            case 14, 20: await fixture.store.maintain()
            case 21 where step % 4 == 0: try await fixture.store.compact()
            case 15: try await fixture.reopen()
            case 16...17:
                let start = origin + Int.random(in: -8_000...8_000, using: &generator)
                let end = start + Int.random(in: 0...9_000, using: &generator)
                let found = try await fixture.store.select([], from: start, through: end)
                #expect(Self.byLabels(found) == model.select(from: start, through: end), context)
            case 22:
                let start = Timestamp(
                    milliseconds: (origin + Int.random(in: -8_000...8_000, using: &generator)).milliseconds / 60_000
                        * 60_000)
                let end = start + Int.random(in: 60...9_000, using: &generator)
                let found = try await fixture.store.aggregates([], from: start, through: end, step: .seconds(60))
                #expect(Self.byLabels(found) == model.aggregates(from: start, through: end, step: 60_000), context)
            default:
                let time = fixture.clock.now + Int.random(in: -spread...60, using: &generator)
                let lookback = Duration.seconds(Int.random(in: 1...4_000, using: &generator))
                let found = try await fixture.store.latest([], at: time, lookback: lookback)
                let answer = Dictionary(uniqueKeysWithValues: found.map { ($0.labels, Bits($0.sample)) })
                #expect(answer == model.latest(at: time, lookback: lookback), context)
            }
        }
        let everything = try await fixture.store.everything()
        let expected = model.select(from: Timestamp(milliseconds: .min), through: Timestamp(milliseconds: .max))
        #expect(Self.byLabels(everything) == expected, "seed \(seed)")
        #expect(fixture.store.statistics.damagedRows == 0)
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        try await fixture.store.close()
    }

    private static func byLabels(_ found: [SeriesAggregates]) -> [LabelSet: [Int64: Summary]] {
        Dictionary(
            uniqueKeysWithValues: found.map { series in
                (
                    series.labels,
                    Dictionary(
                        uniqueKeysWithValues: series.aggregates.map {
                            (
                                $0.timestamp.milliseconds,
                                Summary(min: $0.min, max: $0.max, count: $0.count, last: $0.last)
                            )
                        })
                )
            })
    }

    private static func value(_ generator: inout SeededGenerator) -> Double {
        switch Int.random(in: 0...9, using: &generator) {
        case 0: StaleMarker.value
        case 1: -0.0
        case 2...4: Double.random(in: -1...1, using: &generator)
        default: Double(Int.random(in: 0...1_000_000, using: &generator))
        }
    }

    private static func byLabels(_ found: [SeriesSamples]) -> [LabelSet: [Bits]] {
        Dictionary(uniqueKeysWithValues: found.map { ($0.labels, $0.samples.map(Bits.init)) })
    }
}
