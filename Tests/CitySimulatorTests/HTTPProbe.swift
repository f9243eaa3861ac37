import Glibc
import SNMP

/// One HTTP exchange of a test, over a connection of its own.
enum HTTPProbe {
    struct Answer: Sendable {
        var status: Int
        /// Names in lower case.
        var headers: [String: String]
        var text: String
    }

    /// What came instead of an answer.
    enum Failure: Error, Equatable {
        case notConnected
        /// The time was up and nothing had come.
        case silence
        /// The connection was closed before an answer.
        case closed
    }

    /// - Parameter headers: added to Host, Connection and Content-Length; a Host here replaces the address.
    static func fetch(
        _ endpoint: SNMPEndpoint, _ path: String, method: String = "GET", headers: [String: String] = [:],
        body: String = "", timeout: Duration = .seconds(20)
    ) async throws -> Answer {
        let end = ContinuousClock.now + timeout
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.notConnected }
        defer { close(descriptor) }
        var storage = UDPProbe.address(endpoint.address, port: endpoint.port)
        _ = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try await ready(descriptor, Int16(POLLOUT), before: end)
        var request = "\(method) \(path) HTTP/1.1\r\nHost: \(headers["Host"] ?? "\(endpoint)")\r\nConnection: close\r\n"
        for (name, value) in headers where name != "Host" { request += "\(name): \(value)\r\n" }
        request += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(request.utf8)
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure.notConnected
        }
        var answer: [UInt8] = []
        var buffer = Array(repeating: UInt8(0), count: 65_536)
        while true {
            try await ready(descriptor, Int16(POLLIN), before: end)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { break }
            answer += buffer.prefix(count)
        }
        guard !answer.isEmpty else { throw Failure.closed }
        return parsed(String(decoding: answer, as: UTF8.self))
    }

    private static func ready(_ descriptor: Int32, _ events: Int16, before end: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < end {
            var item = pollfd(fd: descriptor, events: events, revents: 0)
            if poll(&item, 1, 0) > 0 { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Failure.silence
    }

    private static func parsed(_ text: String) -> Answer {
        // A Swift Character is a whole CRLF.
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        var headers: [String: String] = [:]
        let head = lines.prefix { !$0.isEmpty }
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let status = head.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(
            status: status, headers: headers, text: lines.dropFirst(head.count + 1).joined(separator: "\r\n"))
    }
}
