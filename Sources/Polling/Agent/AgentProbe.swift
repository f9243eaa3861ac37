package import MonitoringModel
package import SNMP

/// What a probe found, beside the samples it wrote.
package struct ProbeResult: Sendable {
    package var isUp: Bool
    package var reason: PollReason?
    package var interfaces: [InterfaceStatus] = []
    package var changes: [DeviceChange] = []
    /// Values that were not written, because they are none.
    package var refusedCount = 0
    /// Nil where nobody asked.
    package var findings: AgentFindings?

    package init(isUp: Bool, reason: PollReason? = nil) {
        self.isUp = isUp
        self.reason = reason
    }
}

/// What is kept of an agent between its polls.
package struct AgentSession: Sendable {
    /// How long the match of modules is believed; a card may be plugged in without a restart.
    static let matchLifetime = Duration.seconds(3600)

    package internal(set) var matches: [ModuleMatch] = []
    /// ifIndex to interface key, as last seen.
    package internal(set) var interfaceKeys: [UInt32: String] = [:]
    var identity: AgentIdentity?
    /// Who made the device, as last found out; kept while it is matched anew.
    var device: DeviceIdentity?
    /// Who answered last, since before a restart too; its shifts are of no account here.
    var known: DeviceMemory?
    var changeCounts: [DeviceChange.Code: Int] = [:]
    var plan: ReadingPlan?
    var matchedAt = Timestamp(milliseconds: 0)
    /// What was wrong with the match; told again with every poll until the next match.
    var matchReason: PollReason?
    /// Positions in the plan's instances that the agent has; nil before it was asked for all of them.
    var asked: [Int]?
    /// What the last poll learnt of the agent's columns; nil before it.
    var memory: ReadMemory?
    /// Of the links that end here.
    var linkCounters: [DeclaredParts.LinkEnd: LinkCounters] = [:]
    /// By position in the plan's tables.
    var tables: [TableSeries] = []

    package init() {}

    mutating func adopt(_ plan: ReadingPlan) {
        self.plan = plan
        asked = nil
        memory = nil
        tables = plan.tables.map { _ in TableSeries() }
    }

    /// The modules are to be matched anew; the keys stay for those who ask meanwhile.
    mutating func forgetMatch() {
        plan = nil
        identity = nil
    }

    package mutating func forgetSlots() {
        guard let plan else { return }
        for index in tables.indices { tables[index].forgetSlots(plan.tables[index]) }
    }
}

/// Polls one SNMP agent once.
package struct AgentProbe: Sendable {
    let reader: any AgentReader
    let peer: SNMPPeer
    /// Names from the inventory; empty: by matching.
    let moduleNames: [String]
    let modules: [DeviceModule]
    let parts: DeclaredParts
    /// Where the counters of a device stood that is replaced; nil: nobody knows.
    let history: CounterHistory?
    let deadline: ContinuousClock.Instant
    /// Whether findings are wanted.
    let isDetailed: Bool

    package init(
        reader: any AgentReader, peer: SNMPPeer, moduleNames: [String], modules: [DeviceModule], parts: DeclaredParts,
        history: CounterHistory? = nil, deadline: ContinuousClock.Instant, isDetailed: Bool = false
    ) {
        self.isDetailed = isDetailed
        self.reader = reader
        self.peer = peer
        self.moduleNames = moduleNames
        self.modules = modules
        self.parts = parts
        self.history = history
        self.deadline = deadline
    }

    /// Asks, and writes what came. The agent is up when its first answer came, whatever happens afterwards.
    package func poll(
        _ session: inout AgentSession, at time: Timestamp, into series: inout TargetSeries
    ) async -> ProbeResult {
        if session.plan != nil, time - session.matchedAt > AgentSession.matchLifetime { session.forgetMatch() }
        var changes: [DeviceChange] = []
        do throws(SNMPError) {
            var isIdentified = false
            if session.plan == nil {
                changes += try await identify(&session, at: time)
                isIdentified = true
            }
            guard session.plan != nil else { return ProbeResult(isUp: true, reason: session.matchReason) }
            var reading = try await read(&session, isIdentified: isIdentified)
            let notice = reading.notice
            if !isIdentified, notice?.code == .engineIDChanged || Self.isRestarted(session.identity, reading.scalars) {
                session.forgetMatch()
                let before = session.device
                do throws(SNMPError) {
                    changes += try await identify(&session, at: time)
                    if let notice, notice.code == .engineIDChanged {
                        changes += replacement(notice, from: before, to: session.device, known: changes)
                    }
                } catch {
                    return ProbeResult(isUp: true, reason: PollReason(error))
                }
                reading = try await read(&session, isIdentified: true)
            }
            if changes.contains(where: { $0.code == .deviceReplaced }) {
                await startOver(&session, at: time, into: &series)
            } else if series.hasWaitingShifts {
                series.recall(await lastCounters(session, of: series, before: time))
            }
            guard let plan = session.plan else { return ProbeResult(isUp: true, reason: session.matchReason) }
            session.identity?.uptime = reading.scalars[0]?.ticks
            var result = Self.write(reading, plan, parts, isDetailed: isDetailed, &session, into: &series)
            result.changes = changes + result.changes
            for change in result.changes { session.changeCounts[change.code, default: 0] += 1 }
            for (code, count) in session.changeCounts {
                series.write(CommonMetric.changes.rawValue, [Label("code", code.rawValue)], Double(count))
            }
            if result.reason == nil { result.reason = (notice ?? reading.notice).map { PollReason($0) } }
            return result
        } catch {
            return ProbeResult(isUp: false, reason: PollReason(error))
        }
    }

    /// Another engine behind the address is another device, unless its serial number says that it is the same one with a new card
    /// or software.
    private func replacement(
        _ notice: SNMPError, from before: DeviceIdentity?, to now: DeviceIdentity?, known: [DeviceChange]
    ) -> [DeviceChange] {
        guard !known.contains(where: { $0.code == .deviceReplaced }), before?.serial == nil || now?.serial == nil
        else { return [] }
        return [DeviceChange(.deviceReplaced, detail: notice.detail)]
    }

    /// Another device answers: its interfaces are not those of the one before, and its counters go on from where those were, for
    /// what it counted elsewhere did not happen here.
    private func startOver(
        _ session: inout AgentSession, at time: Timestamp, into series: inout TargetSeries
    ) async {
        session.interfaceKeys = [:]
        session.linkCounters = [:]
        series.goOn(from: await lastCounters(session, of: series, before: time))
        session.forgetSlots()
    }

    /// Where the counters stood. Without an answer of the store they stand as the device has them: seen once as a jump or a reset.
    private func lastCounters(
        _ session: AgentSession, of series: TargetSeries, before time: Timestamp
    ) async -> [LabelSet: Double] {
        guard let history, let plan = session.plan else { return [:] }
        return (try? await history.last(of: series.base, names: plan.counterNames, before: time)) ?? [:]
    }

    /// Reads what the plan asks for; instances that the agent lacked at the first poll are left out until the next match, since
    /// each costs an agent of SNMPv1 a request of its own.
    ///
    /// - Parameter isIdentified: the agent answered a moment ago.
    /// - Throws: why an agent that was not asked before did not answer at all.
    private func read(_ session: inout AgentSession, isIdentified: Bool) async throws(SNMPError) -> AgentReading {
        guard let plan = session.plan else { return AgentReading(ReadingPlan(modules: []).read) }
        let positions = session.asked ?? Array(plan.instances.indices)
        var reading = await reader.read(
            plan.read, instances: positions, memory: session.memory ?? ReadMemory(plan.read), from: peer,
            limits: WalkLimits(), deadline: deadline)
        session.memory = reading.memory
        if let failure = reading.failure, !reading.isAnswered, !isIdentified { throw failure }
        for position in positions where reading.scalars[position]?.isPresent == false {
            reading.scalars[position] = nil
        }
        // A reading that ended before all instances were answered says nothing of what the agent lacks.
        if session.asked == nil, reading.scalars[0] != nil || reading.failure == nil {
            session.asked = positions.filter { $0 < 2 || reading.scalars[$0] != nil }
        }
        return reading
    }

    /// Whether the agent restarted or was replaced since it was identified. sysUpTime also goes back when it wraps after 497
    /// days; matching once too often does no harm.
    private static func isRestarted(_ identity: AgentIdentity?, _ scalars: [SNMPValue?]) -> Bool {
        guard let identity else { return false }
        if let before = identity.uptime, let now = scalars[0]?.ticks, now < before { return true }
        if case .objectIdentifier(let objectID) = scalars[1], objectID != identity.objectID { return true }
        return false
    }

    /// - Returns: what changed since the agent was last identified.
    private func identify(
        _ session: inout AgentSession, at time: Timestamp
    ) async throws(SNMPError) -> [DeviceChange] {
        let answers = try await reader.get(
            [StandardObject.uptime, StandardObject.objectID, StandardObject.description], from: peer, deadline: deadline
        )
        guard answers.count == 3 else {
            throw SNMPError(.malformedReply, "expected 3 values, found \(answers.count)")
        }
        var identity = AgentIdentity(
            objectID: nil, description: answers[2].value.labelText, uptime: answers[0].value.ticks)
        if case .objectIdentifier(let objectID) = answers[1].value { identity.objectID = objectID }
        let result = await ModuleMatcher(reader: reader, peer: peer, deadline: deadline)
            .match(identity, modules: modules, names: moduleNames)
        let names = Set(result.matches.map(\.module))
        let matched = modules.filter { names.contains($0.name) }
        var changes: [DeviceChange] = []
        if result.failure?.code.isFinal != true {
            let device = try await IdentityReader(reader: reader, peer: peer, deadline: deadline, agent: identity)
                .read(matched)
            var now = DeviceMemory(device, identity)
            if let before = session.known {
                changes = DeviceChange.device(from: before, to: now)
                if !changes.contains(where: { $0.code == .deviceReplaced }) { now = now.completed(from: before) }
            }
            session.known = now
            session.device = device
        }
        session.matches = result.matches
        session.identity = identity
        session.adopt(ReadingPlan(modules: matched))
        // An incomplete match is used for this poll and made again at the next.
        session.matchedAt = result.failure == nil ? time : Timestamp(milliseconds: 0)
        session.matchReason = result.failure.map { PollReason($0) }
        if !result.unknown.isEmpty {
            session.matchReason = PollReason(
                code: "no_module", detail: "no module is called \(result.unknown.joined(separator: ", "))")
        } else if result.matches.isEmpty, result.failure == nil {
            session.matchReason = PollReason(
                code: "no_module",
                detail: "no module applies to sysObjectID \(identity.objectID?.description ?? "(none)")")
        }
        return changes
    }
}

extension SNMPValue {
    /// Hundredths of a second; some agents send them as another kind of number.
    fileprivate var ticks: UInt32? {
        switch self {
        case .timeTicks(let value), .gauge32(let value), .counter32(let value): value
        case .integer(let value): UInt32(exactly: value)
        default: nil
        }
    }
}

extension PollReason {
    package init(_ error: SNMPError) {
        self.init(code: error.code.rawValue, detail: error.detail)
    }
}
