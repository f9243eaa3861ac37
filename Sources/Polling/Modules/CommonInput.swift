package import Inventory

/// What an object can say for the common metrics of its device, of what is declared on it and of its room.
package enum CommonInput: Hashable, Sendable {
    /// A figure of the whole device, combined of all values that speak of it.
    case device(DeviceInput)
    /// Of one store among several, known by its row.
    case store(StoreInput)
    /// Of one link, known by its row.
    case link(LinkInput)
    case room(RoomInput)

    package enum DeviceInput: String, CaseIterable, Sendable {
        case cpuRatio = "device_cpu_ratio"
        case memorySize = "device_memory_size_bytes"
        case memoryUsed = "device_memory_used_bytes"
        case memoryFree = "device_memory_free_bytes"
        case memoryRatio = "device_memory_used_ratio"
        case temperature = "device_temperature_celsius"
        case humidity = "device_humidity_ratio"
        case power = "device_power_watts"
        case batteryCharge = "device_battery_charge_ratio"
        case batteryRuntime = "device_battery_runtime_seconds"
        case load = "device_load_ratio"
        case sessions = "device_sessions"
        case uptime = "device_uptime_seconds"
    }

    package enum StoreInput: Hashable, Sendable {
        case amount(Amount, ResourceUnit)
        /// The used share of the size, whatever that is measured in.
        case ratio

        /// Whether it says something of a store that is measured in a unit.
        func isOf(_ unit: ResourceUnit) -> Bool {
            if case .amount(_, let own) = self { own == unit } else { true }
        }

        package enum Amount: String, CaseIterable, Sendable {
            case size, used, free, allocated
        }
    }

    package enum LinkInput: String, CaseIterable, Sendable {
        case up = "link_up"
        case speed = "link_speed_bytes_per_second"
        case received = "link_receive_bytes_total"
        case transmitted = "link_transmit_bytes_total"
        case errors = "link_errors_total"
    }

    package enum RoomInput: String, CaseIterable, Sendable {
        case ready = "room_ready"
        case inCall = "room_in_call"
        case packetLoss = "room_packet_loss_ratio"
        case jitter = "room_jitter_seconds"
    }

    /// What the object must measure; nil: a number of no unit.
    package var quantity: MetricUnit.Quantity? {
        switch self {
        case .device(let input):
            switch input {
            case .cpuRatio, .memoryRatio, .humidity, .batteryCharge, .load: .share
            case .memorySize, .memoryUsed, .memoryFree: .information
            case .temperature: .temperature
            case .power: .power
            case .batteryRuntime, .uptime: .time
            case .sessions: .count
            }
        case .store(.amount(_, let unit)):
            switch unit {
            case .bytes: .information
            case .bytesPerSecond: .dataRate
            case .watts: .power
            case .cores, .rackUnits, .count: .count
            }
        case .store(.ratio): .share
        case .link(let input):
            switch input {
            case .speed: .dataRate
            case .received, .transmitted: .information
            case .errors: .count
            case .up: nil
            }
        case .room(let input):
            switch input {
            case .packetLoss: .share
            case .jitter: .time
            case .ready, .inCall: nil
            }
        }
    }

    /// Whether a value speaks of one thing among several, known by its row.
    package var isOfRow: Bool {
        switch self {
        case .store, .link: true
        case .device, .room: false
        }
    }

    /// Whether the value is a state, which is told by `health` too.
    package var isState: Bool { self == .room(.ready) || self == .link(.up) }
}

/// By the names that modules use.
extension CommonInput: RawRepresentable, CaseIterable {
    package static let allCases: [CommonInput] =
        DeviceInput.allCases.map { .device($0) }
        + ResourceUnit.allCases.flatMap { unit in
            StoreInput.Amount.allCases.map { .store(.amount($0, unit)) }
        } + [.store(.ratio)] + LinkInput.allCases.map { .link($0) } + RoomInput.allCases.map { .room($0) }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    package init?(rawValue: String) {
        guard let input = Self.byName[rawValue] else { return nil }
        self = input
    }

    package var rawValue: String {
        switch self {
        case .device(let input): input.rawValue
        case .store(.amount(let amount, let unit)): "capacity_\(amount.rawValue)_\(unit.rawValue)"
        case .store(.ratio): "capacity_used_ratio"
        case .link(let input): input.rawValue
        case .room(let input): input.rawValue
        }
    }
}
