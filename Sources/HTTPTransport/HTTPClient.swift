/// Makes HTTP requests through libcurl's multi interface, driven by one thread; connections are kept alive and reused.
package final class HTTPClient: Sendable {
    package init() {
    }

    /// Any status is a response; only an exchange that fails throws. Cancelling the task ends the exchange.
    package func perform(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        throw HTTPTransportError(.other, "unfinished")
    }

    /// Ends the thread; what is in flight fails with `.cancelled`. Idempotent.
    package func close() {
    }
}
