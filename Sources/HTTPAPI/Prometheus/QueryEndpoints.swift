import AnswerFormat
import Hummingbird
import Logging
import MonitoringModel
import PromQLSyntax

/// `/api/v1/query` and its kin, as Prometheus answers them, by GET and by POST.
struct QueryEndpoints: Sendable {
    let evaluator: any QueryEvaluator
    let desk: QueryDesk
    let view: any ServiceView
    let clock: any WallClock
    let logger: Logger

    func instant(_ request: Request, asker: String, scope: QueryScope) async throws -> Response {
        try await answer(request, asker: asker) { parameters, options in
            let expression = try parameters.required("query", expected: "a PromQL expression")
            let time = try parameters.time("time") ?? clock.now
            return try await evaluator.instant(expression, at: time, scope: scope, options: options)
        }
    }

    func range(_ request: Request, asker: String, scope: QueryScope) async throws -> Response {
        try await answer(request, asker: asker) { parameters, options in
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
            return try await evaluator.range(
                expression, from: start, through: end, step: step, scope: scope, options: options)
        }
    }

    /// There are none: exemplars are not kept.
    func exemplars(_ request: Request) async throws -> Response {
        let parameters = try await RequestParameters(request)
        _ = try PromQLParser.parse(try parameters.required("query", expected: "a PromQL expression"))
        if let start = try parameters.bound("start"), let end = try parameters.bound("end"), end < start {
            throw BadParameter("end", expected: "a time not before start", found: parameters["end"])
        }
        return try Reply.success([String]())
    }

    func format(_ request: Request) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let tree = try PromQLParser.parse(try parameters.required("query", expected: "a PromQL expression"))
        return try Reply.success(tree.pretty)
    }

    func parse(_ request: Request) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let tree = try PromQLParser.parse(try parameters.required("query", expected: "a PromQL expression"))
        return try Reply.success(SyntaxNode(tree))
    }

    // MARK: answering

    /// Evaluates when it is the asker's turn; gives up when the asker goes.
    private func answer(
        _ request: Request, asker: String,
        _ evaluate: @escaping @Sendable (RequestParameters, QueryOptions) async throws -> QueryAnswer
    ) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let (options, statistics) = try self.options(parameters)
        let limit = try parameters.count("limit") ?? 0
        let answer = try await desk.serve(asker, waitingAtMost: options.limits.time ?? .seconds(120)) { waited in
            let began = ContinuousClock.now
            do {
                var options = options
                options.limits.time = options.limits.time.map { $0 - waited }
                let answer = try await evaluate(parameters, options)
                note(parameters, asker: asker, ContinuousClock.now - began, answer.statistics.peakSamples, error: nil)
                return answer
            } catch {
                note(parameters, asker: asker, ContinuousClock.now - began, 0, error: error)
                throw error
            }
        }
        return Self.response(
            Self.limited(answer, to: limit),
            // As Prometheus: only `all` asks for the steps.
            statistics: statistics.isEmpty
                ? nil : QueryStatisticsText(answer.statistics, isDetailed: statistics == "all"))
    }

    /// Counts a query that ended, and logs one that took long.
    private func note(
        _ parameters: RequestParameters, asker: String, _ duration: Duration, _ peakSamples: Int, error: (any Error)?
    ) {
        desk.note(duration, isAnswered: error == nil)
        guard duration >= view.facts.slowQuery else { return }
        var metadata: Logger.Metadata = [
            "asker": "\(asker)", "seconds": "\(duration.inSeconds)", "peak_samples": "\(peakSamples)",
        ]
        for name in ["query", "time", "start", "end", "step"] {
            if let value = parameters[name] { metadata[name] = "\(value.prefix(2_000))" }
        }
        if let error { metadata["error"] = "\(error)" }
        logger.notice("slow query", metadata: metadata)
    }

    private func options(_ parameters: RequestParameters) throws -> (QueryOptions, statistics: String) {
        var options = QueryOptions()
        if let timeout = try parameters.duration("timeout") {
            options.limits.time = min(timeout, options.limits.time ?? timeout)
        }
        options.lookback = try parameters.duration("lookback_delta")
        let statistics = parameters["stats"] ?? ""
        options.countsSamples = !statistics.isEmpty
        return (options, statistics)
    }

    private static func limited(_ answer: QueryAnswer, to limit: Int) -> QueryAnswer {
        var answer = answer
        guard limit > 0 else { return answer }
        switch answer.value {
        case .vector(let elements) where elements.count > limit:
            answer.value = .vector(Array(elements.prefix(limit)))
        case .matrix(let series) where series.count > limit: answer.value = .matrix(Array(series.prefix(limit)))
        default: return answer
        }
        answer.warnings.append("results truncated due to limit")
        return answer
    }

    private static func response(_ answer: QueryAnswer, statistics: QueryStatisticsText?) -> Response {
        var headers = SecurityHeaders.fields
        headers[.contentType] = "application/json"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var pieces = JSONAnswerWriter(answer, statistics: statistics?.json)
                var piece: [UInt8] = []
                while pieces.next(into: &piece) { try await writer.write(ByteBuffer(bytes: piece)) }
                try await writer.finish(nil)
            })
    }
}
