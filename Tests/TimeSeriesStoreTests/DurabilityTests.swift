import GRDB
import Glibc
import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Durability")
struct DurabilityTests {
    static let writer = builtProgram("StoreWriter")

    @Test("no acknowledged sample is lost by 20 kills", .enabled(if: writer != nil, "StoreWriter is not built"))
    func kills() async throws {
        let writer = try #require(Self.writer)
        let directory = try TemporaryDirectory()
        let data = directory.file("data")
        var acknowledged: Int64 = 0
        var generator = SeededGenerator(seed: 20)
        for round in 1...20 {
            let log = directory.file("log-\(round)")
            let program = try RunningProgram(writer, [data], log: log)
            let enough = Int.random(in: 1...30, using: &generator)
            try await eventually(
                "\(enough) acknowledgements in round \(round): \(program.output())", within: .seconds(60)
            ) {
                program.output().split(separator: "\n").count >= enough
            }
            program.kill()
            try await eventually("the end of the writer") { !program.isRunning }
            let numbers = program.output().split(separator: "\n").compactMap { Int64($0) }
            acknowledged = max(acknowledged, numbers.max() ?? 0)

            let store = try SampleStore(
                directory: data, clock: ManualClock(Timestamp(milliseconds: acknowledged * 1000)))
            let found = try await store.everything()
            #expect(found.count == 10, "round \(round)")
            for series in found {
                // Whole: every number from 1 on, at its time; at least up to the last acknowledged one.
                #expect(series.samples.count >= Int(acknowledged), "round \(round)")
                for (index, sample) in series.samples.enumerated()
                where sample.value != Double(index + 1) || sample.timestamp.milliseconds != Int64(index + 1) * 1000 {
                    Issue.record("round \(round): sample \(index) is \(sample)")
                    break
                }
            }
            #expect(store.statistics.damagedRows == 0)
            try await store.close()
            let file = try DatabaseQueue(path: data + "/metrics.db")
            let report = try await file.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
            #expect(report == ["ok"], "round \(round)")
            try file.close()
        }
        #expect(acknowledged > 100)
    }
}
