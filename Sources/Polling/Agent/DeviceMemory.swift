package import MonitoringModel
import SNMP

/// What is kept of a device beyond a restart: who answered last, so that another one behind its address is noticed, and how its
/// counters go on.
package struct DeviceMemory: Hashable, Codable, Sendable {
    package var serial: String?
    /// sysObjectID with dots.
    package var objectID: String?
    package var software: String?
    /// Counters that go on where those of the device before this one ended.
    package var counterShifts: [CounterShift] = []

    package struct CounterShift: Hashable, Codable, Sendable {
        package var series: LabelSet
        /// What is added to what the device counts.
        package var amount: Double

        package init(series: LabelSet, amount: Double) {
            self.series = series
            self.amount = amount
        }
    }

    package init() {}

    init(_ device: DeviceIdentity, _ agent: AgentIdentity) {
        serial = device.serial
        objectID = agent.objectID?.description
        software = device.software
    }

    /// This, with what an agent left out this time as it was.
    func completed(from before: DeviceMemory) -> DeviceMemory {
        var result = self
        result.serial = serial ?? before.serial
        result.objectID = objectID ?? before.objectID
        result.software = software ?? before.software
        return result
    }
}

/// Keeps the memories of devices. StateStore implements it.
package protocol DeviceMemoryStore: Sendable {
    /// By inventory id of the device.
    func deviceMemories() async throws -> [String: DeviceMemory]

    /// Replaces the memories of these devices; those of others stay.
    func save(_ memories: [String: DeviceMemory]) async throws
}
