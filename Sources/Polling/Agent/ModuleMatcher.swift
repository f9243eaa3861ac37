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
        /// The first probe that failed. What it would have told is unknown, so the agent is to be matched again.
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
        for module in modules {
            if let reason = Self.reason(module.match, identity) {
                result.matches.append(ModuleMatch(module: module.name, reason: reason))
            } else if result.failure?.code.isFinal != true {
                do throws(SNMPError) {
                    if let probe = try await firstPresent(module.match.probes) {
                        result.matches.append(ModuleMatch(module: module.name, reason: "the agent has \(probe)"))
                    }
                } catch {
                    if result.failure == nil { result.failure = error }
                }
            }
        }
        return result
    }

    /// Why a module applies by what the agent said already; nil when that does not settle it.
    package static func reason(_ match: DeviceModule.Match, _ identity: AgentIdentity) -> String? {
        if match.sysObjectIDs.isEmpty, match.sysDescriptions.isEmpty, match.probes.isEmpty {
            return "applies to every agent"
        }
        if let objectID = identity.objectID, let prefix = match.sysObjectIDs.first(where: objectID.starts(with:)) {
            return "sysObjectID \(objectID) is below \(prefix)"
        }
        let description = identity.description.lowercased()
        if let text = match.sysDescriptions.first(where: { description.contains($0.lowercased()) }) {
            return "sysDescr contains \"\(text)\""
        }
        return nil
    }

    private func firstPresent(_ probes: [ObjectIdentifier]) async throws(SNMPError) -> ObjectIdentifier? {
        var limits = WalkLimits()
        limits.rows = 1
        for probe in probes {
            do throws(SNMPError) {
                if try await !reader.walk(probe, from: peer, limits: limits, deadline: deadline).isEmpty {
                    return probe
                }
            } catch {
                // More than the one row allowed: there is something.
                if error.code == .walkLimit { return probe }
                throw error
            }
        }
        guard !probes.isEmpty else { return nil }
        // A probe may also be an instance, which has nothing below it.
        let values = try await reader.get(probes, from: peer, deadline: deadline)
        return zip(probes, values).first { $1.value.isPresent }?.0
    }
}
