package import SNMP

/// Asks agents. `SNMPClient` in service; a table of answers in tests of what faults lead to.
package protocol AgentReader: Sendable {
    /// The values of these instances in the order asked; an object the agent lacks is an exception value.
    func get(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind]

    /// The instances that follow these identifiers in the order asked; `.endOfMibView` where none does.
    func next(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind]

    /// Everything below `root` in increasing order.
    func walk(
        _ root: ObjectIdentifier, from peer: SNMPPeer, limits: WalkLimits, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind]

    /// Instances and whole columns in few packets, with what came until asking on made no sense.
    ///
    /// - Parameters:
    ///   - instances: positions in the plan's instances to ask for.
    ///   - memory: what the last reading of the agent with the same plan left.
    func read(
        _ plan: ReadPlan, instances: [Int], memory: ReadMemory, from peer: SNMPPeer, limits: WalkLimits,
        deadline: ContinuousClock.Instant
    ) async -> AgentReading
}

extension SNMPClient: AgentReader {}

extension SNMPError.Code {
    /// Whether further requests to the same agent would fare no better.
    var isFinal: Bool {
        switch self {
        case .malformedReply, .errorStatus, .oidNotIncreasing, .walkLimit, .engineIDChanged, .duplicateEngineID: false
        case .timeout, .portClosed, .hostUnreachable, .wrongCommunity, .unknownUser, .wrongAuthentication,
            .wrongPrivacy, .notInTimeWindow, .unknownContext, .deadline, .system, .cancelled:
            true
        }
    }
}
