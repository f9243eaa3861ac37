import Foundation
import Hummingbird
package import MonitoringModel

/// `/api/v1/query` and `/api/v1/query_range`, in the shape of the Prometheus HTTP API.
struct QueryEndpoints: Sendable {
    let evaluator: any QueryEvaluator
    let clock: any WallClock

    func instant(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let expression = try parameters.required("query", expected: "a PromQL expression")
        let time = try parameters.time("time") ?? clock.now
        let answer = try await evaluator.instant(expression, at: time, scope: scope)
        return try Reply.success(QueryData(answer.value), warnings: answer.warnings, infos: answer.infos)
    }

    func range(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let expression = try parameters.required("query", expected: "a PromQL expression")
        guard let start = try parameters.time("start"), let end = try parameters.time("end") else {
            throw BadParameter("start", expected: "both start and end", found: nil)
        }
        guard let step = try parameters.duration("step") else {
            throw BadParameter("step", expected: "seconds or a duration", found: nil)
        }
        guard start <= end else {
            throw BadParameter("end", expected: "a time not before start", found: parameters["end"])
        }
        let answer = try await evaluator.range(expression, from: start, through: end, step: step, scope: scope)
        return try Reply.success(QueryData(answer.value), warnings: answer.warnings, infos: answer.infos)
    }
}

/// A query's value as the Prometheus API writes it: `[unix seconds, "value"]` pairs.
package struct QueryData: Encodable {
    let value: QueryAnswer.Value

    package init(_ value: QueryAnswer.Value) {
        self.value = value
    }

    private enum CodingKeys: String, CodingKey {
        case resultType, result
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch value {
        case .scalar(let sample):
            try container.encode("scalar", forKey: .resultType)
            try container.encode(Point(sample), forKey: .result)
        case .string(let text, let time):
            try container.encode("string", forKey: .resultType)
            try container.encode(Point(time: time, text: text), forKey: .result)
        case .vector(let elements):
            try container.encode("vector", forKey: .resultType)
            try container.encode(
                elements.map { VectorElement(metric: $0.labels.dictionary, value: Point($0.sample)) }, forKey: .result)
        case .matrix(let series):
            try container.encode("matrix", forKey: .resultType)
            try container.encode(
                series.map { MatrixElement(metric: $0.labels.dictionary, values: $0.samples.map(Point.init)) },
                forKey: .result)
        }
    }

    private struct VectorElement: Encodable {
        var metric: [String: String]
        var value: Point
    }

    private struct MatrixElement: Encodable {
        var metric: [String: String]
        var values: [Point]
    }

    private struct Point: Encodable {
        var time: Timestamp
        var text: String

        init(time: Timestamp, text: String) {
            self.time = time
            self.text = text
        }

        init(_ sample: Sample) {
            self.init(time: sample.timestamp, text: sample.value.prometheusText)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(time.seconds)
            try container.encode(text)
        }
    }
}

extension LabelSet {
    var dictionary: [String: String] {
        Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Double {
    /// The shortest text that reads back to the same value, with Prometheus' words for the special ones.
    package var prometheusText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: self), abs(whole) < 1 << 53 { return String(whole) }
        return String(self)
    }
}
