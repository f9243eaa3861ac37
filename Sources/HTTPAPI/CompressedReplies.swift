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
        // Lines that tell of progress are wanted as they come.
        guard Self.takesGzip(request.headers[.acceptEncoding]), response.headers[.contentEncoding] == nil,
            response.headers[.contentType] != "application/x-ndjson",
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
        var weights: [String: Double] = [:]
        for part in (accepted ?? "").split(separator: ",") {
            let fields = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            let weight = fields.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            if let name = fields.first { weights[name] = weight ?? 1 }
        }
        return weights["gzip"] ?? weights["*"] ?? 0 > 0
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
