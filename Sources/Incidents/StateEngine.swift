package import Inventory
package import MonitoringModel

/// Something learnt about a device or an interface.
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
    /// Nothing is known yet.
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
    /// Up when at least one of its devices is; unreachable when all are.
    package var sites: [String: Standing]

    package init(
        devices: [String: Standing] = [:], links: [String: Standing] = [:], sites: [String: Standing] = [:]
    ) {
        self.devices = devices
        self.links = links
        self.sites = sites
    }
}

/// What must survive a restart: the alerts that fire and why. Implemented by StateStore.
package protocol AlertStateStore: Sendable {
    /// Replaces everything stored; durable when it returns.
    func save(_ records: [AlertRecord]) async throws
    func load() async throws -> [AlertRecord]
}

/// One alert as stored.
package struct AlertRecord: Hashable, Sendable, Codable {
    /// `link:ID` or `device:ID`.
    package var entity: String
    package var labels: LabelSet
    package var annotations: [String: String]
    package var activeAt: Timestamp
    package var source: Observation.Source

    package init(
        entity: String, labels: LabelSet, annotations: [String: String], activeAt: Timestamp,
        source: Observation.Source
    ) {
        self.entity = entity
        self.labels = labels
        self.annotations = annotations
        self.activeAt = activeAt
        self.source = source
    }
}

/// Link and device states, reachability and the alerts that follow from them.
///
/// A pure state machine: no clock, no I/O. Its owner feeds observations and sends out what changed.
package struct StateEngine: Sendable {
    package struct Options: Hashable, Sendable {
        /// Failed polls in a row after which a device is down.
        package var missedPolls = 3
        package init() {}
    }

    /// - Parameter restored: alerts that fired when the process ended; they fire again without being announced anew, until an
    ///   observation ends them.
    package init(inventory: CityInventory, options: Options = Options(), restored: [AlertRecord] = []) {
    }

    /// Takes one observation in and returns the alerts that began or ended because of it, causes first.
    package mutating func observe(_ observation: Observation) -> [Alert] { [] }

    /// Swaps the inventory and keeps the state of what is in both; returns alerts that ended because their subject is gone.
    package mutating func update(_ inventory: CityInventory, at time: Timestamp) -> [Alert] { [] }

    /// Alerts that fire, oldest first.
    package var alerts: [Alert] { [] }

    /// What to store.
    package var records: [AlertRecord] { [] }

    package var standings: Standings { Standings() }
}
