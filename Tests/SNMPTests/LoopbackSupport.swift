import Foundation
import SNMP
import Synchronization
import TestSupport

/// No socket could be bound on loopback.
struct LoopbackUnavailable: Error {}

/// A UDP socket of a test. Used by one thread at a time, but for `close`.
final class LoopbackSocket: Sendable {
    private let descriptor: Int32
    let endpoint: SNMPEndpoint

    /// On 127.0.0.1 or ::1, at a free port.
    init(ipv6: Bool = false) throws {
        let family = ipv6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw LoopbackUnavailable() }
        var storage = sockaddr_storage()
        var length = socklen_t(ipv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
        var port: UInt16 = 0
        let failed = withUnsafeMutableBytes(of: &storage) { raw in
            raw.storeBytes(of: sa_family_t(family), as: sa_family_t.self)
            if ipv6 {
                raw[8 + 15] = 1
            } else {
                raw[4] = 127
                raw[7] = 1
            }
            let address = raw.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard bind(descriptor, address, length) == 0, getsockname(descriptor, address, &length) == 0 else {
                return true
            }
            port = UInt16(raw[2]) << 8 | UInt16(raw[3])
            return false
        }
        guard !failed else { throw LoopbackUnavailable() }
        var patience = timeval(tv_sec: 0, tv_usec: 50_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        endpoint = SNMPEndpoint(
            address: ipv6 ? Array(repeating: 0, count: 15) + [1] : [127, 0, 0, 1], port: port)
        self.descriptor = descriptor
    }

    deinit {
        Foundation.close(descriptor)
    }

    /// The next datagram and its sender's address; nil when none comes within 50 ms.
    func receive() -> (bytes: [UInt8], sender: [UInt8])? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var sender = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var length = socklen_t(sender.count)
        let count = sender.withUnsafeMutableBytes { raw in
            recvfrom(
                descriptor, &buffer, buffer.count, 0, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard count >= 0 else { return nil }
        return (Array(buffer.prefix(count)), Array(sender.prefix(Int(length))))
    }

    func send(_ bytes: [UInt8], to sender: [UInt8]) {
        _ = sender.withUnsafeBytes { raw in
            sendto(
                descriptor, bytes, bytes.count, 0, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(raw.count))
        }
    }

    func send(_ bytes: [UInt8], to endpoint: SNMPEndpoint) {
        let port = [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xFF)]
        let isIPv4 = endpoint.address.count == 4
        let family = withUnsafeBytes(of: sa_family_t(isIPv4 ? AF_INET : AF_INET6)) { Array($0) }
        send(
            bytes,
            to: isIPv4
                ? family + port + endpoint.address + Array(repeating: 0, count: 8)
                : family + port + [0, 0, 0, 0] + endpoint.address + [0, 0, 0, 0])
    }
}

/// An agent that answers as its test says, on a thread of its own until it is released.
final class ScriptedAgent: Sendable {
    private let isRunning: Flag
    let endpoint: SNMPEndpoint

    private final class Flag: Sendable {
        let value = Atomic<Bool>(true)
    }

    /// - Parameter answer: the datagrams to send back; called on the agent's thread.
    init(ipv6: Bool = false, answer: @escaping @Sendable ([UInt8]) -> [[UInt8]]) throws {
        let socket = try LoopbackSocket(ipv6: ipv6)
        let isRunning = Flag()
        self.isRunning = isRunning
        endpoint = socket.endpoint
        Thread.detachNewThread {
            while isRunning.value.load(ordering: .relaxed) {
                guard let (bytes, sender) = socket.receive() else { continue }
                for reply in answer(bytes) { socket.send(reply, to: sender) }
            }
        }
    }

    deinit {
        isRunning.value.store(false, ordering: .relaxed)
    }

    /// An agent that answers v1 and v2c requests PDU by PDU.
    convenience init(ipv6: Bool = false, pdu answer: @escaping @Sendable (PDU) -> PDU?) throws {
        try self.init(ipv6: ipv6) { (bytes: [UInt8]) in
            guard var message = try? CommunityMessage(decoding: bytes), case .pdu(let request) = message.content,
                let reply = answer(request)
            else { return [] }
            message.content = .pdu(reply)
            return [message.encoded()]
        }
    }
}

/// Debian's `snmpd` on 127.0.0.1 and ::1, with its own configuration and directory, ended with the value.
final class SNMPDaemon: Sendable {
    private let directory: TemporaryDirectory
    private let program: RunningProgram
    let ipv4: SNMPEndpoint
    let ipv6: SNMPEndpoint

    static let isInstalled = programPath("snmpd") != nil && programPath("snmpbulkwalk") != nil

    static let users = [
        user("sha", .sha, .aes), user("sha256", .sha256, .aes256), user("md5", .md5, .des),
        user("sha512", .sha512, .aes), user("mixed", .sha, .aes256),
    ]

    /// Every pair of protocols, every protocol without encryption, and nobody.
    static let everyUser =
        USMUser.Authentication.allCases.flatMap { authentication in
            USMUser.Privacy.allCases.map {
                user("\(authentication.rawValue)+\($0.rawValue)", authentication, $0)
            } + [
                USMUser(
                    name: authentication.rawValue,
                    security: .authNoPriv(USMUser.Secret(authentication, "a phrase to prove")))
            ]
        } + [USMUser(name: "nobody-special", security: .noAuthNoPriv)]

    private static func user(
        _ name: String, _ authentication: USMUser.Authentication, _ privacy: USMUser.Privacy
    ) -> USMUser {
        USMUser(
            name: name,
            security: .authPriv(
                USMUser.Secret(authentication, "\(name), proved"), USMUser.Secret(privacy, "\(name), hidden")))
    }

    init() throws {
        directory = try TemporaryDirectory()
        ipv4 = try LoopbackSocket().endpoint
        ipv6 = SNMPEndpoint(address: Array(repeating: 0, count: 15) + [1], port: ipv4.port)
        var lines = [
            "agentAddress udp:127.0.0.1:\(ipv4.port),udp6:[::1]:\(ipv4.port)", "rocommunity public",
            "rocommunity6 public", "sysLocation here", "sysContact nobody",
        ]
        for user in Self.users + Self.everyUser {
            switch user.security {
            case .noAuthNoPriv: lines += ["createUser \(user.name)", "rouser \(user.name) noauth"]
            case .authNoPriv(let first):
                lines += [
                    "createUser \(user.name) \(first.algorithm.rawValue) \"\(first.passphrase)\"",
                    "rouser \(user.name) auth",
                ]
            case .authPriv(let first, let second):
                lines += [
                    "createUser \(user.name) \(first.algorithm.rawValue) \"\(first.passphrase)\" "
                        + "\(second.algorithm.rawValue) \"\(second.passphrase)\"",
                    "rouser \(user.name) priv",
                ]
            }
        }
        let file = directory.file("snmpd.conf")
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        program = try RunningProgram(
            programPath("snmpd") ?? "", ["-f", "-Lo", "-C", "-c", file, "-I", "-smux", "-p", directory.file("pid")],
            log: directory.file("log"), environment: toolEnvironment(directory))
    }

    /// Waits until it answers.
    func isReady(_ client: SNMPClient) async throws {
        let peer = SNMPPeer(
            endpoint: ipv4, credential: .v2c(community: "public"), timeout: .milliseconds(300), retries: 0)
        try await eventually("snmpd answers; its log:\n\(program.output())") {
            (try? await client.get([sysUpTime], from: peer, deadline: .now + .seconds(1))) != nil
        }
    }
}

extension USMUser {
    /// The options that Net-SNMP's tools want.
    var options: [String] {
        switch security {
        case .noAuthNoPriv: ["-l", "noAuthNoPriv", "-u", name]
        case .authNoPriv(let first):
            ["-l", "authNoPriv", "-u", name, "-a", first.algorithm.rawValue, "-A", first.passphrase]
        case .authPriv(let first, let second):
            [
                "-l", "authPriv", "-u", name, "-a", first.algorithm.rawValue, "-A", first.passphrase, "-x",
                second.algorithm.rawValue, "-X", second.passphrase,
            ]
        }
    }

    /// The same with another protocol or pass phrase; only of users with both keys.
    func with(
        authentication: Authentication? = nil, authenticationPassphrase: String? = nil,
        privacyPassphrase: String? = nil
    ) -> USMUser {
        guard case .authPriv(var first, var second) = security else { return self }
        if let authentication { first.algorithm = authentication }
        if let authenticationPassphrase { first.passphrase = authenticationPassphrase }
        if let privacyPassphrase { second.passphrase = privacyPassphrase }
        return USMUser(name: name, security: .authPriv(first, second))
    }
}

let sysUpTime = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 3, 0])
let system = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1])

/// An environment in which Net-SNMP's programs read and write nothing outside `directory`.
func toolEnvironment(_ directory: TemporaryDirectory) -> [String: String] {
    [
        "SNMP_PERSISTENT_DIR": directory.path, "SNMPCONFPATH": directory.path,
        "MIBS": "", "HOME": directory.path, "PATH": "/usr/bin:/usr/sbin:/bin",
    ]
}

/// Runs a program of Net-SNMP to its end and returns what it wrote.
func runTool(_ name: String, _ arguments: [String]) async throws -> (output: String, status: Int32) {
    let directory = try TemporaryDirectory()
    let program = try RunningProgram(
        programPath(name) ?? "", arguments, log: directory.file("log"), environment: toolEnvironment(directory))
    try await eventually("\(name) ends", within: .seconds(30)) { program.exitStatus != nil }
    // On its first run the library tells that it creates directories.
    let lines = program.output().split(separator: "\n").filter { !$0.hasPrefix("Created directory:") }
    return (lines.joined(separator: "\n"), program.exitStatus ?? -1)
}
