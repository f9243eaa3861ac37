import Glibc
import Synchronization

/// A TCP server on an ephemeral loopback port that says what a test tells it to, HTTP or not.
final class RawServer: Sendable {
    /// What happens to a connection once its first bytes have come.
    enum Behaviour: Sendable {
        /// Sends this and closes.
        case answer(String)
        /// Sends this once for each request of one segment and stays open.
        case keepAlive(String)
        /// Sends this and stays open without a word.
        case hold(String)
        /// Sends this again and again until the peer goes.
        case flood(String)
        /// Closes with a reset.
        case reset
    }

    let port: UInt16
    private let listener: Int32
    private let received = Mutex<[String]>([])
    private let connections = Mutex<Set<Int32>>([])

    /// - Parameter host: A loopback address, IPv4 or IPv6.
    init(_ behaviour: Behaviour, host: String = "127.0.0.1") throws {
        listener = try Self.bound(to: host)
        guard listen(listener, 64) == 0 else { throw SystemError(call: "listen", code: errno) }
        port = Self.localPort(listener)
        Thread.run { [self] in accept(behaviour) }
    }

    private static func bound(to host: String) throws -> Int32 {
        let isSix = host.contains(":")
        let descriptor = socket(isSix ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket", code: errno) }
        let code: Int32
        if isSix {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            inet_pton(AF_INET6, host, &address.sin6_addr)
            code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            inet_pton(AF_INET, host, &address.sin_addr)
            code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard code == 0 else { throw SystemError(call: "bind", code: errno) }
        return descriptor
    }

    /// The bytes of each request, as text.
    var requests: [String] { received.withLock { $0 } }
    var connectionCount: Int { connections.withLock { $0.count } }

    /// Refuses connections from here on.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    deinit {
        connections.withLock { for descriptor in $0 { close(descriptor) } }
    }

    private func accept(_ behaviour: Behaviour) {
        // Closed by the thread that uses it, so that it never accepts from another socket of the same number.
        defer { close(listener) }
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = connections.withLock { $0.insert(descriptor) }
            Thread.run { [self] in serve(descriptor, behaviour) }
        }
    }

    private func serve(_ descriptor: Int32, _ behaviour: Behaviour) {
        while let request = read(descriptor) {
            received.withLock { $0.append(request) }
            switch behaviour {
            case .answer(let text):
                _ = write(text, to: descriptor)
                shutdown(descriptor, Int32(SHUT_RDWR))
                return
            case .keepAlive(let text), .hold(let text): _ = write(text, to: descriptor)
            case .flood(let text):
                while write(text, to: descriptor) {}
                return
            case .reset:
                var option = linger(l_onoff: 1, l_linger: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
                _ = connections.withLock { $0.remove(descriptor) }
                close(descriptor)
                return
            }
        }
    }

    private func read(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }

    private func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    private static func localPort(_ descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            // Port and family lie at the same offsets for both families.
            return $0.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
        }
    }
}

/// A call of a server that a test needs failed.
struct SystemError: Error {
    var call: String
    var code: Int32
}

/// A detached thread for calls that block.
private enum Thread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    static func run(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(body))
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        if code == 0 { pthread_detach(thread) } else { box.release() }
    }
}
