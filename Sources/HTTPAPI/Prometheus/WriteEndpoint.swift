import HTTPTypes
import Hummingbird
import RemoteStorage

/// `/api/v1/write`: takes samples by the Prometheus remote-write protocol 1.0.
struct WriteEndpoint: Sendable {
    let receiver: RemoteWriteReceiver

    /// A longer body is refused; after decompression the receiver's own limit holds.
    private static let maximumBodyBytes = 32 << 20

    /// 204 when everything was taken, 400 when something never will be, 503 when the sender is to try again.
    func write(_ request: Request) async throws -> Response {
        if let refusal = RemoteWriteHeaders.refusal(
            contentType: request.headers[.contentType], contentEncoding: request.headers[.contentEncoding])
        {
            return Reply.text(refusal.text, status: HTTPResponse.Status(code: refusal.status))
        }
        let body = try await request.body.collect(upTo: Self.maximumBodyBytes)
        do throws(RemoteWriteError) {
            let outcome = try receiver.receive(Array(buffer: body))
            guard let message = outcome.message else {
                return Response(status: .noContent, headers: SecurityHeaders.fields)
            }
            return Reply.text(message, status: HTTPResponse.Status(code: outcome.status))
        } catch {
            return Reply.text("\(error)", status: HTTPResponse.Status(code: error.status))
        }
    }
}
