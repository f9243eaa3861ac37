package import SNMP

/// Finds out who made a device, from the identities of the modules that apply to it.
package struct IdentityReader: Sendable {
    let reader: any AgentReader
    let peer: SNMPPeer
    let deadline: ContinuousClock.Instant
    let agent: AgentIdentity

    /// Rows of a column looked through for one that tells something.
    private static let mostRows = 2_000

    package init(
        reader: any AgentReader, peer: SNMPPeer, deadline: ContinuousClock.Instant, agent: AgentIdentity
    ) {
        self.reader = reader
        self.peer = peer
        self.deadline = deadline
        self.agent = agent
    }

    /// - Parameter modules: those that apply. Modules for one maker's devices are asked before generic ones, and of those the one
    ///   whose sysObjectID fits best first.
    package func read(_ modules: [DeviceModule]) async throws(SNMPError) -> DeviceIdentity {
        let identities = modules.enumerated().sorted { a, b in
            let (left, right) = (rank(a.element), rank(b.element))
            return left == right ? a.offset < b.offset : left < right
        }.compactMap { module in
            module.element.identities.first { $0.condition.mayHold(for: agent) }
        }
        var values = try await firstRows(identities)
        var result = DeviceIdentity()
        result.kind = identities.lazy.compactMap(\.kind).first
        result.vendor = try await text(identities.flatMap(\.vendor), &values)
        result.model = try await text(identities.flatMap(\.model), &values)
        result.software = try await text(identities.flatMap(\.software), &values)
        result.serial = try await text(identities.flatMap(\.serial), &values)
        return result
    }

    private func rank(_ module: DeviceModule) -> Int {
        if module.isGeneric { return 1_000 }
        let prefixes = module.match.filter { $0.mayHold(for: agent) }.flatMap(\.sysObjectIDs).filter { prefix in
            agent.objectID.map { $0.starts(with: prefix) } ?? false
        }
        // Appliances that go by the sysObjectID of the software they are made of are told by what they have beside it.
        let isProbed = module.match.contains { $0.mayHold(for: agent) && !$0.probes.isEmpty }
        return (isProbed ? 0 : 100) - (prefixes.map(\.components.count).max() ?? 0)
    }

    /// The first instance below each object that the sources name, in one go.
    private func firstRows(
        _ identities: [DeviceModule.Identity]
    ) async throws(SNMPError) -> [ObjectIdentifier: SNMPValue] {
        var oids: Set<ObjectIdentifier> = []
        for source in identities.flatMap({ $0.vendor + $0.model + $0.software + $0.serial }) {
            if case .object(let oid, nil, _, _) = source { oids.insert(oid) }
        }
        guard !oids.isEmpty else { return [:] }
        let sorted = oids.sorted()
        let found = try await reader.next(sorted, from: peer, deadline: deadline)
        var values: [ObjectIdentifier: SNMPValue] = [:]
        for (oid, next) in zip(sorted, found) where next.oid.starts(with: oid) && next.value.isPresent {
            values[oid] = next.value
        }
        return values
    }

    private func text(
        _ sources: [DeviceModule.Identity.Source], _ values: inout [ObjectIdentifier: SNMPValue]
    ) async throws(SNMPError) -> String? {
        for source in sources {
            let found: String?
            switch source {
            case .text(let text): found = text
            case .description(let pattern): found = pattern.firstMatch(in: agent.description)
            case .objectID(let names):
                found =
                    names.filter { agent.objectID?.starts(with: $0.key) ?? false }
                    .max { $0.key.components.count < $1.key.components.count }?.value
            case .object(let oid, let condition, let pattern, let names):
                let raw = try await object(oid, condition, &values)
                found = raw.flatMap { raw in pattern.map { $0.firstMatch(in: raw) } ?? raw }.flatMap {
                    names.isEmpty ? $0 : names[$0]
                }
            }
            if let found = found.map(trimmed), !found.isEmpty { return found }
        }
        return nil
    }

    private func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text = text.dropLast() }
        return String(text.drop { $0 == " " })
    }

    private func object(
        _ oid: ObjectIdentifier, _ condition: DeviceModule.RowCondition?,
        _ values: inout [ObjectIdentifier: SNMPValue]
    ) async throws(SNMPError) -> String? {
        if let condition, case .column(let column) = condition.subject {
            for row in await rows(column) where condition.holds(row.value.labelText) {
                let instance = oid.appending(Array(row.oid.components.dropFirst(column.components.count)))
                let answers = try await reader.get([instance], from: peer, deadline: deadline)
                guard let value = answers.first?.value, value.isPresent else { continue }
                if !value.labelText.isEmpty { return value.labelText }
            }
            return nil
        }
        guard let first = values[oid] else { return nil }
        if !first.labelText.isEmpty { return first.labelText }
        let row = await rows(oid).first { !$0.value.labelText.isEmpty }
        values[oid] = row?.value
        return row?.value.labelText
    }

    /// The rows of a column; none of one that is too long or cannot be read, since who made a device is not worth a failed poll.
    private func rows(_ oid: ObjectIdentifier) async -> [VarBind] {
        var limits = WalkLimits()
        limits.rows = Self.mostRows
        do throws(SNMPError) {
            return try await reader.walk(oid, from: peer, limits: limits, deadline: deadline)
        } catch {
            return []
        }
    }
}
