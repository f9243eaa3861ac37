import Access
import ExpositionFormat
import HTTPTypes
import Hummingbird
import Logging
package import MonitoringModel
import PromQLSyntax

/// `/api/v1/db/…`: care of the data.
///
/// Long work answers with lines of JSON: `{"progress":{"step":"…","share":0.4}}` while it goes on, then `{"result":{…}}` or
/// `{"error":"…"}`. The status is 200 in each case, as it is sent first.
struct DatabaseEndpoints: Sendable {
    let care: any StoreCare
    let view: any ServiceView
    let logger: Logger

    func info() async throws -> Response {
        try Reply.success(try await care.report())
    }

    func verify(by principal: Principal) -> Response {
        stream("verify") { try await care.verify(progress: $0) }
    }

    /// Parameter `directory`: an absolute path on the service's machine.
    func backUp(_ request: Request, by principal: Principal) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let directory = try parameters.required("directory", expected: "an absolute path")
        guard directory.hasPrefix("/") else {
            throw BadParameter("directory", expected: "an absolute path", found: directory)
        }
        return stream("backup", audit: ("database.backup", principal, directory)) {
            try await care.backUp(to: directory, progress: $0)
        }
    }

    /// Parameters `format`, `match[]` (any number), `start`, `end`. The reply ends with what was exported, as a trailer.
    func export(_ request: Request, by principal: Principal) throws -> Response {
        let selection = try Self.selection(RequestParameters(query: request.uri.query ?? ""))
        var headers = SecurityHeaders.fields
        headers[.contentType] = selection.format.contentType
        let (care, view, logger) = (care, view, logger)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var output = writer
                do {
                    let report = try await care.export(selection, progress: { _ in }) { piece in
                        try await output.write(ByteBuffer(bytes: piece))
                    }
                    await view.audit(
                        "database.export", by: principal, subject: selection.format.rawValue, outcome: "done")
                    var trailers = HTTPFields()
                    if let name = HTTPField.Name(exportReportField) { trailers[name] = WorkLines.json(report) }
                    try await output.finish(trailers)
                } catch {
                    // The connection is cut: whoever reads sees that the end is missing.
                    logger.warning("an export ended early", metadata: ["error": "\(error)"])
                    await view.audit(
                        "database.export", by: principal, subject: selection.format.rawValue, outcome: "failed")
                    throw error
                }
            })
    }

    private static func selection(_ parameters: RequestParameters) throws -> ArchiveSelection {
        let formats = ArchiveFormat.allCases.map(\.rawValue).joined(separator: ", ")
        let name = try parameters.required("format", expected: "one of \(formats)")
        guard let format = ArchiveFormat(rawValue: name) else {
            throw BadParameter("format", expected: "one of \(formats)", found: name)
        }
        var selection = ArchiveSelection(format: format)
        selection.selectors = try parameters.all("match[]").map { text in
            guard let matchers = try SeriesSelector.matchers(of: text) else {
                throw BadParameter("match[]", expected: "a series selector without offset and @", found: text)
            }
            return matchers
        }
        selection.from = try parameters.time("start") ?? selection.from
        selection.through = try parameters.time("end") ?? selection.through
        return selection
    }

    /// Parameter `format`: openmetrics or jsonl; the body is the file.
    func load(_ request: Request, by principal: Principal) throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let name = try parameters.required("format", expected: "openmetrics or jsonl")
        guard let format = ArchiveFormat(rawValue: name), format != .csv else {
            throw BadParameter("format", expected: "openmetrics or jsonl", found: name)
        }
        let body = request.body
        return stream("import", audit: ("database.import", principal, name)) { progress in
            var pieces = body.makeAsyncIterator()
            return try await care.load(format, progress: progress) {
                try await pieces.next().map { Array($0.readableBytesView) }
            }
        }
    }

    func compact(by principal: Principal) -> Response {
        stream("compact", audit: ("database.compact", principal, "")) { try await care.compact(progress: $0) }
    }

    private func stream<Result: Codable & Sendable>(
        _ name: String, audit: (action: String, principal: Principal, subject: String)? = nil,
        _ work: @escaping @Sendable (@escaping CareProgress.Handler) async throws -> Result
    ) -> Response {
        WorkLines(view: view, logger: logger).response(name, audit: audit, work)
    }
}

/// A series selector of PromQL.
package enum SeriesSelector {
    /// - Returns: nil when the expression is something else, or asks for another time.
    /// - Throws: `PromQLSyntaxError`.
    package static func matchers(of text: String) throws -> [LabelMatcher]? {
        guard case .vector(let selector) = try PromQLParser.parse(text), selector.offset == .zero, selector.at == nil
        else {
            return nil
        }
        return selector.matchers.map(\.matcher)
    }
}
