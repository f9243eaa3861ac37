import Foundation
import Inventory
import MonitoringModel
import Polling
import SNMP
import Synchronization

/// Many scripted agents, told apart by the port they are asked at.
final class Fleet: AgentReader {
    private let agents: [UInt16: ScriptedAgent]

    init(_ agents: [UInt16: ScriptedAgent]) {
        self.agents = agents
    }

    func get(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        guard let agent = agents[peer.endpoint.port] else { throw SNMPError(.portClosed, "nobody there") }
        return try await agent.get(oids, from: peer, deadline: deadline)
    }

    func next(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        guard let agent = agents[peer.endpoint.port] else { throw SNMPError(.portClosed, "nobody there") }
        return try await agent.next(oids, from: peer, deadline: deadline)
    }

    func walk(
        _ root: ObjectIdentifier, from peer: SNMPPeer, limits: WalkLimits, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        guard let agent = agents[peer.endpoint.port] else { throw SNMPError(.portClosed, "nobody there") }
        return try await agent.walk(root, from: peer, limits: limits, deadline: deadline)
    }

    func read(
        _ plan: ReadPlan, instances: [Int], memory: ReadMemory, from peer: SNMPPeer, limits: WalkLimits,
        deadline: ContinuousClock.Instant
    ) async -> AgentReading {
        guard let agent = agents[peer.endpoint.port] else {
            var reading = AgentReading(plan, memory: memory)
            reading.failure = SNMPError(.portClosed, "nobody there")
            return reading
        }
        return await agent.read(
            plan, instances: instances, memory: memory, from: peer, limits: limits, deadline: deadline)
    }

    /// The target of the agent at a port, called `rtr-PORT`.
    static func target(_ port: UInt16, interval: Duration, site: String = "dc") -> PollTarget {
        PollTarget(
            id: PollTarget.ID(job: "snmp", instance: "rtr-\(port)"), device: "rtr-\(port)", site: site,
            access: .snmp(
                SNMPPeer(
                    endpoint: SNMPEndpoint(address: [127, 0, 0, 1], port: port),
                    credential: .v2c(community: "public")), modules: []), interval: interval)
    }
}

/// Keeps every outcome.
final class OutcomeRecorder: PollObserver {
    private let recorded = Mutex<[PollOutcome]>([])

    var outcomes: [PollOutcome] { recorded.withLock { $0 } }

    func pollFinished(_ outcome: PollOutcome) {
        recorded.withLock { $0.append(outcome) }
    }

    func count(_ instance: String, where condition: (PollOutcome) -> Bool = { _ in true }) -> Int {
        outcomes.count { $0.target.id.instance == instance && condition($0) }
    }
}

/// The time of this machine.
struct SystemClock: WallClock {
    var now: Timestamp { Timestamp(seconds: Date().timeIntervalSince1970) }
}
