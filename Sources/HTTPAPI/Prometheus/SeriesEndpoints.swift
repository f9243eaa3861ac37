import Foundation
import Hummingbird
import MonitoringModel
import PromQLSyntax

/// `/api/v1/series`, `/api/v1/labels`, `/api/v1/label/NAME/values` and `/api/v1/metadata`, narrowed to what the asker may see. What goes
/// through the series of the store waits its turn with the queries.
struct SeriesEndpoints: Sendable {
    let source: any SeriesSource
    let desk: QueryDesk
    let selectors: SelectorReader
    let view: any ServiceView
    let clock: any WallClock

    func series(_ request: Request, asker: String, scope: QueryScope) async throws -> Response {
        let parameters = try await RequestParameters(request)
        guard !parameters.all("match[]").isEmpty else {
            throw BadParameter("match[]", expected: "a series selector", found: nil)
        }
        let found = try await series(parameters, asker: asker, scope: scope) { $0.sorted() }
        return try Self.list(found.map(\.dictionary), limit: try parameters.count("limit") ?? 0)
    }

    func labels(_ request: Request, asker: String, scope: QueryScope) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let names: Set<String>
        if Self.asksForAll(parameters), case .everything = scope {
            names = Set(source.labelNames())
        } else {
            names = try await series(parameters, asker: asker, scope: scope) { found in
                found.reduce(into: []) { $0.formUnion($1.labels.map(\.name)) }
            }
        }
        return try Self.list(names.sorted(), limit: try parameters.count("limit") ?? 0)
    }

    /// - Parameter path: of the request.
    func values(of path: String, _ request: Request, asker: String, scope: QueryScope) async throws -> Response {
        let parameters = try await RequestParameters(request)
        // /api/v1/label/NAME/values
        let part = String(path.split(separator: "/").dropLast().last ?? "")
        guard let name = Self.labelName(part), !name.isEmpty else {
            throw BadParameter("name", expected: "the name of a label", found: part)
        }
        let values: Set<String>
        if Self.asksForAll(parameters), case .everything = scope {
            values = Set(source.labelValues(of: name))
        } else {
            values = try await series(parameters, asker: asker, scope: scope) { Set($0.compactMap { $0[name] }) }
        }
        return try Self.list(values.sorted(), limit: try parameters.count("limit") ?? 0)
    }

    /// Type, help and unit by metric; of a metric at most `limit_per_metric`, and there is one. A limit below 0 is none.
    func metadata(_ request: Request) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let limit = try parameters.integer("limit") ?? -1
        _ = try parameters.integer("limit_per_metric")
        let wanted = parameters["metric"] ?? ""
        var result: [String: [MetadataRow]] = [:]
        for (name, metadata) in source.metadata().sorted(by: { $0.key < $1.key })
        where wanted.isEmpty || name == wanted {
            if limit >= 0, result.count >= limit { break }
            result[name] = [MetadataRow(metadata)]
        }
        return try Reply.success(result)
    }

    /// The metadata of metrics by target: every target may have every metric of the store.
    func targetMetadata(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let limit = try parameters.integer("limit") ?? -1
        let metric = parameters["metric"] ?? ""
        let text = parameters["match_target"] ?? ""
        let matchers =
            text.isEmpty ? [] : try await selectors.matchers(of: text, parameter: "match_target", scope: scope)
        let found = try await source.series(
            matchers + [LabelMatcher(Label.metricName, metric.isEmpty ? .notEqual : .equal, metric)],
            from: clock.now - .seconds(300), through: clock.now)
        let known = source.metadata()
        var seen: Set<[String]> = []
        var rows: [TargetMetadataRow] = []
        for labels in found where scope.includes(site: labels["site"]) {
            guard let metadata = known[labels.metricName] else { continue }
            let target = ["instance", "job", "site"].compactMap { name in labels[name].map { (name, $0) } }
            guard seen.insert(target.map(\.1) + [labels.metricName]).inserted else { continue }
            if limit >= 0, rows.count >= limit { break }
            rows.append(
                TargetMetadataRow(
                    target: Dictionary(target, uniquingKeysWith: { first, _ in first }),
                    metric: metric.isEmpty ? labels.metricName : nil, type: metadata.kind.rawValue,
                    help: metadata.help, unit: metadata.unit))
        }
        return try Reply.success(rows)
    }

    // MARK: reading

    private static func range(_ parameters: RequestParameters) throws -> (start: Timestamp, end: Timestamp) {
        (
            try parameters.bound("start") ?? Timestamp(milliseconds: .min / 4),
            try parameters.bound("end") ?? Timestamp(milliseconds: .max / 4)
        )
    }

    /// Whether nothing narrows what is told of labels: then the index knows it without a look at series.
    private static func asksForAll(_ parameters: RequestParameters) -> Bool {
        ["match[]", "start", "end"].allSatisfy { (parameters[$0] ?? "").isEmpty }
    }

    /// What `use` makes of the series that any `match[]` selects; of all without one.
    private func series<Value: Sendable>(
        _ parameters: RequestParameters, asker: String, scope: QueryScope,
        _ use: @escaping @Sendable (Set<LabelSet>) -> Value
    ) async throws -> Value {
        let (start, end) = try Self.range(parameters)
        let texts = try SelectorReader.texts(parameters)
        return try await desk.serve(asker) { waited in
            let deadline = ContinuousClock.now + (.seconds(120) - waited)
            var sets: [[LabelMatcher]] = texts.isEmpty ? [[]] : []
            for text in texts {
                try SelectorReader.check(deadline)
                sets.append(try await selectors.matchers(of: text, parameter: "match[]", scope: scope))
            }
            var found: Set<LabelSet> = []
            guard start <= end else { return use(found) }
            for matchers in sets {
                try SelectorReader.check(deadline)
                for labels in try await source.series(matchers, from: start, through: end)
                where scope.includes(site: labels["site"]) {
                    found.insert(labels)
                }
            }
            return use(found)
        }
    }

    /// A list cut at `limit`, 0 for none, with a warning when it is.
    private static func list<Element: Encodable>(_ elements: [Element], limit: Int) throws -> Response {
        guard limit > 0, elements.count > limit else { return try Reply.success(elements) }
        return try Reply.success(
            Array(elements.prefix(limit)), warnings: ["results truncated due to limit"])
    }

    /// The name of a label as a path holds it: `U__` with the bytes that are no letters spelled `_HEX_`, or as it is.
    private static func labelName(_ path: String) -> String? {
        let text = path.removingPercentEncoding ?? path
        guard text.hasPrefix("U__") else { return text }
        var name = ""
        var rest = text.dropFirst(3)
        while let character = rest.popFirst() {
            guard character == "_" else {
                name.append(character)
                continue
            }
            if rest.first == "_" {
                rest.removeFirst()
                name.append("_")
                continue
            }
            guard let end = rest.firstIndex(of: "_"), let code = UInt32(rest[..<end], radix: 16),
                let scalar = Unicode.Scalar(code)
            else { return nil }
            name.unicodeScalars.append(scalar)
            rest = rest[rest.index(after: end)...]
        }
        return name
    }

    private struct MetadataRow: Encodable {
        var type: String
        var help: String
        var unit: String

        init(_ metadata: MetricMetadata) {
            type = metadata.kind.rawValue
            help = metadata.help
            unit = metadata.unit
        }
    }

    private struct TargetMetadataRow: Encodable {
        var target: [String: String]
        /// Left out where the asker named it.
        var metric: String?
        var type: String
        var help: String
        var unit: String
    }
}

/// Reads series selectors out of parameters.
struct SelectorReader: Sendable {
    let evaluator: any QueryEvaluator

    /// Selectors of one request at most.
    private static let most = 1_000

    /// The texts of `match[]`, each once.
    /// - Throws: when they are too many.
    static func texts(_ parameters: RequestParameters) throws -> [String] {
        var seen: Set<String> = []
        let texts = parameters.all("match[]").filter { seen.insert($0).inserted }
        guard texts.count <= most else {
            throw BadParameter("match[]", expected: "at most \(most) series selectors", found: "\(texts.count)")
        }
        return texts
    }

    /// - Throws: when nobody waits any more, or the time is over.
    static func check(_ deadline: ContinuousClock.Instant) throws {
        try Task.checkCancellation()
        guard ContinuousClock.now < deadline else {
            throw QueryError(.timeout, "expected an answer within the time allowed, found that it takes longer")
        }
    }

    /// - Throws: what is wrong with the selector: no selector, one of another time, one of the whole store, a bad pattern.
    func matchers(of selector: String, parameter: String, scope: QueryScope) async throws -> [LabelMatcher] {
        guard case .vector(let parsed) = try PromQLParser.parse(selector) else {
            throw BadParameter(parameter, expected: "a series selector", found: selector)
        }
        guard parsed.offset == .zero, parsed.at == nil else {
            throw BadParameter(parameter, expected: "a series selector without offset and @", found: selector)
        }
        // Patterns and what they match are the evaluator's subject, so it refuses them with the words of a query. The
        // moment is one without samples: only the refusal matters.
        _ = try await evaluator.instant(selector, at: Timestamp(milliseconds: 0), scope: scope)
        return parsed.matchers.map(\.matcher)
    }
}
