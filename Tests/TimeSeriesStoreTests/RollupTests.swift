import ChunkEncoding
import GRDB
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Rollups")
struct RollupTests {
    private static let hour = 3_600_000 as Int64
    private let labels = (0..<4).map { LabelSet("m", ["n": "\($0)"]) }

    /// Fifty days of a sample a minute of each of four series, stored as the service would; and what a naive sum of spans says.
    private func stored(rawDays: Int = 400) async throws -> (
        fixture: StoreFixture, start: Timestamp, samples: [[Sample]]
    ) {
        var options = SampleStore.Options()
        options.rawRetention = .seconds(rawDays * 86_400)
        let fixture = try StoreFixture(options: options)
        let start = Timestamp(milliseconds: fixture.clock.now.milliseconds / Self.hour * Self.hour)
        fixture.clock.advance(by: start - fixture.clock.now)
        var samples = labels.map { _ in [Sample]() }
        var generator = SeededGenerator(seed: 9)
        var counter = 0.0
        let numbers = fixture.store.seriesIDs(for: labels)
        for minute in 1...50 * 1_440 {
            fixture.clock.advance(by: .seconds(60))
            let now = fixture.clock.now
            counter += Double(Int.random(in: 0...1_000, using: &generator))
            let values = [
                counter, Double(Int.random(in: 0...999, using: &generator)) / 10, minute % 977 == 0 ? .nan : 1,
                minute % 7 == 0 ? Double.random(in: -1...1, using: &generator) : 0,
            ]
            fixture.store.append(
                SampleBatch(timestamp: now, values: zip(numbers, values).map { (series: $0, value: $1) }))
            for index in values.indices { samples[index].append(Sample(now, values[index])) }
            if minute % 240 == 0 { await fixture.store.maintain() }
        }
        #expect(fixture.store.statistics.lastMaintenanceError == nil)
        return (fixture, start, samples)
    }

    private func expected(_ samples: [Sample], from start: Timestamp, through end: Timestamp, step: Int64)
        -> [Aggregate]
    {
        var spans: [Int64: [Double]] = [:]
        for sample in samples where sample.timestamp > start && sample.timestamp <= end && !sample.value.isNaN {
            let index = (sample.timestamp.milliseconds - start.milliseconds - 1) / step
            spans[start.milliseconds + (index + 1) * step, default: []].append(sample.value)
        }
        return spans.sorted { $0.key < $1.key }.map { time, values in
            Aggregate(
                timestamp: Timestamp(milliseconds: time), min: values.min() ?? 0, max: values.max() ?? 0,
                sum: values.reduce(0, +), count: values.count, last: values.last ?? 0)
        }
    }

    @Test("each step is answered as raw samples would, from whichever rollup; sums up to rounding")
    func answers() async throws {
        let (fixture, start, samples) = try await stored()
        let resolutions = try await fixture.store.resolutions()
        #expect(resolutions == [0, 300, 3600])
        for step in [60_000, 300_000, 900_000, 3_600_000, 86_400_000] as [Int64] {
            let end = start + .milliseconds(50 * 86_400_000 / step * step)
            let found = try await fixture.store.aggregates([], from: start, through: end, step: .milliseconds(step))
            #expect(found.map(\.labels) == labels)
            for (index, series) in found.enumerated() {
                let wanted = expected(samples[index], from: start, through: end, step: step)
                #expect(series.aggregates.count == wanted.count, "step \(step)")
                let isEqual = zip(series.aggregates, wanted).allSatisfy { found, wanted in
                    found.timestamp == wanted.timestamp && found.min == wanted.min && found.max == wanted.max
                        && found.count == wanted.count && found.last == wanted.last
                        && abs(found.sum - wanted.sum) <= 1e-9 * max(1, abs(wanted.sum))
                }
                #expect(isEqual, "step \(step), series \(index)")
            }
        }
        // A part of the range, inside.
        let (low, high) = (start + .milliseconds(20 * Self.hour), start + .milliseconds(700 * Self.hour))
        let found = try await fixture.store.aggregates(
            [LabelMatcher("n", .equal, "1")], from: low, through: high, step: .seconds(3600))
        #expect(
            found.first?.aggregates.map(\.max)
                == expected(samples[1], from: low, through: high, step: Self.hour).map(\.max))
        try await fixture.store.close()
    }

    @Test("rollups answer where the retention has taken the raw samples, also after a restart")
    func outlivesRaw() async throws {
        let (fixture, start, samples) = try await stored(rawDays: 10)
        try await fixture.reopen()
        #expect(try await fixture.store.select([], from: start, through: start + .seconds(20 * 86_400)).isEmpty)
        let end = start + .seconds(20 * 86_400)
        for step in [60_000, 3_600_000] as [Int64] {
            let found = try await fixture.store.aggregates([], from: start, through: end, step: .milliseconds(step))
            // Too fine a step is answered with what is left: buckets of five minutes.
            let wanted = expected(samples[0], from: start, through: end, step: max(step, 300_000))
            #expect(found.first?.aggregates.map(\.last) == wanted.map(\.last), "step \(step)")
        }
        try await fixture.store.close()
    }

    @Test("an empty or inverted range, or no step, gives nothing")
    func nothing() async throws {
        let fixture = try StoreFixture()
        let now = fixture.clock.now
        fixture.append([(labels[0], 1)], at: now)
        #expect(try await fixture.store.aggregates([], from: now, through: now, step: .seconds(1)).isEmpty)
        #expect(try await fixture.store.aggregates([], from: now + 1, through: now, step: .seconds(1)).isEmpty)
        #expect(try await fixture.store.aggregates([], from: now + -1, through: now, step: .zero).isEmpty)
        #expect(try await fixture.store.aggregates([], from: now + -1, through: now, step: .seconds(9)).count == 1)
        try await fixture.store.close()
    }
}

extension SampleStore {
    /// Which resolutions the file has blocks of.
    fileprivate func resolutions() async throws -> [UInt32] {
        blockHeaders.map(\.resolution).reduce(into: Set()) { $0.insert($1) }.sorted()
    }
}
