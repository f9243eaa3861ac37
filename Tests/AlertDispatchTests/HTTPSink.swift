import Foundation
import Synchronization

/// A webhook receiver on a loopback port, on plain sockets and threads of its own.
final class HTTPSink: Sendable {
    struct Request: Sendable {
        var line: String
        /// Names in lower case.
        var headers: [String: String]
        var body: [UInt8]
        var arrived = ContinuousClock.now

        var key: String { headers["idempotency-key"] ?? "" }
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:]
        }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        /// The connection stays open without an answer.
        var isSilent = false
    }

    let port: UInt16
    private let listener: Int32
    private let received = Mutex<[Request]>([])
    private let connections = Connections()

    var requests: [Request] { received.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)/hook/SECRET" }

    /// `answer` is called on the connection's thread, with the number of requests before this one.
    init(_ answer: @escaping @Sendable (Request, Int) -> Answer = { _, _ in Answer() }) throws {
        struct Failed: Error {}
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = length
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard listener >= 0, isBound else { throw Failed() }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self, connections] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                connections.add(connection)
                Thread.detachNewThread { [weak self] in
                    Self.serve(connection, { self }, answer)
                    connections.end(connection)
                }
            }
        }
    }

    private static func serve(
        _ connection: Int32, _ sink: () -> HTTPSink?, _ answer: @escaping @Sendable (Request, Int) -> Answer
    ) {
        var buffer: [UInt8] = []
        while let request = read(connection, &buffer) {
            let number = sink()?.received.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            guard let number else { return }
            let reply = answer(request, number)
            if reply.isSilent { continue }
            let headers = reply.headers.map { "\($0.key): \($0.value)\r\n" }.joined()
            let text = Array("HTTP/1.1 \(reply.status) Answer\r\nContent-Length: 0\r\n\(headers)\r\n".utf8)
            guard send(connection, text, text.count, Int32(MSG_NOSIGNAL)) == text.count else { return }
        }
    }

    private static func read(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            if let request = parse(&buffer) { return request }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk[0..<count]
        }
    }

    private static func parse(_ buffer: inout [UInt8]) -> Request? {
        guard let end = Data(buffer).range(of: Data("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard buffer.count >= end.upperBound + length else { return nil }
        let request = Request(
            line: lines[0], headers: headers, body: Array(buffer[end.upperBound..<end.upperBound + length]))
        buffer.removeFirst(end.upperBound + length)
        return request
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        connections.endAll()
    }
}

/// Open connections. Each is closed by its own thread, so that its number is not given to another while that thread still reads from it.
private final class Connections: Sendable {
    private let open = Mutex<Set<Int32>>([])

    func add(_ connection: Int32) {
        open.withLock { _ = $0.insert(connection) }
    }

    func end(_ connection: Int32) {
        open.withLock { open in
            open.remove(connection)
            _ = close(connection)
        }
    }

    func endAll() {
        open.withLock { open in
            for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }
}
