package import Inventory
package import MonitoringModel

/// The metrics that mean the same for every device, in base units, written for declared things only (design section 4).
package enum CommonMetric: String, CaseIterable, Sendable {
    case linkUp = "link_up"
    case linkSpeed = "link_speed_bytes_per_second"
    case linkReceived = "link_receive_bytes_total"
    case linkTransmitted = "link_transmit_bytes_total"
    case linkErrors = "link_errors_total"
    case cpuRatio = "device_cpu_ratio"
    case memoryUsed = "device_memory_used_bytes"
    case memorySize = "device_memory_size_bytes"
    case memoryRatio = "device_memory_used_ratio"
    case temperature = "device_temperature_celsius"
    case humidity = "device_humidity_ratio"
    case power = "device_power_watts"
    case batteryCharge = "device_battery_charge_ratio"
    case batteryRuntime = "device_battery_runtime_seconds"
    case load = "device_load_ratio"
    case sessions = "device_sessions"
    case uptime = "device_uptime_seconds"
    case health = "device_health"
    case componentHealth = "component_health"
    case identity = "device_info"
    case changes = "device_changes_total"
    case roomReady = "room_ready"
    case roomInCall = "room_in_call"
    case roomPacketLoss = "room_packet_loss_ratio"
    case roomJitter = "room_jitter_seconds"

    package var metadata: MetricMetadata {
        let (kind, help): (MetricMetadata.Kind, String) =
            switch self {
            case .linkUp: (.gauge, "Whether the interface at this end of a declared link works (1) or not (0).")
            case .linkSpeed: (.gauge, "Speed of the interface at this end, in each direction.")
            case .linkReceived: (.counter, "Bytes received at this end.")
            case .linkTransmitted: (.counter, "Bytes sent at this end.")
            case .linkErrors:
                (.counter, "Packets that came damaged or could not be sent because of errors at this end.")
            case .cpuRatio: (.gauge, "Share of time in which the device's processors were busy, 0 to 1.")
            case .memoryUsed: (.gauge, "Main memory in use.")
            case .memorySize: (.gauge, "Main memory of the device.")
            case .memoryRatio: (.gauge, "Share of the main memory in use, 0 to 1.")
            case .temperature: (.gauge, "The highest temperature any sensor of the device reports.")
            case .humidity: (.gauge, "The highest relative humidity any sensor of the device reports, 0 to 1.")
            case .power: (.gauge, "What the device draws, or what is drawn through it.")
            case .batteryCharge: (.gauge, "Charge of the device's weakest battery, 0 to 1.")
            case .batteryRuntime: (.gauge, "How long the device's battery lasts under the present load.")
            case .load: (.gauge, "Load of a UPS or PDU as a share of what it bears.")
            case .sessions: (.gauge, "Sessions a firewall or balancer keeps.")
            case .uptime: (.gauge, "Time since the device started.")
            case .health: (.gauge, "The worst of the device's parts: 0 ok, 1 warning, 2 critical.")
            case .componentHealth: (.gauge, "What the agent says of one part: 0 ok, 1 warning, 2 critical.")
            case .changes:
                (
                    .counter,
                    "What changed about the device since the service started, by code: interfaces, software, the device."
                )
            case .identity: (.gauge, "Who made the device and what it is, as its agent says; the value is 1.")
            case .roomReady: (.gauge, "Whether the room's codec answers and is registered (1) or not (0).")
            case .roomInCall: (.gauge, "Whether the room is in a call (1) or not (0).")
            case .roomPacketLoss: (.gauge, "Worst share of packets lost in the room's call, 0 to 1.")
            case .roomJitter: (.gauge, "Worst jitter in the room's call.")
            }
        return MetricMetadata(name: rawValue, kind: kind, help: help)
    }

    /// The metric of a pool: `capacity_size_bytes`, `capacity_used_watts`.
    package static func capacity(_ amount: CommonInput.StoreInput.Amount, _ unit: ResourceUnit) -> String {
        CommonInput.store(.amount(amount, unit)).rawValue
    }

    /// Type and help of the metrics of pools.
    package static let capacityMetadata: [MetricMetadata] = ResourceUnit.allCases.flatMap { unit in
        [
            (CommonInput.StoreInput.Amount.size, "Size of a declared pool."), (.used, "Used part of a declared pool."),
            (.allocated, "What a declared pool has promised to its volumes, used or not."),
        ].map { MetricMetadata(name: capacity($0.0, unit), kind: .gauge, help: $0.1) }
    }

    /// The labels of a pool's metrics, without those of the target.
    package static func labels(of pool: Pool) -> [Label] {
        [Label("kind", pool.kind), Label("resource", pool.id)]
    }

    /// The labels of a link's metrics at one end ("a" or "b"), without those of the target.
    package static func labels(ofLink link: String, end: String) -> [Label] {
        [Label("end", end), Label("link", link)]
    }

    /// The labels of a room's metrics, without those of the target.
    package static func labels(ofRoom room: String) -> [Label] {
        [Label("room", room)]
    }
}
