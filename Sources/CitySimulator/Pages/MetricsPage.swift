import Inventory

/// A Prometheus exposition page: what node_exporter shows of a host, or what a videoconference codec tells of itself.
struct MetricsPage {
    private let world: CityWorld
    private let device: Int
    private let moment: CityWorld.Moment
    private var lines = ""

    init(world: CityWorld, device: Int, moment: CityWorld.Moment) {
        self.world = world
        self.device = device
        self.moment = moment
    }

    /// The page in the text format, version 0.0.4.
    mutating func text() -> String {
        if world.plan.devices[device].kind == .codec { addCodec() } else { addHost() }
        return lines
    }

    private mutating func family(_ name: String, _ type: String, _ help: String) {
        lines += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: String = "", _ value: Double) {
        let number = value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        lines += labels.isEmpty ? "\(name) \(number)\n" : "\(name){\(labels)} \(number)\n"
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        family(name, "gauge", help)
        sample(name, "", value)
    }

    // MARK: rooms

    private mutating func addCodec() {
        let room = world.plan.rooms.firstIndex { $0.device == device }.map { world.room($0, at: moment) }
        gauge(
            "codec_registered", "Whether the codec is registered with the conference server.",
            room?.isReady ?? true ? 1 : 0)
        gauge("codec_in_call", "Whether a call is on.", room?.isInCall ?? false ? 1 : 0)
        gauge("codec_packet_loss_ratio", "Share of media packets lost, 0 to 1.", room?.packetLossRatio ?? 0)
        gauge("codec_jitter_seconds", "Jitter of the media stream.", room?.jitterSeconds ?? 0)
        gauge(
            "codec_temperature_celsius", "Temperature inside the casing.", world.casingTemperature(device, at: moment))
        gauge("codec_uptime_seconds", "Time since the codec started.", world.uptime(device, at: moment))
    }

    // MARK: hosts

    private mutating func addHost() {
        addProcessors()
        addMemory()
        addFileSystems()
        addNetwork()
        let share = world.processorShare(device, at: moment) * Double(max(1, world.plan.devices[device].processors))
        gauge("node_load1", "1m load average.", share)
        gauge("node_load5", "5m load average.", share * 0.97)
        gauge("node_load15", "15m load average.", share * 0.93)
        gauge("node_boot_time_seconds", "Node boot time, in unixtime.", world.devices[device].booted.rounded())
        gauge("node_time_seconds", "System time in seconds since epoch (1970).", moment.wall)
        gauge("node_procs_running", "Number of processes in runnable state.", (share + 1).rounded())
        family("node_context_switches_total", "counter", "Total number of context switches.")
        sample(
            "node_context_switches_total", "",
            (world.busySeconds(device, processor: 0, at: moment) * 9_000).rounded(.down))
    }

    private mutating func addProcessors() {
        family("node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode.")
        let uptime = world.uptime(device, at: moment)
        for processor in 0..<4 {
            let busy = world.busySeconds(device, processor: processor, at: moment)
            for (mode, seconds) in [
                ("idle", max(0, uptime - busy)), ("iowait", busy * 0.06), ("system", busy * 0.24), ("user", busy * 0.7),
            ] {
                sample("node_cpu_seconds_total", "cpu=\"\(processor)\",mode=\"\(mode)\"", seconds)
            }
        }
    }

    private mutating func addMemory() {
        let plan = world.plan.devices[device]
        let size = plan.memoryBytes
        let used = plan.storages.firstIndex { $0.kind == .memory }
            .map { Double(world.storageUnitsUsed(device, storage: $0, at: moment) * plan.storages[$0].unit) }
        gauge("node_memory_MemTotal_bytes", "Memory information field MemTotal_bytes.", size)
        gauge(
            "node_memory_MemAvailable_bytes", "Memory information field MemAvailable_bytes.", size - (used ?? size / 2))
        gauge(
            "node_memory_Cached_bytes", "Memory information field Cached_bytes.", ((used ?? size / 2) * 0.3).rounded())
        gauge("node_memory_SwapTotal_bytes", "Memory information field SwapTotal_bytes.", 4_294_967_296)
    }

    private mutating func addFileSystems() {
        let plan = world.plan.devices[device]
        let disks = plan.storages.indices.filter { plan.storages[$0].kind == .fixedDisk }
        guard !disks.isEmpty else { return }
        let labels = disks.map { disk in
            "device=\"/dev/sd\(disk)\",fstype=\"ext4\",mountpoint=\"\(Self.escape(plan.storages[disk].name))\""
        }
        family("node_filesystem_size_bytes", "gauge", "Filesystem size in bytes.")
        for (disk, label) in zip(disks, labels) {
            let units = (plan.storages[disk].bytes / Double(plan.storages[disk].unit)).rounded(.down)
            sample("node_filesystem_size_bytes", label, units * Double(plan.storages[disk].unit))
        }
        family("node_filesystem_avail_bytes", "gauge", "Filesystem space available to non-root users in bytes.")
        for (disk, label) in zip(disks, labels) {
            let storage = plan.storages[disk]
            let units = (storage.bytes / Double(storage.unit)).rounded(.down)
            let free = units - Double(world.storageUnitsUsed(device, storage: disk, at: moment))
            sample("node_filesystem_avail_bytes", label, max(0, free) * Double(storage.unit))
        }
    }

    private mutating func addNetwork() {
        let ports = world.plan.devices[device].ports
        let octets = ports.indices.map { world.octets(.init(device: device, port: $0), at: moment) }
        func label(_ port: Int) -> String { "device=\"\(Self.escape(ports[port].name))\"" }
        family("node_network_receive_bytes_total", "counter", "Network device statistic receive_bytes.")
        for port in ports.indices {
            sample("node_network_receive_bytes_total", label(port), octets[port].in.rounded(.down))
        }
        family("node_network_transmit_bytes_total", "counter", "Network device statistic transmit_bytes.")
        for port in ports.indices {
            sample("node_network_transmit_bytes_total", label(port), octets[port].out.rounded(.down))
        }
        family("node_network_up", "gauge", "Value is 1 if operstate is 'up', 0 otherwise.")
        for port in ports.indices {
            sample("node_network_up", label(port), world.isUp(.init(device: device, port: port)) ? 1 : 0)
        }
    }

    private static func escape(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

extension CityWorld {
    /// Seconds one processor has been busy since the device started; grows by less than a second a second.
    func busySeconds(_ device: Int, processor: Int, at moment: Moment) -> Double {
        let own = plan.devices[device]
        func busy(_ simulated: Double) -> Double {
            let stream = own.stream &+ 0x6370 &+ UInt64(processor) &* 16
            let office = RestlessLoad(profile: .office, noise: plan.noise, stream: stream).integral(to: simulated)
            let backup = RestlessLoad(profile: .backup, noise: plan.noise, stream: stream &+ 1).integral(to: simulated)
            // At the busiest moment 1.7 of the office level and 1.6 of the backup's.
            return own.processorStrength * (0.42 * office + 0.15 * backup) / speed
        }
        return max(0, busy(moment.simulated) - busy(self.moment(atWall: devices[device].booted).simulated))
    }
}
