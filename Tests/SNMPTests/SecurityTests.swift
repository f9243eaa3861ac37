import SNMP
import Synchronization
import TestSupport
import Testing

/// An SNMPv3 agent that answers every GET with 42; its engine and clock can be changed while it runs.
private final class SecureAgent: Sendable {
    struct State: Sendable {
        var engine: AuthoritativeEngine
        var time: Int32 = 1000
    }

    private final class Shared: Sendable {
        let state: Mutex<State>

        init(_ engine: AuthoritativeEngine) {
            state = Mutex(State(engine: engine))
        }
    }

    private let shared: Shared
    private let agent: ScriptedAgent

    init(_ engine: AuthoritativeEngine) throws {
        let shared = Shared(engine)
        self.shared = shared
        agent = try ScriptedAgent { (bytes: [UInt8]) in
            shared.state.withLock { state in
                switch state.engine.process(bytes, time: state.time) {
                case .request(let pdu, let request):
                    let rows = pdu.varBinds.map { VarBind($0.oid, .timeTicks(42)) }
                    let reply = PDU(.response, requestID: pdu.requestID, varBinds: rows)
                    return [state.engine.response(to: request, pdu: reply, time: state.time)]
                case .report(let bytes): return [bytes]
                case .drop: return []
                }
            }
        }
    }

    var endpoint: SNMPEndpoint { agent.endpoint }

    func change(_ body: (inout State) -> Void) {
        shared.state.withLock { body(&$0) }
    }
}

@Suite struct SecurityTests {
    private let client: SNMPClient
    private let engineID: [UInt8] = [0x80, 0, 0, 0, 5, 1, 2, 3]

    init() throws {
        client = try SNMPClient()
    }

    private static let allUsers = USMUser.Authentication.allCases.flatMap { authentication in
        USMUser.Privacy.allCases.map { privacy in
            USMUser(
                name: "\(authentication.rawValue) \(privacy.rawValue)", authentication: authentication,
                authenticationPassphrase: "a phrase to prove", privacy: privacy,
                privacyPassphrase: "a phrase to hide")
        }
    }

    private func ask(_ agent: SecureAgent, as user: USMUser) async throws(SNMPError) -> [VarBind] {
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: .v3(user), timeout: .seconds(5), retries: 2)
        return try await client.get([sysUpTime], from: peer, deadline: .now + .seconds(60))
    }

    private let answer = [VarBind(sysUpTime, .timeTicks(42))]

    @Test("client and engine understand each other with every pair of protocols")
    func everyProtocol() async throws {
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 1, users: Self.allUsers))
        for user in Self.allUsers {
            #expect(try await ask(agent, as: user) == answer, "\(user)")
        }
        // One discovery for the agent, then a request for each user.
        #expect(client.counters.requests <= Self.allUsers.count + 1)
    }

    @Test(
        "Debian's snmpget reads from the engine, discovery included",
        .enabled(if: programPath("snmpget") != nil, "snmpget is not installed"))
    func engineAgainstNetSNMP() async throws {
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 3, users: SNMPDaemon.users))
        for user in SNMPDaemon.users {
            let (output, status) = try await runTool(
                "snmpget",
                [
                    "-v3", "-l", "authPriv", "-u", user.name, "-a", user.authentication.rawValue, "-A",
                    user.authenticationPassphrase, "-x", user.privacy.rawValue, "-X", user.privacyPassphrase, "-On",
                    "-Ot", "127.0.0.1:\(agent.endpoint.port)", ".\(sysUpTime)",
                ])
            #expect(output == ".\(sysUpTime) = 42", "\(user)")
            #expect(status == 0)
        }
    }

    @Test("after a reboot, a lost boot count or a jump of its clock, an agent is synchronised with again")
    func resynchronization() async throws {
        let user = SNMPDaemon.users[0]
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        #expect(try await ask(agent, as: user) == answer)
        for (boots, time) in [(6, 3), (6, 100_000), (1, 10), (1, 5)] as [(Int32, Int32)] {
            let engine = try AuthoritativeEngine(engineID: engineID, boots: boots, users: [user])
            agent.change { state in
                state.engine = engine
                state.time = time
            }
            #expect(try await ask(agent, as: user) == answer, "\(boots) boots, time \(time)")
        }
    }

    @Test("a device replaced behind its address is discovered anew")
    func replacement() async throws {
        let user = SNMPDaemon.users[0]
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        #expect(try await ask(agent, as: user) == answer)
        let other = try AuthoritativeEngine(engineID: engineID + [9], boots: 1, users: [user])
        agent.change { $0.engine = other }
        #expect(try await ask(agent, as: user) == answer)
    }

    @Test("each wrong secret has its own reason at once")
    func wrongSecrets() async throws {
        let user = SNMPDaemon.users[1]
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        var unknown = user
        unknown.name = "nobody"
        var wrongDigest = user
        wrongDigest.authenticationPassphrase = "another phrase"
        var wrongProtocol = user
        wrongProtocol.authentication = .sha512
        var wrongPrivacy = user
        wrongPrivacy.privacyPassphrase = "another phrase"
        let cases: [(USMUser, SNMPError.Code)] = [
            (unknown, .unknownUser), (wrongDigest, .wrongAuthentication), (wrongProtocol, .wrongAuthentication),
            (wrongPrivacy, .wrongPrivacy),
        ]
        for (user, code) in cases {
            await #expect("\(code)") {
                try await ask(agent, as: user)
            } throws: { error in
                (error as? SNMPError)?.code == code
            }
        }
    }

    @Test("engines refuse what cannot be one")
    func badEngines() {
        let short = USMUser(
            name: "x", authentication: .sha, authenticationPassphrase: "short", privacy: .aes,
            privacyPassphrase: "long enough")
        #expect(throws: SNMPError.self) { try AuthoritativeEngine(engineID: [1, 2], boots: 1, users: []) }
        #expect(throws: SNMPError.self) { try AuthoritativeEngine(engineID: engineID, boots: 0, users: []) }
        #expect(throws: SNMPError.self) { try AuthoritativeEngine(engineID: engineID, boots: 1, users: [short]) }
    }
}
