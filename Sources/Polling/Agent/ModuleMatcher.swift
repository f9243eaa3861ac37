package import SNMP

/// What an agent says of itself.
package struct AgentIdentity: Hashable, Sendable {
    package var objectID: ObjectIdentifier?
    package var description: String
    /// sysUpTime in hundredths of a second.
    package var uptime: UInt32?

    package init(objectID: ObjectIdentifier?, description: String, uptime: UInt32?) {
        self.objectID = objectID
        self.description = description
        self.uptime = uptime
    }
}

/// A module that applies to an agent, and why.
package struct ModuleMatch: Hashable, Sendable, CustomStringConvertible {
    package var module: String
    /// The condition that held, for people.
    package var reason: String

    package var description: String { "\(module): \(reason)" }
}

/// Finds the modules for an agent.
package struct ModuleMatcher: Sendable {
    package struct Result: Sendable {
        package var matches: [ModuleMatch] = []
        /// Why modules could not be matched. What they would have told is unknown, so the agent is to be matched again.
        package var failure: SNMPError?
        /// Modules asked for by name that do not exist.
        package var unknown: [String] = []
    }

    let reader: any AgentReader
    let peer: SNMPPeer
    let deadline: ContinuousClock.Instant

    package init(reader: any AgentReader, peer: SNMPPeer, deadline: ContinuousClock.Instant) {
        self.reader = reader
        self.peer = peer
        self.deadline = deadline
    }

    /// - Parameter names: the modules to use; empty: those whose conditions hold.
    package func match(_ identity: AgentIdentity, modules: [DeviceModule], names: [String]) async -> Result {
        var result = Result()
        if !names.isEmpty {
            let known = Set(modules.map(\.name))
            result.matches = names.filter(known.contains).map {
                ModuleMatch(module: $0, reason: "named by the inventory")
            }
            result.unknown = names.filter { !known.contains($0) }
            return result
        }
        let conditions = modules.flatMap { module in module.match.filter { $0.mayHold(for: identity) } }
        let probes = Array(Set(conditions.flatMap(\.probes))).sorted()
        var present: Set<ObjectIdentifier> = []
        do throws(SNMPError) {
            let found = probes.isEmpty ? [] : try await reader.next(probes, from: peer, deadline: deadline)
            for (probe, next) in zip(probes, found) where next.oid.starts(with: probe) && !next.value.isException {
                present.insert(probe)
            }
        } catch {
            result.failure = error
        }
        for module in modules where !module.isByNameOnly {
            if module.match.isEmpty {
                result.matches.append(ModuleMatch(module: module.name, reason: "applies to every agent"))
            } else if let reason = module.match.lazy.compactMap({ $0.reason(identity, present) }).first {
                result.matches.append(ModuleMatch(module: module.name, reason: reason))
            }
        }
        return result
    }
}

extension DeviceModule.Condition {
    /// Whether all holds that can be told from what the agent said already.
    package func mayHold(for identity: AgentIdentity) -> Bool {
        (sysObjectIDs.isEmpty || objectIDPrefix(identity) != nil)
            && (sysDescriptions.isEmpty || pattern(identity) != nil)
    }

    /// Why the condition holds, for people; nil when it does not.
    /// - Parameter present: of the probes of all modules, those below which the agent has something.
    package func reason(_ identity: AgentIdentity, _ present: Set<ObjectIdentifier>) -> String? {
        guard mayHold(for: identity) else { return nil }
        var reasons: [String] = []
        if let prefix = objectIDPrefix(identity), let objectID = identity.objectID {
            reasons.append("sysObjectID \(objectID) is below \(prefix)")
        }
        if let pattern = pattern(identity) { reasons.append("sysDescr has \"\(pattern.source)\"") }
        if !probes.isEmpty {
            guard let probe = probes.first(where: present.contains) else { return nil }
            reasons.append("the agent has \(probe)")
        }
        return reasons.joined(separator: ", ")
    }

    private func objectIDPrefix(_ identity: AgentIdentity) -> ObjectIdentifier? {
        guard let objectID = identity.objectID else { return nil }
        return sysObjectIDs.filter(objectID.starts(with:)).max { $0.components.count < $1.components.count }
    }

    private func pattern(_ identity: AgentIdentity) -> TextPattern? {
        sysDescriptions.first { $0.isFound(in: identity.description) }
    }
}
