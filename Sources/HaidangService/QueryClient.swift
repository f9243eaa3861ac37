import AnswerFormat
import Foundation
import HTTPAPI
import HTTPTransport
package import MonitoringModel
import PromQLEngine

/// A PromQL question: for one time, or for each step of a range.
package struct QueryQuestion: Sendable {
    package enum Times: Sendable {
        /// Nil: now.
        case instant(Timestamp?)
        case range(from: Timestamp, through: Timestamp, step: Duration)
    }

    package var expression: String
    package var times: Times
    /// How long the answer may take.
    package var timeout: Duration

    package init(_ expression: String, _ times: Times, timeout: Duration) {
        self.expression = expression
        self.times = times
        self.timeout = timeout
    }

    /// The path and the form of the Prometheus HTTP API.
    var request: (path: String, form: [(String, String)]) {
        let common = [("query", expression), ("timeout", Self.text(timeout))]
        switch times {
        case .instant(let time):
            return ("/api/v1/query", common + (time.map { [("time", Self.text($0))] } ?? []))
        case .range(let start, let end, let step):
            return (
                "/api/v1/query_range",
                common + [("start", Self.text(start)), ("end", Self.text(end)), ("step", Self.text(step))]
            )
        }
    }

    /// In milliseconds, which every reader of Prometheus durations takes exactly.
    private static func text(_ span: Duration) -> String { "\(span.wholeMilliseconds)ms" }

    /// As Unix seconds, which know no last year.
    private static func text(_ time: Timestamp) -> String {
        var bytes: [UInt8] = []
        DecimalText.appendSeconds(time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Asks a PromQL question of a server, or of a data directory: through the control socket while a service holds it, else in
/// its files under the same lock.
package struct QueryClient: Sendable {
    package enum Place: Sendable {
        /// - Parameter url: of the server's root; paths of the API are put behind it.
        case server(url: String, token: String?)
        case dataDirectory(String)
    }

    package struct Reply: Sendable {
        package var answer: QueryAnswer
        /// As it came from a server.
        package var body: [UInt8]?
        /// Series of native histograms, which `answer` cannot hold.
        package var leftOut = 0
    }

    /// The variable of the environment that a token for servers is taken from, so that it stands in no list of processes.
    package static let tokenVariable = "HAIDANG_TOKEN"

    /// A longer answer is refused: some 25 million points.
    private static let longestBody = 1 << 30
    /// What a server may take beside the evaluation, such as for sending.
    private static let slack = Duration.seconds(15)

    private let place: Place

    package init(_ place: Place) {
        self.place = place
    }

    /// - Throws: `QueryError` when the question is refused or cannot be answered; others when nobody can be asked.
    package func ask(_ question: QueryQuestion) async throws -> Reply {
        switch place {
        case .server(let url, let token):
            var request = HTTPRequest(method: "POST", url: try Self.root(url))
            if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
            return try await Self.send(question, request, to: Self.shown(url))
        case .dataDirectory(let directory):
            return try await DatabaseAdministration(dataDirectory: directory).perform { socket in
                var request = HTTPRequest(method: "POST", url: "http://localhost")
                request.unixSocket = socket
                return try await Self.send(question, request, to: socket)
            } offline: { care in
                Reply(answer: try await Self.evaluate(question, in: care))
            }
        }
    }

    // MARK: Files

    private static func evaluate(_ question: QueryQuestion, in care: DatabaseCare) async throws -> QueryAnswer {
        let evaluator = PromQLEvaluator(source: care.store)
        var options = QueryOptions()
        options.limits.time = question.timeout
        switch question.times {
        case .instant(let time):
            return try await evaluator.instant(
                question.expression, at: time ?? SystemClock().now, scope: .everything, options: options)
        case .range(let start, let end, let step):
            return try await evaluator.range(
                question.expression, from: start, through: end, step: step, scope: .everything, options: options)
        }
    }

    // MARK: Servers

    private static func send(_ question: QueryQuestion, _ base: HTTPRequest, to server: String) async throws -> Reply {
        let (path, form) = question.request
        var request = base
        request.url += path
        request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        request.body = Array(ControlClient.encode(form).utf8)
        request.timeout = question.timeout + slack
        request.maximumBodyBytes = longestBody
        let client = HTTPClient()
        defer { client.close() }
        let response: HTTPResponse
        do {
            response = try await client.perform(request)
        } catch {
            switch error.code {
            case .timeout: throw QueryError(.timeout, "\(server): no answer within \(request.timeout.inSeconds) s")
            case .bodyTooLarge:
                throw QueryError(
                    .execution,
                    "\(server): the answer has more than 1 GB; a longer step or a narrower selector gives less")
            default: throw QueryError(.execution, "\(server): expected a service that answers, found none (\(error))")
            }
        }
        return try read(response, of: server)
    }

    private static func read(_ response: HTTPResponse, of server: String) throws -> Reply {
        do {
            switch try JSONAnswerReader.read(response.body) {
            case .answer(let answer, let leftOut):
                return Reply(answer: answer, body: response.body, leftOut: leftOut)
            case .failure(_, let message) where response.status == 401:
                throw QueryError(.badData, "\(server): \(message); a token is taken from \(tokenVariable)")
            case .failure(let type, let message):
                throw QueryError(QueryError.Code(rawValue: type) ?? .execution, message)
            }
        } catch let error as JSONAnswerError {
            guard response.status == 200 else {
                throw QueryError(.execution, "\(server): expected status 200, found \(response.status)")
            }
            throw QueryError(.execution, "\(server): \(error)")
        }
    }

    /// - Returns: the URL without a slash at its end.
    static func root(_ text: String) throws -> String {
        guard let url = URLComponents(string: text), url.scheme == "http" || url.scheme == "https",
            url.host?.isEmpty == false, url.query == nil, url.fragment == nil
        else {
            throw QueryError(.badData, "--server: expected a URL such as http://127.0.0.1:8470, found another text")
        }
        var root = text
        while root.hasSuffix("/") { root.removeLast() }
        return root
    }

    /// The URL without a password.
    static func shown(_ text: String) -> String {
        guard var url = URLComponents(string: text) else { return "the server" }
        url.user = nil
        url.password = nil
        return url.string ?? "the server"
    }
}
