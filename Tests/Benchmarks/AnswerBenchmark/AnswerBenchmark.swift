import AnswerFormat
import MonitoringModel
import TestSupport

/// Writes a day of a thousand series, 289 points each, and single numbers of several kinds, without sending them: one line
/// for each, with the least of many runs. The series are the same in every run of the program.
@main
struct AnswerBenchmark {
    static func main() {
        var random = SeededGenerator(seed: 289)
        report("first number", of: 1, runs: 1) {
            var output: [UInt8] = []
            DecimalText.append(0.1, to: &output)
            return output.count
        }

        let numbers: [(name: String, make: (inout SeededGenerator) -> Double)] = [
            ("rates", { .random(in: 0..<5000, using: &$0) }),
            ("seven decimals", { (Double.random(in: 0..<5000, using: &$0) * 1e7).rounded() / 1e7 }),
            ("one decimal", { (Double.random(in: 0..<100, using: &$0) * 10).rounded() / 10 }),
            ("counters", { Double.random(in: 0..<1e10, using: &$0).rounded() }),
        ]
        for (name, make) in numbers {
            let values = (0..<10_000).map { _ in make(&random) }
            report("numbers, \(name)", of: values.count) {
                var output: [UInt8] = []
                output.append(addingCapacity: values.count * DecimalText.room) { span in
                    for value in values { DecimalText.append(value, to: &span) }
                }
                return output.count
            }
            report("numbers, \(name), Double.description", of: values.count) {
                var output: [UInt8] = []
                output.reserveCapacity(values.count * DecimalText.room)
                for value in values { output += value.description.utf8 }
                return output.count
            }
        }

        let series = (0..<1000).map { index in
            SeriesSamples(
                labels: LabelSet(
                    metric: "link_receive_bytes_per_second", [Label("device", "switch-\(index)"), Label("site", "hq")]),
                samples: (0..<289).map {
                    Sample(
                        Timestamp(milliseconds: 1_790_000_000_000 + $0 * 300_000),
                        .random(in: 0..<5000, using: &random))
                })
        }
        let matrix = QueryAnswer(.matrix(series))
        let vector = QueryAnswer(.vector(series.map { ($0.labels, $0.samples[0]) }))
        report("JSON, points of a matrix", of: 289_000) { write(JSONAnswerWriter(matrix)) }
        report("CSV, lines of a matrix", of: 289_000) { write(CSVAnswerWriter(matrix)) }
        report("JSON, elements of a vector", of: 1000) { write(JSONAnswerWriter(vector)) }
    }

    private static func write(_ writer: some AnswerWriter) -> Int {
        var writer = writer
        var chunk: [UInt8] = []
        var bytes = 0
        while writer.next(into: &chunk) { bytes += chunk.count }
        return bytes
    }

    private static func report(_ what: String, of count: Int, runs: Int = 30, _ run: () -> Int) {
        var least = Duration.seconds(1000)
        var bytes = 0
        for _ in 0..<runs { least = min(least, ContinuousClock().measure { bytes = run() }) }
        let tenths = Int((least.inSeconds * 1e10 / Double(count)).rounded())
        print("\(what): \(tenths / 10).\(tenths % 10) ns each, \(bytes) bytes")
    }
}
