package import Inventory
package import SNMP

/// A whole inventory of devices answering real SNMP and HTTP on loopback.
package final class CitySimulator: Sendable {
    package struct Options: Sendable {
        /// UDP port of every agent; 0 picks a free one.
        package var agentPort: UInt16 = 16261
        /// TCP port on which servers, rooms and portals answer HTTP; 0 picks a free one.
        package var httpPort: UInt16 = 16280
        /// TCP port of the control page on 127.0.0.1; 0 picks a free one.
        package var controlPort: UInt16 = 8471
        /// Bearer token of the control page.
        package var controlToken: String = ""
        /// Where traps go; nil: none are sent.
        package var trapDestination: SNMPEndpoint?
        package var seed: UInt64 = 2016
        /// How many times as fast as the wall clock the simulated world runs.
        package var speed: Double = 1
        /// Faults from the start, in the language of the control page: `link-down:ID`, `device-dead:ID`, …
        package var faults: [String] = []

        package init() {}
    }

    /// - Parameters:
    ///   - inventory: with the addresses of the real devices; see `simulatedInventory`.
    ///   - credentials: by the ids used in the inventory.
    package init(inventory: CityInventory, credentials: [String: SNMPCredential], options: Options) throws {
    }

    /// The inventory with each device's address and ports replaced by where its simulation answers. Ports picked are known
    /// once `start` has returned.
    package var simulatedInventory: CityInventory { CityInventory() }

    /// Opens the sockets.
    package func start() async throws {
    }

    /// Answers until cancelled.
    package func run() async throws {
    }

    /// Injects or ends a fault, as the control page does: `link-down:ID`, `link-up:ID`, …
    /// - Throws: with the known faults and ids when the text is not one.
    package func apply(fault: String) throws {
    }
}
