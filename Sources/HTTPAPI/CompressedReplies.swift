import Compression
import HTTPTypes
import Hummingbird
import NIOCore

/// Compresses replies for askers that take gzip.
struct CompressedReplies: RouterMiddleware {
    /// Shorter ones fit into a packet or two as they are.
    private static let leastBytes = 1_400

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard Self.takesGzip(request.headers[.acceptEncoding]), response.headers[.contentEncoding] == nil,
            response.body.contentLength ?? .max >= Self.leastBytes
        else { return response }
        let body = response.body
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        response.headers[.vary] = "Accept-Encoding"
        response.body = ResponseBody { writer in
            try await body.write(GzipBodyWriter(writer, try GzipStream()))
        }
        return response
    }

    /// Whether a list of encodings has gzip, or everything, with a weight above 0.
    static func takesGzip(_ accepted: String?) -> Bool {
        (accepted ?? "").split(separator: ",").contains { part in
            let fields = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = fields.first, name == "gzip" || name == "*" else { return false }
            return !fields.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
    }
}

/// Passes a body on compressed.
private struct GzipBodyWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private let stream: GzipStream

    init(_ writer: any ResponseBodyWriter, _ stream: GzipStream) {
        self.writer = writer
        self.stream = stream
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        let piece = stream.compress(Array(buffer: buffer))
        if !piece.isEmpty { try await writer.write(ByteBuffer(bytes: piece)) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await writer.write(ByteBuffer(bytes: stream.finish()))
        try await writer.finish(trailingHeaders)
    }
}
