import Foundation
import SNMP
import SNMPWitness
import TestSupport

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
        ipv4 = SNMPEndpoint(address: [127, 0, 0, 1], port: try freePort(.udp))
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
