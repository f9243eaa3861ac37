import Foundation
import HTTPAPI
import MonitoringModel
import Testing

@Suite("Query results as JSON")
struct QueryDataTests {
    private static let sample = Sample(Timestamp(milliseconds: 1_700_000_000_500), 0.25)
    private static let labels = LabelSet(metric: "up", [Label("job", "snmp")])

    @Test(
        "each kind of value has the shape of the Prometheus HTTP API",
        arguments: [
            (.scalar(sample), #"{"result":[1700000000.5,"0.25"],"resultType":"scalar"}"#),
            (
                .string("text", at: sample.timestamp), #"{"result":[1700000000.5,"text"],"resultType":"string"}"#
            ),
            (
                .vector([(labels: labels, sample: sample)]),
                #"{"result":[{"metric":{"__name__":"up","job":"snmp"},"value":[1700000000.5,"0.25"]}],"resultType":"vector"}"#
            ),
            (
                .matrix([SeriesSamples(labels: labels, samples: [sample])]),
                #"{"result":[{"metric":{"__name__":"up","job":"snmp"},"values":[[1700000000.5,"0.25"]]}],"resultType":"matrix"}"#
            ),
        ] as [(QueryAnswer.Value, String)])
    func shape(value: QueryAnswer.Value, json: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(QueryData(value)), as: UTF8.self) == json)
    }

    @Test(
        "a value's text reads back to the same value",
        arguments: [0, -0.5, 1, 1e15, 1e16, 1.5e300, 2.5e-300, .infinity, -.infinity] as [Double])
    func text(value: Double) {
        #expect(Double(value.prometheusText.replacingOccurrences(of: "Inf", with: "inf")) == value)
    }
}
