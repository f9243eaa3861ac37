/// Makes HTTP requests through libcurl's multi interface, driven by one thread; connections are kept alive and reused.
///
/// HTTP/1.1, and HTTP/2 over TLS where the server offers it. Proxies and proxy variables of the environment are
/// ignored, and only `http` and `https` are spoken, after redirects too. At most `maximumTransfers` exchanges run at
/// once; up to 16 times as many wait for their turn, which counts against their timeout, and more are refused with
/// `.other`.
package final class HTTPClient: Sendable {
    private let inbox: TransferInbox

    /// - Parameters:
    ///   - maximumTransfers: Exchanges at once, and connections kept.
    ///   - maximumConnectionsPerHost: Connections at once to one host and port; exchanges beyond wait for one.
    package init(maximumTransfers: Int = 256, maximumConnectionsPerHost: Int = 8) {
        inbox = TransferInbox(capacity: maximumTransfers * 16)
        TransferLoop.start(
            inbox: inbox, maximumTransfers: max(maximumTransfers, 1),
            maximumConnectionsPerHost: max(maximumConnectionsPerHost, 1))
    }

    deinit {
        inbox.close()
    }

    /// Any status is a response; only an exchange that fails throws. Cancelling the task ends the exchange.
    package func perform(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        try request.check()
        let id = inbox.nextID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                inbox.submit(
                    TransferSubmission(id: id, request: request, submitted: .now, continuation: continuation))
                // A cancellation before the submission has found nothing to end.
                if Task.isCancelled { inbox.cancel(id) }
            }
        } onCancel: {
            inbox.cancel(id)
        }
        return try result.get()
    }

    /// Ends the thread; what is in flight fails with `.cancelled`. Idempotent.
    package func close() {
        inbox.close()
    }
}

extension HTTPRequest {
    /// - Throws: `.badRequest` for what could not be sent as it stands.
    fileprivate func check() throws(HTTPTransportError) {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", url.dropFirst(scheme.count).hasPrefix("://") else {
            throw HTTPTransportError(
                .badRequest, "expected an http or https URL, found scheme \"\(scheme.prefix(20))\"")
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw HTTPTransportError(.badRequest, "expected a URL without blanks and control characters")
        }
        guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
            throw HTTPTransportError(.badRequest, "expected a method of letters, found another character")
        }
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw HTTPTransportError(.badRequest, "expected a header name, found \(header.name.debugDescription)")
            }
            // The value may be a secret, so it is not shown.
            guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw HTTPTransportError(
                    .badRequest, "expected a value of header \(header.name) without control characters")
            }
        }
        if let connectTo, !connectTo.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) || connectTo.isEmpty {
            throw HTTPTransportError(.badRequest, "expected address:port to connect to")
        }
    }

    /// A byte of a token of RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
