import ExpositionFormat
import HTTPTypes
import Hummingbird
import MonitoringModel
import PromQLSyntax

/// `/metrics` and `/federate`: exposition pages, streamed family by family.
struct MetricsEndpoints: Sendable {
    let view: any ServiceView
    let source: any SeriesSource
    let clock: any WallClock

    /// How old a value may be and still be shown, as Prometheus' lookback.
    static let lookback = Duration.seconds(300)

    /// Self-metrics and, up to the configured number of series, the latest value of everything.
    func metrics(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let flavor = ExpositionFlavor(accept: request.headers[.accept])
        var families: [MetricFamily] = []
        switch parameters["scope"] {
        case nil, "all":
            if view.figures().seriesCount <= view.facts.metricsPageSeries {
                families = try await latest([LabelMatcher(Label.metricName, .notEqual, "")], scope: scope)
            }
        case "self": break
        case let other: throw BadParameter("scope", expected: "\"self\" or \"all\"", found: other)
        }
        // A viewer confined to an area sees nothing of the service as a whole.
        if scope == .everything { families += view.selfMetrics() }
        return page(families, flavor: flavor)
    }

    /// The latest value of the series that any `match[]` selects.
    func federate(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let selectors = parameters.all("match[]")
        guard !selectors.isEmpty else { throw BadParameter("match[]", expected: "a series selector", found: nil) }
        var found: [LabelSet: Sample] = [:]
        for selector in selectors {
            guard case .vector(let parsed) = try PromQLParser.parse(selector) else {
                throw BadParameter("match[]", expected: "a series selector", found: selector)
            }
            let matchers = parsed.matchers.map(\.matcher)
            for (labels, sample) in try await source.latest(matchers, at: clock.now, lookback: Self.lookback) {
                found[labels] = sample
            }
        }
        let rows = found.map { (labels: $0.key, sample: $0.value) }
        return page(families(rows, scope: scope), flavor: ExpositionFlavor(accept: request.headers[.accept]))
    }

    private func latest(_ matchers: [LabelMatcher], scope: QueryScope) async throws -> [MetricFamily] {
        families(try await source.latest(matchers, at: clock.now, lookback: Self.lookback), scope: scope)
    }

    /// Groups series into families sorted by name, each with its type and help.
    private func families(_ rows: [(labels: LabelSet, sample: Sample)], scope: QueryScope) -> [MetricFamily] {
        let metadata = source.metadata()
        var byName: [String: MetricFamily] = [:]
        for row in rows where scope.includes(site: row.labels["site"]) {
            let name = row.labels.metricName
            // The service's own figures are written as they are now, not as they were stored.
            guard !name.hasPrefix("haidang_") else { continue }
            // Of a scraped histogram or summary, the type is known under the name without the suffix.
            let family = metadata[name] == nil ? Self.familyName(name, known: metadata) : name
            byName[
                family,
                default: MetricFamily(metadata: metadata[family] ?? MetricMetadata(name: family, kind: .unknown))
            ].samples.append((row.labels, row.sample.value, row.sample.timestamp))
        }
        return byName.values.sorted { $0.metadata.name < $1.metadata.name }.map { family in
            var family = family
            family.samples.sort { $0.labels < $1.labels }
            return family
        }
    }

    private static func familyName(_ name: String, known: [String: MetricMetadata]) -> String {
        for suffix in ["_bucket", "_sum", "_count", "_total"] where name.hasSuffix(suffix) {
            let stem = String(name.dropLast(suffix.count))
            if known[stem] != nil { return stem }
        }
        return name
    }

    private func page(_ families: [MetricFamily], flavor: ExpositionFlavor) -> Response {
        var headers = SecurityHeaders.fields
        headers[.contentType] = flavor.contentType
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var output: [UInt8] = []
                for family in families {
                    ExpositionWriter.write(family, flavor: flavor, into: &output)
                    if output.count > 64 << 10 {
                        try await writer.write(ByteBuffer(bytes: output))
                        output.removeAll(keepingCapacity: true)
                    }
                }
                ExpositionWriter.end(flavor, into: &output)
                try await writer.write(ByteBuffer(bytes: output))
                try await writer.finish(nil)
            })
    }
}
