import SNMP
import SNMPWitness
import Synchronization
import TestSupport
import Testing

/// An SNMPv3 agent that answers every GET with 42; its engine, its clock and how it answers can be changed while it runs.
private final class SecureAgent: Sendable {
    struct State: Sendable {
        var engine: AuthoritativeEngine
        private var start = ContinuousClock.now - .seconds(1000)
        /// The datagrams that answer a request.
        var answer: @Sendable (inout State, PDU, AuthoritativeEngine.Request) -> [[UInt8]] = { $0.reply($1, $2) }
        /// Every answer sent.
        var sent: [[UInt8]] = []

        init(_ engine: AuthoritativeEngine) {
            self.engine = engine
        }

        /// snmpEngineTime; it goes on by itself.
        var time: Int32 {
            get { Int32((ContinuousClock.now - start).components.seconds) }
            set { start = .now - .seconds(Int(newValue)) }
        }

        /// The answer as it should be, with another value or sealed in another way.
        mutating func reply(
            _ pdu: PDU, _ request: AuthoritativeEngine.Request, value: UInt32 = 42, time: Int32? = nil
        ) -> [[UInt8]] {
            let rows = pdu.varBinds.map { VarBind($0.oid, .timeTicks(value)) }
            let reply = PDU(.response, requestID: pdu.requestID, varBinds: rows)
            return [engine.response(to: request, pdu: reply, time: time ?? self.time)]
        }
    }

    private final class Shared: Sendable {
        let state: Mutex<State>

        init(_ engine: AuthoritativeEngine) {
            state = Mutex(State(engine))
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
                    let answers = state.answer(&state, pdu, request)
                    state.sent += answers
                    return answers
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

    private func ask(_ agent: SecureAgent, as user: USMUser) async throws(SNMPError) -> [VarBind] {
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: .v3(user), timeout: .seconds(5), retries: 2)
        return try await client.get([sysUpTime], from: peer, deadline: .now + .seconds(60))
    }

    private let answer = [VarBind(sysUpTime, .timeTicks(42))]

    @Test("client and engine understand each other with every pair of protocols")
    func everyProtocol() async throws {
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 1, users: SNMPDaemon.everyUser))
        for user in SNMPDaemon.everyUser {
            #expect(try await ask(agent, as: user) == answer, "\(user)")
        }
        // One discovery for the agent, then a request for each user.
        #expect(client.counters.requests <= SNMPDaemon.everyUser.count + 1)
    }

    @Test(
        "Debian's snmpget reads from the engine, discovery included",
        .enabled(if: programPath("snmpget") != nil, "snmpget is not installed"))
    func engineAgainstNetSNMP() async throws {
        let users =
            SNMPDaemon.users
            + SNMPDaemon.everyUser.filter {
                ["SHA-224+AES-192", "MD5+AES-192-C", "SHA-512", "nobody-special"].contains($0.name)
            }
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 3, users: users))
        for user in users {
            let (output, status) = try await runTool(
                "snmpget",
                ["-v3"] + user.options + ["-On", "-Ot", "127.0.0.1:\(agent.endpoint.port)", ".\(sysUpTime)"])
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
        let wrongDigest = user.with(authenticationPassphrase: "another phrase")
        let wrongProtocol = user.with(authentication: .sha512)
        let wrongPrivacy = user.with(privacyPassphrase: "another phrase")
        let careless = USMUser(name: user.name, security: .noAuthNoPriv)
        let cases: [(USMUser, SNMPError.Code)] = [
            (unknown, .unknownUser), (wrongDigest, .wrongAuthentication), (wrongProtocol, .wrongAuthentication),
            (wrongPrivacy, .wrongPrivacy), (careless, .wrongAuthentication),
        ]
        for (user, code) in cases {
            await #expect("\(code)") {
                try await ask(agent, as: user)
            } throws: { error in
                (error as? SNMPError)?.code == code
            }
        }
    }

    /// The error of a question whose answers are made by `answer`; nil when it succeeded.
    private func refusal(
        _ answer: @escaping @Sendable (inout SecureAgent.State, PDU, AuthoritativeEngine.Request) -> [[UInt8]]
    ) async throws -> SNMPError.Code? {
        let user = SNMPDaemon.users[0]
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        #expect(try await ask(agent, as: user) == self.answer)
        agent.change { $0.answer = answer }
        let peer = SNMPPeer(
            endpoint: agent.endpoint, credential: .v3(user), timeout: .milliseconds(100), retries: 1)
        do {
            _ = try await client.get([sysUpTime], from: peer, deadline: .now + .seconds(60))
            return nil
        } catch {
            return error.code
        }
    }

    @Test("an answer less secure than its question, or to another user or context, is not accepted")
    func downgrades() async throws {
        let changes: [(SNMPError.Code, @Sendable (inout AuthoritativeEngine.Request) -> Void)] = [
            (.wrongPrivacy, { $0.flags = 1 }), (.wrongAuthentication, { $0.flags = 0 }),
            (.malformedReply, { $0.contextName = [7] }),
        ]
        for (code, change) in changes {
            let found = try await refusal { state, pdu, request in
                var request = request
                change(&request)
                return state.reply(pdu, request)
            }
            #expect(found == code)
        }
        let other = try await refusal { state, pdu, request in
            let user = SNMPDaemon.users[1]
            guard var engine = try? AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]) else { return [] }
            var request = request
            request.userName = Array(user.name.utf8)
            return [engine.response(to: request, pdu: PDU(.response, requestID: pdu.requestID), time: state.time)]
        }
        #expect(other == .malformedReply)
    }

    @Test("an answer recorded earlier counts for nothing, and does not keep the right one from counting")
    func replays() async throws {
        let user = SNMPDaemon.users[0]
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        #expect(try await ask(agent, as: user) == answer)
        agent.change { state in
            state.answer = { state, pdu, request in state.sent + state.reply(pdu, request, value: 43) }
        }
        for _ in 0..<10 {
            #expect(try await ask(agent, as: user) == [VarBind(sysUpTime, .timeTicks(43))])
        }
        #expect(client.counters.unmatched >= 10)
    }

    @Test("an answer older than the time window is not accepted, nor one of an earlier boot")
    func lateAnswers() async throws {
        let late = try await refusal { $0.reply($1, $2, time: $0.time - 155) }
        #expect(late == .notInTimeWindow)
        let timely = try await refusal { $0.reply($1, $2, time: $0.time - 145) }
        #expect(timely == nil)
        let booted = try await refusal { state, pdu, request in
            guard var engine = try? AuthoritativeEngine(engineID: engineID, boots: 4, users: [SNMPDaemon.users[0]])
            else { return [] }
            let rows = pdu.varBinds.map { VarBind($0.oid, .timeTicks(42)) }
            let reply = PDU(.response, requestID: pdu.requestID, varBinds: rows)
            return [engine.response(to: request, pdu: reply, time: state.time)]
        }
        #expect(booted == .notInTimeWindow)
    }

    @Test("the context asked for is the one answered")
    func context() async throws {
        let user = SNMPDaemon.users[0]
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        agent.change { state in
            state.answer = { $0.reply($1, $2, value: UInt32($2.contextName.count)) }
        }
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: .v3(user), context: "vlan-10")
        let rows = try await client.get([sysUpTime], from: peer, deadline: .now + .seconds(60))
        #expect(rows == [VarBind(sysUpTime, .timeTicks(7))])
    }

    @Test("an agent that knows no context says so at once")
    func unknownContext() async throws {
        let user = SNMPDaemon.users[0]
        let handler = Mutex(try RequestHandler(credential: .v3(user), engineID: engineID, boots: 1))
        let objects = ObjectIndex([(oid: sysUpTime, key: SNMPValue.timeTicks(42))])
        let agent = try ScriptedAgent { (bytes: [UInt8]) in
            handler.withLock { $0.response(to: bytes, objects: objects, engineTime: 1) }.map { [$0] } ?? []
        }
        var peer = SNMPPeer(endpoint: agent.endpoint, credential: .v3(user), timeout: .seconds(5))
        #expect(try await client.get([sysUpTime], from: peer, deadline: .now + .seconds(60)) == answer)
        peer.context = "vlan-10"
        await #expect("unknown context") {
            try await client.get([sysUpTime], from: peer, deadline: .now + .seconds(60))
        } throws: { ($0 as? SNMPError)?.code == .unknownContext }
    }

    /// What a reading says of the agent's engine beside its values.
    private func notice(_ agent: SecureAgent, as user: USMUser) async -> SNMPError.Code? {
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: .v3(user), timeout: .seconds(5), retries: 2)
        let plan = ReadPlan(instances: [sysUpTime], columns: [])
        let reading = await client.read(
            plan, instances: [0], memory: ReadMemory(plan), from: peer, deadline: .now + .seconds(60))
        #expect(reading.failure == nil)
        #expect(reading.scalars == [.timeTicks(42)])
        return reading.notice?.code
    }

    @Test("two agents with one engine identifier both answer, and both say so; one agent at two addresses does not")
    func sharedEngineID() async throws {
        let user = SNMPDaemon.users[0]
        let agents = try (0..<3).map { _ in
            try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        }
        #expect(await notice(agents[0], as: user) == nil)
        #expect(await notice(agents[1], as: user) == nil)
        agents[2].change { $0.time = 5000 }
        #expect(await notice(agents[2], as: user) == .duplicateEngineID)
        #expect(await notice(agents[0], as: user) == .duplicateEngineID)
    }

    @Test("another engine behind an address is told once")
    func changedEngineID() async throws {
        let user = SNMPDaemon.users[0]
        let agent = try SecureAgent(AuthoritativeEngine(engineID: engineID, boots: 5, users: [user]))
        #expect(await notice(agent, as: user) == nil)
        let other = try AuthoritativeEngine(engineID: engineID + [9], boots: 1, users: [user])
        agent.change { $0.engine = other }
        #expect(await notice(agent, as: user) == .engineIDChanged)
        #expect(await notice(agent, as: user) == nil)
    }

    @Test("an engine's boots count up, and at the last count it becomes another")
    func identities() {
        let first = EngineIdentity.random()
        #expect(first.boots == 1 && (5...32).contains(first.id.count))
        #expect(first.restarted() == EngineIdentity(id: first.id, boots: 2))
        let last = EngineIdentity(id: first.id, boots: .max - 1).restarted()
        #expect(last.boots == 1 && last.id != first.id)
    }

    @Test("engines refuse what cannot be one")
    func badEngines() {
        let short = USMUser(
            name: "x", security: .authPriv(USMUser.Secret(.sha, "short"), USMUser.Secret(.aes, "long enough")))
        #expect(throws: SNMPError.self) { try AuthoritativeEngine(engineID: [1, 2], boots: 1, users: []) }
        #expect(throws: SNMPError.self) { try AuthoritativeEngine(engineID: engineID, boots: 0, users: []) }
        #expect(throws: SNMPError.self) { try AuthoritativeEngine(engineID: engineID, boots: 1, users: [short]) }
    }
}
