import Foundation
import Glibc
import SNMP
import Synchronization

/// Plays a recording as an agent on an ephemeral loopback UDP port, asked with the community "public".
final class RecordedAgent: Sendable {
    let port: UInt16
    let recording: SNMPRecording
    private let socket: Int32
    private let isStopped = Mutex(false)

    struct SystemError: Error {
        var call: String
        var code: Int32
    }

    init(file: String) throws {
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: file)))
        recording = SNMPRecording(parsing: bytes)
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket", code: errno) }
        var patience = timeval(tv_sec: 0, tv_usec: 50_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0 else { return errno }
                return getsockname(descriptor, address, &length) == 0 ? 0 : errno
            }
        }
        guard code == 0 else { throw SystemError(call: "bind", code: code) }
        socket = descriptor
        port = UInt16(bigEndian: address.sin_port)
        let handler = try RequestHandler(
            credential: .v2c(community: "public"), engineID: [0x80, 0, 0, 0, 1, 2, 3, 4], boots: 1)
        Thread.detachNewThread { [self] in answer(handler) }
    }

    func stop() {
        isStopped.withLock { $0 = true }
    }

    private func answer(_ initial: RequestHandler) {
        var handler = initial
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isStopped.withLock({ $0 }) {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let count = recvfrom(socket, &buffer, buffer.count, 0, address, &length)
                    guard count > 0,
                        let response = handler.response(
                            to: Array(buffer.prefix(count)), objects: recording.objects, engineTime: 1)
                    else { return }
                    sendto(socket, response, response.count, 0, address, length)
                }
            }
        }
        close(socket)
    }
}
