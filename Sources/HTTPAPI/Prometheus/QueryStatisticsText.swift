import Foundation
import MonitoringModel

/// What a query took, as the Prometheus API writes it under `stats`.
struct QueryStatisticsText: Encodable {
    private var timings: [String: Double]
    private var samples: Samples

    private struct Samples: Encodable {
        var totalQueryableSamplesPerStep: [Step]?
        var totalQueryableSamples: Int
        var peakSamples: Int
    }

    private struct Step: Encodable {
        var time: Timestamp
        var samples: Int

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(time.seconds)
            try container.encode(samples)
        }
    }

    /// - Parameter isDetailed: whether samples are told by step.
    init(_ statistics: QueryStatistics, isDetailed: Bool) {
        let seconds = statistics.evaluationTime.inSeconds
        timings = [
            "evalTotalTime": seconds, "innerEvalTime": seconds, "execTotalTime": seconds, "execQueueTime": 0,
            "queryPreparationTime": 0, "resultSortTime": 0,
        ]
        samples = Samples(
            totalQueryableSamplesPerStep: isDetailed
                ? statistics.samplesByStep.map { Step(time: $0.time, samples: $0.samples) } : nil,
            totalQueryableSamples: statistics.samples, peakSamples: statistics.peakSamples)
    }

    var json: String {
        (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
