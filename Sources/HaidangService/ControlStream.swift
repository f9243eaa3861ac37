import Foundation
import HTTPAPI
import MonitoringModel
import NIOCore
import NIOHTTP1
import NIOPosix

/// Long exchanges with a running service through its control socket: bodies of any size in both directions, piece by piece.
struct ControlStream: Sendable {
    typealias Source = @Sendable () async throws -> [UInt8]?
    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    let socket: String

    /// Asks for long work and waits for its result.
    ///
    /// - Parameter body: gives the next piece of the request's body, nil at its end.
    func work<Result: Codable & Sendable>(
        _ path: String, form: [(String, String)] = [], body: Source? = nil, progress: @escaping CareProgress.Handler
    ) async throws -> Result {
        var lines = LineBuffer()
        var last: CareLine<Result>?
        let text = ControlClient.encode(form)
        let isForm = body == nil && !form.isEmpty
        _ = try await exchange(
            .POST, path, contentType: isForm ? "application/x-www-form-urlencoded" : nil,
            body: isForm ? Self.once(Array(text.utf8)) : body
        ) { piece in
            for line in lines.append(piece) {
                let decoded = try JSONDecoder().decode(CareLine<Result>.self, from: Data(line))
                if let step = decoded.progress { progress(step) } else { last = decoded }
            }
        }
        if let result = last?.result { return result }
        throw StoreCareError(
            last?.error ?? "expected a result of the service, found the end of its answer; its log may say why")
    }

    /// Hands over an export's pieces.
    func export(
        _ query: [(String, String)], to write: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> ExportReport {
        let path = "/api/v1/db/export?" + ControlClient.encode(query)
        let trailers = try await exchange(.GET, path, contentType: nil, body: nil, write)
        guard let text = trailers?[exportReportField].first else {
            throw StoreCareError(
                "expected the end of the export, found the connection closed; the service's log may say why")
        }
        return try JSONDecoder().decode(ExportReport.self, from: Data(text.utf8))
    }

    private static func once(_ bytes: [UInt8]) -> Source {
        let pieces = OnePiece(bytes)
        return { await pieces.next() }
    }

    private actor OnePiece {
        private var bytes: [UInt8]?

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func next() -> [UInt8]? {
            defer { bytes = nil }
            return bytes
        }
    }

    // MARK: HTTP

    /// - Returns: the fields behind the body.
    /// - Throws: `ControlClient.Refused` when the status is not 200; `StoreCareError` when the answer has no end.
    private func exchange(
        _ method: HTTPMethod, _ path: String, contentType: String?, body: Source?,
        _ receive: ([UInt8]) async throws -> Void
    ) async throws -> HTTPHeaders? {
        let connection: Connection
        do {
            connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: socket) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw StoreCareError("\(socket): expected a service that answers, found none (\(error))")
        }
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers = ["Host": "localhost", "Connection": "close"]
        if let contentType { head.headers.add(name: "Content-Type", value: contentType) }
        head.headers.add(
            name: body == nil ? "Content-Length" : "Transfer-Encoding", value: body == nil ? "0" : "chunked")
        let request = head
        return try await connection.executeThenClose { inbound, outbound in
            // Sent beside receiving: the service tells its progress meanwhile. Ends with the answer, which may come early.
            async let sending: Void = {
                do {
                    try await Self.send(request, body, outbound)
                } catch {
                    // The service must not wait for what will not come, nor this side for its answer.
                    connection.channel.close(promise: nil)
                    throw error
                }
            }()
            let outcome: Result<HTTPHeaders?, any Error>
            do {
                outcome = .success(try await Self.receive(inbound, receive))
            } catch {
                outcome = .failure(error)
            }
            switch outcome {
            case .success(let trailers):
                return trailers
            case .failure(let error):
                // What could not be read or sent here is the cause; a cut connection is the effect.
                if let failure = error as? CutConnection {
                    do { try await sending } catch let cause as StoreCareError { throw cause } catch {}
                    throw StoreCareError(failure.description)
                }
                throw error
            }
        }
    }

    private struct CutConnection: Error, CustomStringConvertible {
        let description = "expected the end of the service's answer, found the connection closed; its log may say why"
    }

    private static func send(
        _ head: HTTPRequestHead, _ body: Source?, _ outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        try await outbound.write(.head(head))
        if let body {
            while let piece = try await body() {
                try Task.checkCancellation()
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: piece))))
            }
        }
        try await outbound.write(.end(nil))
    }

    private static func receive(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, _ receive: ([UInt8]) async throws -> Void
    ) async throws -> HTTPHeaders? {
        var status = 0
        var refusal: [UInt8] = []
        do {
            for try await part in inbound {
                switch part {
                case .head(let head): status = Int(head.status.code)
                case .body(let bytes):
                    let piece = Array(bytes.readableBytesView)
                    if status == 200 { try await receive(piece) } else { refusal += piece }
                case .end(let trailers):
                    guard status == 200 else { throw ControlClient.refused(status, refusal) }
                    return trailers
                }
            }
        } catch is HTTPParserError {
            throw CutConnection()
        }
        throw CutConnection()
    }
}

/// Cuts pieces of any size into lines.
private struct LineBuffer {
    private var rest: [UInt8] = []

    mutating func append(_ piece: [UInt8]) -> [[UInt8]] {
        rest += piece
        var lines: [[UInt8]] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(Array(rest[..<end]))
            rest.removeSubrange(...end)
        }
        return lines
    }
}
