import Access
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MonitoringModel
import PromQLSyntax

/// What every reply carries: nothing of a page may load from elsewhere, be framed or be guessed at.
enum SecurityHeaders {
    static let fields: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        fields[.xContentTypeOptions] = "nosniff"
        fields[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
        fields[.cacheControl] = "no-store"
        return fields
    }()
}

/// Makes replies; the one place where errors become statuses and Prometheus error types.
enum Reply {
    static func bytes(
        _ body: [UInt8], contentType: String, status: HTTPResponse.Status = .ok
    ) -> Response {
        var headers = SecurityHeaders.fields
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        bytes(Array((text + "\n").utf8), contentType: "text/plain; charset=utf-8", status: status)
    }

    static func page(_ html: String) -> Response {
        bytes(Array(html.utf8), contentType: "text/html; charset=utf-8")
    }

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        // In order, so that two equal answers are equal texts.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        return bytes(Array(try encoder.encode(value)), contentType: "application/json", status: status)
    }

    /// The envelope of the Prometheus HTTP API around `data`.
    static func success(_ data: some Encodable, warnings: [String] = [], infos: [String] = []) throws -> Response {
        try json(
            SuccessEnvelope(
                status: "success", data: data, warnings: warnings.isEmpty ? nil : warnings,
                infos: infos.isEmpty ? nil : infos))
    }

    static func failure(
        _ status: HTTPResponse.Status, _ errorType: String, _ message: String, headers: HTTPFields = [:]
    ) -> Response {
        let envelope = FailureEnvelope(status: "error", errorType: errorType, error: message)
        guard var response = try? json(envelope, status: status) else { return text(message, status: status) }
        for field in headers { response.headers[field.name] = field.value }
        return response
    }

    static func refusal(_ refusal: Refusal) -> Response {
        let (status, headers): (HTTPResponse.Status, HTTPFields) =
            switch refusal.code {
            case .unauthenticated: (.unauthorized, [.wwwAuthenticate: "Bearer realm=\"haidang\""])
            case .forbidden: (.forbidden, [:])
            case .tooManyAttempts: (.tooManyRequests, [:])
            case .nameTaken: (.conflict, [:])
            case .badName: (.badRequest, [:])
            }
        return failure(status, refusal.code.rawValue, refusal.message, headers: headers)
    }

    /// The reply to an error. What is not made for showing goes to the log, and the asker gets a constant text: an error
    /// of the store, say, may hold paths and statements.
    ///
    /// - Parameter endpoint: the path of the endpoint that failed, for the log.
    static func failure(_ error: any Error, at endpoint: String, logger: Logger) -> Response {
        switch error {
        case let error as Refusal:
            return refusal(error)
        case let error as QueryError where error.code == .internal:
            return internalFailure(error, at: endpoint, logger: logger)
        case let error as QueryError:
            let status: HTTPResponse.Status =
                switch error.code {
                case .badData: .badRequest
                case .execution: .unprocessableContent
                case .timeout, .canceled, .unavailable: .serviceUnavailable
                case .internal: .internalServerError
                }
            return failure(status, error.code.rawValue, error.message)
        case let error as PromQLSyntaxError:
            return failure(.badRequest, QueryError.Code.badData.rawValue, "\(error)")
        case let error as BadParameter:
            return failure(.badRequest, QueryError.Code.badData.rawValue, error.message)
        case let error as any HTTPResponseError:
            return failure(error.status, "bad_data", "the request could not be read: \(error.status)")
        case is CancellationError:
            return failure(.serviceUnavailable, QueryError.Code.canceled.rawValue, "the request was canceled")
        default:
            return internalFailure(error, at: endpoint, logger: logger)
        }
    }

    private static func internalFailure(_ error: any Error, at endpoint: String, logger: Logger) -> Response {
        logger.error("a request failed", metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
        return failure(
            .internalServerError, QueryError.Code.internal.rawValue,
            "internal error; the log of the service has the details")
    }

    private struct SuccessEnvelope<Body: Encodable>: Encodable {
        var status: String
        var data: Body
        var warnings: [String]?
        var infos: [String]?
    }

    private struct FailureEnvelope: Encodable {
        var status: String
        var errorType: String
        var error: String
    }
}

/// A query parameter that is missing or wrong.
package struct BadParameter: Error {
    package var message: String

    init(_ name: String, expected: String, found: String?) {
        message =
            "parameter \"\(name)\": expected \(expected), found \(found.map { "\"\($0.prefix(200))\"" } ?? "none")"
    }
}

extension LabelSet {
    var dictionary: [String: String] {
        Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Response {
    /// What is answered to HEAD.
    var withoutBody: Response {
        var response = self
        response.body = ResponseBody()
        return response
    }
}
