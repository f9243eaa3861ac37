package import Inventory
import Logging
package import MonitoringModel
package import SNMP
import Synchronization

/// A whole inventory of devices answering real SNMP and HTTP on loopback.
///
/// `start` opens the sockets, after which the agents answer; `run` waits until the surrounding task is cancelled and closes
/// everything. Nothing listens beyond this machine: the HTTP and UDP sockets are bound to all addresses, because every device
/// has its own of 127.0.0.0/8, and refuse whatever does not come from loopback and lead to loopback.
package final class CitySimulation: Sendable {
    package struct Options: Sendable {
        /// UDP port of every agent; 0 picks a free one.
        package var agentPort: UInt16 = 16261
        /// TCP port on which servers, rooms and portals answer HTTP; 0 picks a free one.
        package var httpPort: UInt16 = 16280
        /// TCP port of the control page on 127.0.0.1; 0 picks a free one.
        package var controlPort: UInt16 = 8471
        /// Bearer token of the control page; empty: the page lets nobody in.
        package var controlToken: String = ""
        /// Where traps go; nil: none are sent.
        package var trapDestination: SNMPEndpoint?
        package var seed: UInt64 = 2016
        /// How many times as fast as the wall clock the simulated world runs: 0.01...100,000.
        package var speed: Double = 1
        /// Faults from the start, in the language of the control page: `link-down:ID`, `device-dead:ID`, …
        package var faults: [String] = []
        /// Recordings that devices answer with instead of simulated objects, by device id.
        package var recordings: [String: SNMPRecording] = [:]
        /// Tells the time; the machine's clock when nil.
        package var clock: (any WallClock)?

        package init() {}
    }

    private let city: SimulatedCity
    private let options: Options
    private let credentials: [SNMPCredential?]
    private let listening = Mutex(Listening())

    /// What is open.
    private struct Listening {
        var agents: AgentServer?
        var pages: PageServer?
        var agentPort: UInt16
        var httpPort: UInt16
        var controlPort: UInt16

        init(agentPort: UInt16 = 0, httpPort: UInt16 = 0, controlPort: UInt16 = 0) {
            self.agentPort = agentPort
            self.httpPort = httpPort
            self.controlPort = controlPort
        }
    }

    /// - Parameters:
    ///   - inventory: with the addresses of the real devices; see `simulatedInventory`.
    ///   - credentials: by the ids used in the inventory.
    /// - Throws: `SimulationError` when the inventory does not fit together, an address has no place on loopback, or a fault is
    ///   not one.
    package init(inventory: CityInventory, credentials: [String: SNMPCredential], options: Options) throws {
        city = try SimulatedCity(
            inventory: inventory, seed: options.seed, speed: options.speed, recordings: options.recordings,
            clock: options.clock ?? SystemWallClock())
        self.options = options
        var found: [SNMPCredential?] = []
        for device in inventory.devices {
            guard let access = device.snmp else {
                found.append(nil)
                continue
            }
            guard let credential = credentials[access.credential] else {
                throw SimulationError(
                    .inventory, "device \"\(device.id)\": no credential has the id \"\(access.credential)\"")
            }
            found.append(credential)
        }
        self.credentials = found
        listening.withLock {
            $0 = Listening(
                agentPort: options.agentPort, httpPort: options.httpPort, controlPort: options.controlPort)
        }
        for fault in options.faults { try city.apply(fault) }
    }

    deinit {
        close()
    }

    /// The inventory with each device's address and ports replaced by where its simulation answers. Ports picked are known
    /// once `start` has returned.
    package var simulatedInventory: CityInventory {
        var inventory = city.inventory
        let (agentPort, httpPort) = listening.withLock { ($0.agentPort, $0.httpPort) }
        for number in inventory.devices.indices {
            inventory.devices[number].address = city.addresses.addresses[number]
            inventory.devices[number].snmp?.port = agentPort
            for check in inventory.devices[number].checks.indices {
                inventory.devices[number].checks[check].scheme = .http
                inventory.devices[number].checks[check].port = httpPort
            }
        }
        return inventory
    }

    /// UDP port of every agent.
    package var agentPort: UInt16 { listening.withLock { $0.agentPort } }

    /// TCP port of every device's pages.
    package var httpPort: UInt16 { listening.withLock { $0.httpPort } }

    /// Where the control page is.
    package var controlEndpoint: SNMPEndpoint {
        SNMPEndpoint(address: [127, 0, 0, 1], port: listening.withLock { $0.controlPort })
    }

    /// The world now, as a value: for filling in its past, see `CityWorld.pool(_:at:)`.
    package var world: CityWorld { city.world }

    /// The faults in force, each as the text that brings it about.
    package var activeFaults: [String] { city.world.activeFaults() }

    /// Ids of the devices a path joins to the monitor's site now.
    package func reachableDevices() -> Set<String> {
        let world = city.world
        return Set(world.plan.devices.indices.filter { world.isReached($0) }.map { world.plan.devices[$0].id })
    }

    /// The objects of a device as they are now, whether or not it can be reached; nil for an unknown id.
    package func objects(of device: String) -> (any ManagedObjects)? {
        city.plan.deviceNumbers[device].map { city.objects(of: $0) }
    }

    /// Datagrams to the agents that were dropped because they did not go from loopback to loopback.
    package var refusedDatagrams: Int { listening.withLock { $0.agents?.refusedDatagrams ?? 0 } }

    /// Traps that were not sent because 10,000 were waiting.
    package var droppedTraps: Int { city.droppedTraps }

    /// Opens the sockets. Call once.
    package func start() async throws {
        let agents = try AgentServer(
            city: city, credentials: credentials, port: options.agentPort, trapDestination: options.trapDestination)
        do {
            let pages = try await PageServer(
                city: city, httpPort: options.httpPort, controlPort: options.controlPort, token: options.controlToken)
            listening.withLock {
                $0.agents = agents
                $0.pages = pages
                $0.agentPort = agents.port
                $0.httpPort = pages.httpPort
                $0.controlPort = pages.controlPort
            }
        } catch {
            agents.stop()
            throw error
        }
    }

    /// Answers until cancelled, then closes the sockets. Returns normally on cancellation and graceful shutdown.
    package func run() async throws {
        defer { close() }
        guard let pages = listening.withLock({ $0.pages }) else {
            throw SimulationError(.system, "the simulated city was not started")
        }
        try await pages.run()
    }

    /// Injects or ends a fault, as the control page does: `link-down:ID`, `link-up:ID`, …
    /// - Throws: `SimulationError` with the known faults and ids when the text is not one.
    package func apply(fault: String) throws {
        try city.apply(fault)
    }

    private func close() {
        let (agents, pages) = listening.withLock { listening in
            defer {
                listening.agents = nil
                listening.pages = nil
            }
            return (listening.agents, listening.pages)
        }
        agents?.stop()
        pages?.stop()
    }
}
