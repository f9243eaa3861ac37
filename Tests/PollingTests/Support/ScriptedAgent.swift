import Polling
import SNMP
import Synchronization

/// An agent that answers from a table, and fails where a test says so.
final class ScriptedAgent: AgentReader {
    struct Script {
        var values: [ObjectIdentifier: SNMPValue] = [:]
        /// What a walk below one of these ends with.
        var walkFailures: [ObjectIdentifier: SNMPError] = [:]
        /// What the next reading is told to be peculiar, once.
        var notice: SNMPError?
        /// What every request ends with.
        var failure: SNMPError?
        var gets: [[ObjectIdentifier]] = []
        var walks: [ObjectIdentifier] = []
        var nexts: [[ObjectIdentifier]] = []
        /// Waits before every answer; ended by cancellation.
        var isSilent = false
    }

    private let script: Mutex<Script>

    init(_ values: [ObjectIdentifier: SNMPValue]) {
        script = Mutex(Script(values: values))
    }

    func change(_ body: (inout sending Script) -> Void) {
        script.withLock { body(&$0) }
    }

    var gets: [[ObjectIdentifier]] { script.withLock { $0.gets } }
    var nexts: [[ObjectIdentifier]] { script.withLock { $0.nexts } }
    var walks: [ObjectIdentifier] { script.withLock { $0.walks } }

    func get(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        script.withLock { $0.gets.append(oids) }
        try await wait(deadline)
        let (values, failure) = script.withLock { ($0.values, $0.failure) }
        if let failure { throw failure }
        return oids.map { VarBind($0, values[$0] ?? .noSuchObject) }
    }

    func next(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        script.withLock { $0.nexts.append(oids) }
        try await wait(deadline)
        let (values, failure, failures) = script.withLock { ($0.values, $0.failure, $0.walkFailures) }
        if let failure { throw failure }
        for oid in oids {
            for (failing, failure) in failures where failing.starts(with: oid) { throw failure }
        }
        return oids.map { oid in
            values.keys.filter { oid < $0 }.min().map { VarBind($0, values[$0] ?? .null) }
                ?? VarBind(oid, .endOfMibView)
        }
    }

    func walk(
        _ root: ObjectIdentifier, from peer: SNMPPeer, limits: WalkLimits, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        script.withLock { $0.walks.append(root) }
        try await wait(deadline)
        let current = script.withLock { $0 }
        if let failure = current.failure { throw failure }
        for (failing, failure) in current.walkFailures where failing.starts(with: root) { throw failure }
        let below = current.values.filter { $0.key.starts(with: root) && $0.key != root }
        guard below.count <= limits.rows else {
            throw SNMPError(.walkLimit, "more than \(limits.rows) rows below \(root)")
        }
        return below.sorted { $0.key < $1.key }.map { VarBind($0.key, $0.value) }
    }

    func read(
        _ plan: ReadPlan, instances: [Int], memory: ReadMemory, from peer: SNMPPeer, limits: WalkLimits,
        deadline: ContinuousClock.Instant
    ) async -> AgentReading {
        var reading = AgentReading(plan, memory: memory)
        reading.notice = script.withLock { script in
            defer { script.notice = nil }
            return script.notice
        }
        do throws(SNMPError) {
            let values = try await get(instances.map { plan.instances[$0] }, from: peer, deadline: deadline)
            reading.isAnswered = true
            for (position, varBind) in zip(instances, values) { reading.scalars[position] = varBind.value }
        } catch {
            reading.failure = error
            return reading
        }
        for (position, column) in plan.columns.enumerated() {
            do throws(SNMPError) {
                let cells = try await walk(column, from: peer, limits: limits, deadline: deadline)
                let indexes = cells.map { Array($0.oid.components.dropFirst(column.components.count)) }
                reading.columns[position] = ColumnCells(
                    rows: ColumnRows(indexes: indexes), values: cells.map(\.value))
            } catch {
                if reading.failure == nil { reading.failure = error }
                if error.code == .timeout || error.code == .cancelled || error.code == .deadline { break }
            }
        }
        return reading
    }

    private func wait(_ deadline: ContinuousClock.Instant) async throws(SNMPError) {
        guard script.withLock({ $0.isSilent }) else { return }
        do {
            try await ContinuousClock().sleep(until: deadline)
        } catch {
            throw SNMPError(.cancelled, "the task was cancelled")
        }
        throw SNMPError(.deadline, "the deadline passed")
    }
}

extension ObjectIdentifier: ExpressibleByStringLiteral {
    /// An identifier written in a test; a malformed one becomes `0`.
    public init(stringLiteral text: String) {
        self = ObjectIdentifier(text) ?? ObjectIdentifier([0])
    }
}

extension SNMPValue {
    static func string(_ text: String) -> SNMPValue { .octetString(Array(text.utf8)) }
}

let somePeer = SNMPPeer(
    endpoint: SNMPEndpoint(address: [127, 0, 0, 1], port: 1), credential: .v2c(community: "public"))
