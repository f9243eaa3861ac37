import ExpositionFormat
import HTTPTypes
import Hummingbird
import MonitoringModel
import PromQLSyntax

/// `/metrics` and `/federate`: exposition pages, streamed family by family.
struct MetricsEndpoints: Sendable {
    let view: any ServiceView
    let source: any SeriesSource
    let selectors: SelectorReader
    let desk: QueryDesk
    let truncated: TruncatedPages
    let clock: any WallClock

    /// How old a value may be and still be shown, as Prometheus' lookback.
    static let lookback = Duration.seconds(300)

    /// Self-metrics and, up to the configured number of series, the latest value of everything.
    func metrics(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let flavor = ExpositionFlavor(accept: request.headers[.accept])
        var content = MetricsPageContent([], scope: scope, limit: 0)
        switch parameters["scope"] {
        case nil, "all":
            let everything = [LabelMatcher(Label.metricName, .notEqual, "")]
            content = MetricsPageContent(
                try await source.latest(everything, at: clock.now, lookback: Self.lookback), scope: scope,
                limit: view.facts.metricsPageSeries)
        case "self": break
        case let other: throw BadParameter("scope", expected: "\"self\" or \"all\"", found: other)
        }
        if content.leftOut > 0 { truncated.note() }
        var families = self.families(content.rows)
        // A viewer confined to an area sees nothing of the service as a whole.
        if scope == .everything { families += view.selfMetrics() }
        // But is told like everybody when values are missing: OpenMetrics has no comments that could.
        if scope == .everything || content.leftOut > 0 { families.append(truncated.family) }
        return page(families, flavor: flavor, notice: content.notice)
    }

    /// The latest value of the series that any `match[]` selects; waits its turn with the queries.
    func federate(_ request: Request, asker: String, scope: QueryScope) async throws -> Response {
        let texts = try SelectorReader.texts(RequestParameters(query: request.uri.query ?? ""))
        let now = clock.now
        let families = try await desk.serve(asker) { waited in
            let deadline = ContinuousClock.now + (.seconds(120) - waited)
            var found: [LabelSet: Sample] = [:]
            for text in texts {
                try SelectorReader.check(deadline)
                let matchers = try await selectors.matchers(of: text, parameter: "match[]", scope: scope)
                for (labels, sample) in try await source.latest(matchers, at: now, lookback: Self.lookback)
                where scope.includes(site: labels["site"]) {
                    found[labels] = sample
                }
            }
            return self.families(found.map { (labels: $0.key, sample: $0.value) })
        }
        return page(families, flavor: ExpositionFlavor(accept: request.headers[.accept]))
    }

    /// Groups series into families sorted by name, each with its type and help.
    private func families(_ rows: [(labels: LabelSet, sample: Sample)]) -> [MetricFamily] {
        let metadata = source.metadata()
        var byName: [String: MetricFamily] = [:]
        for row in rows {
            let name = row.labels.metricName
            // Of a scraped histogram or summary, the type is known under the name without the suffix.
            let family = MetricFamily.name(of: name, known: metadata)
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

    /// - Parameter notice: a comment line for the top, which OpenMetrics does not allow and so does not get.
    private func page(_ families: [MetricFamily], flavor: ExpositionFlavor, notice: String? = nil) -> Response {
        var headers = SecurityHeaders.fields
        headers[.contentType] = flavor.contentType
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var output: [UInt8] = []
                if flavor == .text, let notice { output += Array((notice + "\n").utf8) }
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
