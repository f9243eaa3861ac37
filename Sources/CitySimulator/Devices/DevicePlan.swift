import Inventory

/// What one simulated device has: fixed for the run, drawn from the seed.
struct DevicePlan: Sendable {
    struct Port: Sendable {
        enum Source: Hashable, Sendable {
            /// An end of a link of the inventory, by its number.
            case link(Int, isA: Bool)
            /// Traffic of its own: shares of the speed at full level, in and out.
            case local(inward: Flow.Strength, outward: Flow.Strength)
            /// Nothing is plugged in.
            case unplugged
        }

        var name: String
        var alias: [UInt8]
        /// ifType: 6 ethernetCsmacd, 24 softwareLoopback.
        var type: Int32
        var bitsPerSecond: Double
        var physicalAddress: [UInt8]
        var source: Source
        /// Names the port's unrest.
        var stream: UInt64
        /// Bytes an average packet has here.
        var packetBytes: Double
        /// Packets for each damaged one; 0: none is ever damaged.
        var packetsPerError: Double

        /// Whether this port works while nothing is wrong.
        var isPlugged: Bool { source != .unplugged }
    }

    struct Storage: Sendable {
        enum Source: Hashable, Sendable {
            /// A pool of the inventory, by its number.
            case pool(Int)
            /// Wanders around a share of the size.
            case wandering(around: Double, by: Double)
        }

        enum Kind: UInt32, Sendable {
            /// Last sub-identifier below hrStorageTypes.
            case memory = 2, virtualMemory = 3, fixedDisk = 4
        }

        var name: String
        var kind: Kind
        /// Bytes in an allocation unit, such that the size in units fits 31 bits.
        var unit: Int64
        var bytes: Double
        var source: Source
        var stream: UInt64
    }

    struct Sensor: Sendable {
        enum Quantity: Int32, Sendable {
            /// EntitySensorDataType.
            case celsius = 8, relativeHumidity = 9, revolutionsPerMinute = 10
        }

        var name: String
        var quantity: Quantity
        var middle: Double
        var stream: UInt64
    }

    let id: String
    let kind: Device.Kind
    let name: String
    let location: String
    let stream: UInt64
    var ports: [Port]
    let storages: [Storage]
    let sensors: [Sensor]
    let processors: Int
    let memoryBytes: Double
    /// Load of each processor at full level, 0...1.
    let processorStrength: Double
    /// Wall-clock seconds this device had been running when the simulation started.
    let uptimeAtStart: Double
    let vendor: String
    let model: String

    var hasHostResources: Bool { processors > 0 }

    /// Number of the port with this ifName.
    func port(named name: String) -> Int? {
        ports.firstIndex { $0.name == name }
    }
}

/// A pool of the inventory and how it fills.
struct PoolPlan: Sendable {
    let id: String
    let bytes: Double
    let unit: Int64
    /// Bytes used at the start of the simulation, without weekly ups and downs.
    let usedAtStart: Double
    /// Bytes a second.
    let growth: Double
    let stream: UInt64
}
