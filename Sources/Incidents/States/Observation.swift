package import MonitoringModel

/// Something learnt about a device or an interface.
///
/// `at` is when the question was asked, so that an answer given before a line was cut is not taken for one given after.
package enum Observation: Sendable {
    /// A poll of a device ended. `reason` is the poll's reason code when it failed.
    case poll(device: String, isUp: Bool, reason: String?, at: Timestamp)
    /// The state of an interface, from a poll or from the poll that confirmed a trap.
    case interface(
        device: String, interface: String, isUp: Bool, isAdministrativelyUp: Bool, source: Source, at: Timestamp)

    package enum Source: String, Sendable, Codable {
        case poll, trap
    }
}

/// How things stand with a device, link or site.
package enum Standing: Hashable, Sendable {
    /// Nothing is known yet, or not since a path to it came back.
    case unknown
    case up
    case down(since: Timestamp)
    /// Silent because of a cause elsewhere, named by the entity's id (a link or device).
    case unreachable(because: String, since: Timestamp)
}

/// All standings at one moment, for pages and the API.
package struct Standings: Sendable {
    /// Keyed by inventory ids.
    package var devices: [String: Standing]
    package var links: [String: Standing]
    /// Up when at least one of its devices is; unreachable when none is, and a cause elsewhere explains it.
    package var sites: [String: Standing]

    package init(
        devices: [String: Standing] = [:], links: [String: Standing] = [:], sites: [String: Standing] = [:]
    ) {
        self.devices = devices
        self.links = links
        self.sites = sites
    }
}
