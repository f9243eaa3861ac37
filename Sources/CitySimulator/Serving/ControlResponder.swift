import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// The control page: shows the faults in force and takes new ones from whoever has the token.
struct ControlResponder: Sendable {
    let city: SimulatedCity
    let token: [UInt8]

    /// Nothing but this page's own style and forms.
    private static let policy =
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    private static let maximumBodyBytes = 64 * 1_024

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        var response = try await answer(request, context)
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "no-store"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        return response
    }

    private func answer(_ request: Request, _ context: ConnectionContext) async throws -> Response {
        guard isOwnHost(request, port: context.channel.localAddress?.port) else {
            return Response(
                .misdirectedRequest, Self.plain, "expected the Host 127.0.0.1 or localhost with this port\n")
        }
        guard isAuthorized(request) else {
            return Response(
                .unauthorized, Self.plain, "expected a bearer token, or the token as the password\n",
                [HTTPField(name: .wwwAuthenticate, value: "Basic realm=\"haidang simulator\", charset=\"UTF-8\"")])
        }
        if request.method != .get, request.method != .head, !isOwnOrigin(request) {
            return Response(.forbidden, Self.plain, "a page of another origin may not change faults\n")
        }
        switch (request.method, request.uri.path) {
        case (.get, "/"), (.head, "/"):
            return Response(.ok, "text/html; charset=utf-8", ControlPage.html(world: city.now().world, message: nil))
        case (.get, "/style.css"), (.head, "/style.css"):
            return Response(.ok, "text/css; charset=utf-8", ControlPage.style)
        case (.get, "/api/faults"), (.head, "/api/faults"):
            return listing()
        case (.post, "/api/faults"):
            let body = try await body(of: request)
            return apply(body.flatMap { Self.fault(in: $0, type: request.headers[.contentType]) })
        case (.delete, "/api/faults"):
            try city.apply("clear-all")
            return listing()
        case (.post, "/faults"):
            return try await form(request)
        case (_, "/"), (_, "/api/faults"), (_, "/faults"), (_, "/style.css"):
            return Response(.methodNotAllowed, Self.plain, "no such method here\n")
        default:
            return Response(.notFound, Self.plain, "known: /, /api/faults\n")
        }
    }

    private static let plain = "text/plain; charset=utf-8"
    private static let json = "application/json"

    // MARK: who asks

    /// Protects against names of other sites that lead to this address.
    private func isOwnHost(_ request: Request, port: Int?) -> Bool {
        guard let port, let authority = request.head.authority?.lowercased() else { return false }
        return authority == "127.0.0.1:\(port)" || authority == "localhost:\(port)"
    }

    /// A browser sends the origin with every form; programs send none.
    private func isOwnOrigin(_ request: Request) -> Bool {
        guard let origin = request.headers[.origin], let authority = request.head.authority else {
            return request.headers[.origin] == nil
        }
        return origin.lowercased() == "http://" + authority.lowercased()
    }

    /// Without a token nobody is let in.
    private func isAuthorized(_ request: Request) -> Bool {
        guard !token.isEmpty, let header = request.headers[.authorization] else { return false }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return false }
        switch parts[0].lowercased() {
        case "bearer":
            return Self.isEqual(Array(parts[1].utf8), token)
        case "basic":
            guard let decoded = Data(base64Encoded: String(parts[1])), let colon = decoded.firstIndex(of: 0x3A) else {
                return false
            }
            return Self.isEqual(Array(decoded[(colon + 1)...]), token)
        default:
            return false
        }
    }

    /// Takes as long for any guess of the same length.
    private static func isEqual(_ guess: [UInt8], _ secret: [UInt8]) -> Bool {
        var difference: UInt8 = guess.count == secret.count ? 0 : 1
        for index in secret.indices {
            difference |= secret[index] ^ (index < guess.count ? guess[index] : 0)
        }
        return difference == 0
    }

    // MARK: faults

    /// Nil when the body is longer than any fault.
    private func body(of request: Request) async throws -> [UInt8]? {
        var buffer = try await request.body.collect(upTo: Self.maximumBodyBytes)
        return buffer.readBytes(length: buffer.readableBytes)
    }

    /// The text itself, or the member "fault" of a JSON object.
    private static func fault(in body: [UInt8], type: String?) -> String? {
        struct Message: Decodable { var fault: String }
        if type?.lowercased().hasPrefix("application/json") == true || body.first == UInt8(ascii: "{") {
            return try? JSONDecoder().decode(Message.self, from: Data(body)).fault
        }
        return String(decoding: body, as: UTF8.self)
    }

    private func listing(_ status: HTTPResponse.Status = .ok) -> Response {
        Response(status, Self.json, Self.encoded(["faults": city.now().world.activeFaults()]))
    }

    private func apply(_ fault: String?) -> Response {
        guard let fault else {
            return Response(
                .badRequest, Self.json, Self.encoded(["error": "expected a fault as text or {\"fault\": \"…\"}"]))
        }
        do {
            try city.apply(fault)
            return listing()
        } catch {
            return Response(.badRequest, Self.json, Self.encoded(["error": error.description]))
        }
    }

    private static func encoded(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
    }

    /// A form of the page itself: field `fault`, or `verb` and `id`.
    private func form(_ request: Request) async throws -> Response {
        let body = try await body(of: request) ?? []
        var fields: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[Self.decoded(String(parts[0]))] = parts.count == 2 ? Self.decoded(String(parts[1])) : ""
        }
        do {
            try city.apply(fields["fault"] ?? "")
        } catch {
            return Response(
                .badRequest, "text/html; charset=utf-8",
                ControlPage.html(world: city.now().world, message: error.description))
        }
        return Response(status: .seeOther, headers: [.location: "/"])
    }

    /// A value of `application/x-www-form-urlencoded`.
    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                if digits.count == 2, let value = UInt8(digits, radix: 16) {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
