import Foundation
import Glibc
import Synchronization

/// A TCP server on an ephemeral loopback port that answers every connection in the same way, HTTP or not.
final class RawServer: Sendable {
    enum Behaviour: Sendable {
        /// Reads the request, sends this and closes.
        case answer(String)
        /// Reads the request and never answers.
        case silence
    }

    struct SystemError: Error {
        var call: String
        var code: Int32
    }

    let port: UInt16
    private let listener: Int32
    private let received = Mutex<[String]>([])
    private let open = Mutex<[Int32]>([])

    init(_ behaviour: Behaviour) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0, listen(descriptor, 64) == 0 else { return errno }
                return getsockname(descriptor, address, &length) == 0 ? 0 : errno
            }
        }
        guard code == 0 else { throw SystemError(call: "bind", code: code) }
        listener = descriptor
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept(behaviour) }
    }

    /// What came, one text a connection.
    var requests: [String] { received.withLock { $0 } }

    /// Refuses connections from now on. The descriptor is closed by the thread that uses it, so that its number cannot become
    /// another server's while the thread still holds it.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in open.withLock({ $0 }) { close(descriptor) }
    }

    private func accept(_ behaviour: Behaviour) {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else {
                close(listener)
                return
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            received.withLock { $0.append(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)) }
            switch behaviour {
            case .answer(let text):
                let bytes = Array(text.utf8)
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                close(connection)
            case .silence:
                open.withLock { $0.append(connection) }
            }
        }
    }

    static func page(_ body: String, status: String = "200 OK", type: String = "text/plain; version=0.0.4") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n\(body)"
    }
}
