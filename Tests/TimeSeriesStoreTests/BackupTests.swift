import DatabaseFiles
import Foundation
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Backup")
struct BackupTests {
    static let start = Timestamp(milliseconds: 1_789_000_000_000)
    static func labels(_ number: Int) -> LabelSet { LabelSet("reading", ["sensor": "\(number)"]) }

    @Test("a copy made while samples are appended is a prefix with everything acknowledged before it began")
    func liveCopy() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let acknowledged = SharedList<Int>()
        let writer = Task {
            var step = 0
            while !Task.isCancelled {
                let numbers = store.seriesIDs(for: (0..<20).map(Self.labels))
                for _ in 0..<10 {
                    let values = numbers.map { (series: $0, value: Double(step)) }
                    store.append(SampleBatch(timestamp: Self.start + step, values: values))
                    step += 1
                }
                try await store.flush()
                acknowledged.append(step)
                if step % 500 == 0 { try await store.compact() }
            }
        }
        try await eventually("2,000 samples a series") { (acknowledged.values.last ?? 0) > 2_000 }
        for round in 0..<3 {
            let copy = fixture.directory.file("copy-\(round)")
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
            let before = acknowledged.values.last ?? 0
            let shares = SharedList<Double>()
            let bytes = try await store.backUp(to: copy) { shares.append($0) }
            let after = store.statistics.samplesAppended / 20
            #expect(bytes > 0)
            #expect(shares.values.last == 1)
            #expect(shares.values == shares.values.sorted(), "the copy never starts over")
            #expect(try FileManager.default.contentsOfDirectory(atPath: copy) == ["metrics.db"])
            let attributes = try FileManager.default.attributesOfItem(atPath: copy + "/metrics.db")
            #expect(attributes[.posixPermissions] as? Int == 0o600)

            let report = try await SampleStore.verifyFile(in: copy)
            #expect(report.findings.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: copy) == ["metrics.db"], "it is only read")
            let restored = try SampleStore(directory: copy, clock: fixture.clock)
            let series = try await restored.everything()
            #expect(series.count == 20)
            for one in series {
                let count = one.samples.count
                #expect(count >= before && count <= after)
                #expect(one.samples == (0..<count).map { Sample(Self.start + $0, Double($0)) })
            }
            try await restored.close()
        }
        writer.cancel()
        _ = await writer.result
        try await store.close()
    }

    @Test("a copy can be ended on its way")
    func ended() async throws {
        struct Enough: Error {}
        let fixture = try StoreFixture()
        let copy = fixture.directory.file("copy")
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        var generator = SeededGenerator(seed: 1)
        for step in 0..<3000 {
            let values = (0..<100).map { (labels: Self.labels($0), value: Double.random(in: 0..<1, using: &generator)) }
            fixture.append(values, at: Self.start + step)
        }
        try await fixture.store.compact()
        await #expect(throws: Enough.self) {
            _ = try await fixture.store.backUp(to: copy) { _ in throw Enough() }
        }
        // Nothing holds the store up.
        try await fixture.store.compact()
        try await fixture.store.close()
    }
}
