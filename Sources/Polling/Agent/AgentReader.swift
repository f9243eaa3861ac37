package import SNMP

/// Asks agents. `SNMPClient` in service; a table of answers in tests of what faults lead to.
package protocol AgentReader: Sendable {
    /// The values of these instances in the order asked; an object the agent lacks is an exception value.
    func get(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind]

    /// Everything below `root` in increasing order.
    func walk(
        _ root: ObjectIdentifier, from peer: SNMPPeer, limits: WalkLimits, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind]
}

extension SNMPClient: AgentReader {}

/// What one poll read of an agent.
package struct AgentReading: Sendable {
    /// By position in `ReadingPlan.instances`; nil when the agent lacks the object.
    package var scalars: [SNMPValue?]
    /// By position in `ReadingPlan.columns`; nil when the column could not be read, empty when the agent lacks it.
    package var columns: [ArraySlice<VarBind>?]
    /// The first thing that went wrong.
    package var failure: SNMPError?

    package init(scalars: [SNMPValue?], columns: [ArraySlice<VarBind>?], failure: SNMPError? = nil) {
        self.scalars = scalars
        self.columns = columns
        self.failure = failure
    }
}

/// Reads the columns of a plan in few packets.
///
/// Columns of one table are either walked one by one, at about `rows ÷ repetitions` packets each, or all at once by walking the
/// whole conceptual row with what nobody wants in between. Which is cheaper follows from the number of rows the last
/// poll found: a small table of many wanted columns is read whole, a large one by column. Requests to one agent follow one another;
/// many agents are small computers.
package struct ColumnReader: Sendable {
    let reader: any AgentReader
    let peer: SNMPPeer
    let deadline: ContinuousClock.Instant

    package init(reader: any AgentReader, peer: SNMPPeer, deadline: ContinuousClock.Instant) {
        self.reader = reader
        self.peer = peer
        self.deadline = deadline
    }

    /// - Parameters:
    ///   - scalars: what was read of the plan's instances already.
    ///   - rows: rows of each of the plan's groups as last seen; nil: not known.
    package func read(_ plan: ReadingPlan, scalars: [SNMPValue?], rows: [Int?]) async -> AgentReading {
        var reading = AgentReading(scalars: scalars, columns: Array(repeating: nil, count: plan.columns.count))
        for (number, group) in plan.groups.enumerated() {
            let wanted = group.map { plan.columns[$0] }
            do {
                if Self.readsWhole(wanted, rows: rows[number], repetitions: peer.maxRepetitions) {
                    try await readWhole(group, wanted, into: &reading)
                } else {
                    try await readColumns(group, wanted, into: &reading)
                }
            } catch {
                // An agent that fell silent would only cost time that other polls need.
                return reading
            }
        }
        return reading
    }

    /// Whether walking the conceptual row takes fewer packets than walking its wanted columns.
    package static func readsWhole(_ wanted: [ObjectIdentifier], rows: Int?, repetitions: Int) -> Bool {
        guard let rows, rows > 0, wanted.count > 1 else { return false }
        let perPacket = max(1, repetitions)
        // Columns are numbered from 1, so the highest one wanted says how many there are, or nearly: two are added for those
        // beyond it, through which the walk also goes.
        let highest = Int(wanted.compactMap(\.components.last).max() ?? 0)
        guard highest <= 1_000 else { return false }
        let whole = (rows * (highest + 2)) / perPacket + 1
        let single = wanted.count * (rows / perPacket + 1)
        return whole < single
    }

    private func readColumns(
        _ group: [Int], _ wanted: [ObjectIdentifier], into reading: inout AgentReading
    ) async throws(SNMPError) {
        for (position, column) in zip(group, wanted) {
            do throws(SNMPError) {
                let cells = try await reader.walk(column, from: peer, limits: WalkLimits(), deadline: deadline)
                reading.columns[position] = cells[...]
            } catch {
                try note(error, reading: &reading)
            }
        }
    }

    private func readWhole(
        _ group: [Int], _ wanted: [ObjectIdentifier], into reading: inout AgentReading
    ) async throws(SNMPError) {
        let entry = ObjectIdentifier(Array(wanted[0].components.dropLast()))
        var cells: [VarBind] = []
        do throws(SNMPError) {
            cells = try await reader.walk(entry, from: peer, limits: WalkLimits(), deadline: deadline)
        } catch {
            if error.code.isFinal { return try note(error, reading: &reading) }
            // One column may break the walk of all; the others can still be read.
            return try await readColumns(group, wanted, into: &reading)
        }
        for (position, column) in zip(group, wanted) {
            let start = Self.partition(cells) { $0.oid < column }
            let end = Self.partition(cells) { $0.oid < column || $0.oid.starts(with: column) }
            reading.columns[position] = cells[start..<end]
        }
    }

    /// - Throws: the error itself when asking on makes no sense.
    private func note(_ error: SNMPError, reading: inout AgentReading) throws(SNMPError) {
        if reading.failure == nil { reading.failure = error }
        if error.code.isFinal { throw error }
    }

    /// The number of cells at the front that satisfy a condition which no later one satisfies.
    private static func partition(_ cells: [VarBind], _ isBefore: (VarBind) -> Bool) -> Int {
        var (low, high) = (0, cells.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(cells[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SNMPError.Code {
    /// Whether further requests to the same agent would fare no better.
    var isFinal: Bool {
        switch self {
        case .malformedReply, .errorStatus, .oidNotIncreasing, .walkLimit: false
        case .timeout, .portClosed, .hostUnreachable, .wrongCommunity, .unknownUser, .wrongAuthentication,
            .wrongPrivacy,
            .notInTimeWindow, .deadline, .system, .cancelled:
            true
        }
    }
}
