package import MonitoringModel

/// A pool at one time.
package struct PoolReading: Hashable, Sendable {
    package var usedBytes: Double
    package var sizeBytes: Double
}

/// A link at one time.
package struct LinkReading: Hashable, Sendable {
    /// As the device at this end counts: ifHCInOctets and ifHCOutOctets, and how fast they grow at this time.
    package struct End: Hashable, Sendable {
        package var receivedBytes: Double
        package var transmittedBytes: Double
        package var receivedBytesPerSecond: Double
        package var transmittedBytesPerSecond: Double
    }

    package var isUp: Bool
    package var a: End
    package var b: End
}

/// A room at one time.
package struct RoomReading: Hashable, Sendable {
    /// Registered and reached.
    package var isReady: Bool
    package var isInCall: Bool
    /// 0...1.
    package var packetLossRatio: Double
    package var jitterSeconds: Double
}

/// The past, for filling an empty store: continuous into what the agents answer from the start on, and consistent with it.
///
/// Any time is legal. Before the start nothing was ever wrong; after it the present faults hold. Link counters begin with their
/// device, at least 110 days (of wall-clock time) before the start, and are 0 earlier.
extension CityWorld {
    /// Nil for an unknown id.
    package func pool(_ id: String, at time: Timestamp) -> PoolReading? {
        plan.poolNumbers[id].map { pool($0, at: moment(at: time)) }
    }

    /// Nil for an unknown id.
    package func link(_ id: String, at time: Timestamp) -> LinkReading? {
        plan.linkNumbers[id].map { linkOctets($0, at: moment(at: time)) }
    }

    /// Mean load of a device's processors, 0...1. Nil for an unknown id, and for a device that tells of none.
    package func processorShare(_ id: String, at time: Timestamp) -> Double? {
        plan.deviceNumbers[id].flatMap {
            plan.devices[$0].processors > 0 ? processorShare($0, at: moment(at: time)) : nil
        }
    }

    /// Nil for an unknown id.
    package func room(_ id: String, at time: Timestamp) -> RoomReading? {
        plan.rooms.firstIndex { $0.id == id }.map { room($0, at: moment(at: time)) }
    }
}
