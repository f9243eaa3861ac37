import SNMP
import SNMPWitness
import Synchronization

/// Answers as an agent should.
final class HealthyAgent: Sendable {
    private static let rows: UInt32 = 40
    private let agent: ScriptedAgent
    private let peer: SNMPPeer
    private let number: UInt32

    init(isSecure: Bool, number: UInt32) throws {
        let credential: SNMPCredential =
            isSecure ? .v3(HostileAgent.user("proved and sound")) : .v2c(community: "public")
        var cells: [(column: UInt32, row: UInt32)] = [(9, 0)]
        for column in UInt32(1)...3 { cells += (1...Self.rows).map { (column, $0) } }
        let objects = ObjectIndex(
            cells.map { (HostileAgent.root.appending($0.column, $0.row), Self.value(number, $0.column, $0.row)) })
        let engineID = HostileAgent.engineID + [0xFF, UInt8(number)]
        let handler = Mutex(try RequestHandler(credential: credential, engineID: engineID, boots: 1))
        agent = try ScriptedAgent { (bytes: [UInt8]) in
            handler.withLock { $0.response(to: bytes, objects: objects, engineTime: 10) }.map { [$0] } ?? []
        }
        self.number = number
        // Patient, since the flood next to it fills the client's socket.
        peer = SNMPPeer(endpoint: agent.endpoint, credential: credential, timeout: .milliseconds(500), retries: 6)
    }

    private static func value(_ number: UInt32, _ column: UInt32, _ row: UInt32) -> SNMPValue {
        .gauge32(number * 10_000 + column * 1_000 + row)
    }

    func beAsked(by client: SNMPClient, _ tally: Tally) async {
        var memory = ReadMemory(HostileAgent.plan)
        let scalar = Self.value(number, 9, 0)
        while !tally.isReached {
            let reading = await client.read(
                HostileAgent.plan, instances: [0], memory: memory, from: peer, deadline: .now + .seconds(60))
            memory = reading.memory
            let columns = (1...3).map { column in (1...Self.rows).map { Self.value(number, column, $0) } }
            let walked = try? await client.walk(
                HostileAgent.root, from: peer, limits: WalkLimits(), deadline: .now + .seconds(60))
            let asked = try? await client.get(
                [HostileAgent.root.appending(9, 0)], from: peer, deadline: .now + .seconds(60))
            if reading.failure != nil || reading.scalars != [scalar] || reading.columns.map({ $0?.values }) != columns {
                tally.complain("a healthy agent was read wrong: \(String(describing: reading.failure))")
            }
            if walked?.map(\.value) != columns.flatMap({ $0 }) + [scalar] || asked?.map(\.value) != [scalar] {
                tally.complain("a healthy agent was walked wrong, or asked")
            }
            tally.healthyRead(values: 2 * (3 * Int(Self.rows) + 1) + 1)
        }
    }
}

/// Goes round in a circle, or on and on.
final class EndlessAgent: Sendable {
    private static let limit = 200
    private static let column = HostileAgent.root.appending(2)
    private let agent: ScriptedAgent
    private let isLoop: Bool
    private let requests: Requests

    private final class Requests: Sendable {
        let count = Atomic<Int>(0)
    }

    init(isLoop: Bool) throws {
        let requests = Requests()
        self.isLoop = isLoop
        self.requests = requests
        agent = try ScriptedAgent { (request: PDU) in
            requests.count.add(1, ordering: .relaxed)
            let varBinds = request.varBinds.map { asked in
                let last = asked.oid.components.last ?? 0
                let isColumn = asked.oid == Self.column
                return VarBind(
                    Self.column.appending(isLoop ? last % 3 + 1 : isColumn ? 1 : last &+ 1), .integer(1))
            }
            return PDU(.response, requestID: request.requestID, varBinds: varBinds)
        }
    }

    func beAsked(by client: SNMPClient, _ tally: Tally) async {
        let peer = SNMPPeer(
            endpoint: agent.endpoint, credential: .v2c(community: "public"), timeout: .seconds(20), retries: 0)
        let plan = ReadPlan(instances: [], columns: [Self.column])
        var limits = WalkLimits()
        limits.rows = Self.limit
        let expected: SNMPError.Code = isLoop ? .oidNotIncreasing : .walkLimit
        // The names of a loop are 3, 1: the second question already finds it.
        let most = isLoop ? 2 : Self.limit + 1
        while !tally.isReached {
            for isWalk in [true, false] {
                requests.count.store(0, ordering: .relaxed)
                let failure: SNMPError?
                if isWalk {
                    do throws(SNMPError) {
                        _ = try await client.walk(
                            Self.column, from: peer, limits: limits, deadline: .now + .seconds(60))
                        failure = nil
                    } catch {
                        failure = error
                    }
                } else {
                    failure = await client.read(
                        plan, instances: [], memory: ReadMemory(plan), from: peer, limits: limits,
                        deadline: .now + .seconds(60)
                    ).failure
                }
                let count = requests.count.load(ordering: .relaxed)
                if failure?.code != expected || count > most {
                    let found = failure.map { "\($0)" } ?? "none"
                    tally.complain("expected \(expected), found \(found) after \(count) questions")
                }
                tally.ended(isLoop: isLoop)
            }
        }
    }
}
