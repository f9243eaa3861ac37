import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Limit of a reading")
struct ReadLimitTests {
    @Test("a reading of more samples than the limit is refused, from memory and from the file")
    func limit() async throws {
        var options = SampleStore.Options()
        options.readLimit = 5
        let fixture = try StoreFixture(options: options)
        let start = fixture.clock.now
        let series = LabelSet("up", ["instance": "core-1"])
        for step in 0..<6 { fixture.append([(series, Double(step))], at: start + step) }
        for isInFile in [false, true] {
            if isInFile {
                try await fixture.store.compact()
                #expect(fixture.store.statistics.blocks == 1)
            }
            let found = try await fixture.store.select([], from: start, through: start + 4)
            #expect(found.map(\.samples.count) == [5])
            await #expect(throws: SampleLimitExceeded(limit: 5)) { try await fixture.store.everything() }
        }
        try await fixture.store.close()
    }
}
