package import Inventory
package import MonitoringModel

/// The metrics that mean the same for every device, in base units, written for declared things only (design section 4).
package enum CommonMetric: String, CaseIterable, Sendable {
    case capacitySize = "capacity_size_bytes"
    case capacityUsed = "capacity_used_bytes"
    case linkUp = "link_up"
    case linkSpeed = "link_speed_bytes_per_second"
    case linkReceived = "link_receive_bytes_total"
    case linkTransmitted = "link_transmit_bytes_total"
    case linkErrors = "link_errors_total"
    case cpuRatio = "device_cpu_ratio"
    case memoryUsed = "device_memory_used_bytes"
    case memorySize = "device_memory_size_bytes"
    case temperature = "device_temperature_celsius"
    case uptime = "device_uptime_seconds"
    case roomReady = "room_ready"
    case roomInCall = "room_in_call"
    case roomPacketLoss = "room_packet_loss_ratio"
    case roomJitter = "room_jitter_seconds"

    /// How objects that modules mark with `common` become this metric; nil: modules cannot feed it.
    ///
    /// A device has one value of each, so several rows are combined.
    package enum Combination: Sendable {
        /// Of percentages, the mean as a ratio.
        case meanOfPercentages
        case sum
        case maximum
    }

    package var combination: Combination? {
        switch self {
        case .cpuRatio: .meanOfPercentages
        case .memoryUsed, .memorySize: .sum
        case .temperature, .uptime: .maximum
        default: nil
        }
    }

    package var metadata: MetricMetadata {
        let (kind, help): (MetricMetadata.Kind, String) =
            switch self {
            case .capacitySize: (.gauge, "Size of a declared pool.")
            case .capacityUsed: (.gauge, "Used part of a declared pool.")
            case .linkUp: (.gauge, "Whether the interface at this end of a declared link works (1) or not (0).")
            case .linkSpeed: (.gauge, "Speed of the interface at this end, in each direction.")
            case .linkReceived: (.counter, "Bytes received at this end.")
            case .linkTransmitted: (.counter, "Bytes sent at this end.")
            case .linkErrors:
                (.counter, "Packets that came damaged or could not be sent because of errors at this end.")
            case .cpuRatio: (.gauge, "Share of time in which the device's processors were busy, 0 to 1.")
            case .memoryUsed: (.gauge, "Main memory in use.")
            case .memorySize: (.gauge, "Main memory of the device.")
            case .temperature: (.gauge, "The highest temperature any sensor of the device reports.")
            case .uptime: (.gauge, "Time since the device started.")
            case .roomReady: (.gauge, "Whether the room's codec answers and is registered (1) or not (0).")
            case .roomInCall: (.gauge, "Whether the room is in a call (1) or not (0).")
            case .roomPacketLoss: (.gauge, "Worst share of packets lost in the room's call, 0 to 1.")
            case .roomJitter: (.gauge, "Worst jitter in the room's call.")
            }
        return MetricMetadata(name: rawValue, kind: kind, help: help)
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
