import Inventory

/// Draws processors, memory, disks and sensors of a device.
struct HostDrawer {
    let noise: Noise
    let device: Device
    let stream: UInt64

    private static let gibibyte = 1_073_741_824.0

    /// 0 for what does not speak HOST-RESOURCES-MIB.
    var processors: Int {
        switch device.kind {
        case .hypervisor: 16
        case .array: 2
        case .virtualMachine, .server, .mail, .portal: 4
        default: 0
        }
    }

    var memoryBytes: Double {
        switch device.kind {
        case .hypervisor: 256 * Self.gibibyte
        case .array: 64 * Self.gibibyte
        case .virtualMachine: Double(4 << noise.pick(0...2, stream, 21)) * Self.gibibyte
        case .server, .mail, .portal: Double(16 << noise.pick(0...2, stream, 21)) * Self.gibibyte
        default: 2 * Self.gibibyte
        }
    }

    /// Memory, swap and disks; then the device's pools.
    func storages(pools: [(number: Int, pool: Pool, plan: PoolPlan)]) -> [DevicePlan.Storage] {
        guard processors > 0 else { return [] }
        var storages = [
            storage(
                "Physical memory", .memory, unit: 1_024, memoryBytes, around: noise.uniform(0.45...0.78, stream, 31)),
            storage("Swap space", .virtualMemory, unit: 1_024, 4 * Self.gibibyte, around: 0.06),
        ]
        switch device.kind {
        case .virtualMachine, .server, .mail, .portal:
            storages.append(
                storage("/", .fixedDisk, unit: 4_096, 40 * Self.gibibyte, around: noise.uniform(0.3...0.7, stream, 32)))
            storages.append(
                storage(
                    "/var", .fixedDisk, unit: 4_096, 120 * Self.gibibyte, around: noise.uniform(0.25...0.8, stream, 33))
            )
        case .hypervisor:
            storages.append(
                storage(
                    "/vmfs/volumes/local", .fixedDisk, unit: 1_048_576, 480 * Self.gibibyte,
                    around: noise.uniform(0.2...0.5, stream, 34)))
        default:
            break
        }
        for (number, pool, plan) in pools {
            let row = DevicePlan.Storage(
                name: pool.storage, kind: .fixedDisk, unit: plan.unit, bytes: plan.bytes, source: .pool(number),
                stream: plan.stream)
            if let position = storages.firstIndex(where: { $0.name == pool.storage }) {
                storages[position] = row
            } else {
                storages.append(row)
            }
        }
        return storages
    }

    private func storage(
        _ name: String, _ kind: DevicePlan.Storage.Kind, unit: Int64, _ bytes: Double, around share: Double
    ) -> DevicePlan.Storage {
        DevicePlan.Storage(
            name: name, kind: kind, unit: unit, bytes: bytes, source: .wandering(around: share, by: 0.04),
            stream: Noise.stream(device.id, name))
    }

    func sensors() -> [DevicePlan.Sensor] {
        func sensor(_ name: String, _ quantity: DevicePlan.Sensor.Quantity, _ middle: Double) -> DevicePlan.Sensor {
            DevicePlan.Sensor(name: name, quantity: quantity, middle: middle, stream: Noise.stream(device.id, name))
        }
        switch device.kind {
        case .sensor:
            return [
                sensor("Cold aisle temperature", .celsius, noise.uniform(21...24, stream, 41)),
                sensor("Hot aisle temperature", .celsius, noise.uniform(30...34, stream, 42)),
                sensor("Relative humidity", .relativeHumidity, noise.uniform(45...60, stream, 43)),
            ]
        case .router, .firewall, .accessSwitch:
            return [
                sensor("Chassis temperature", .celsius, noise.uniform(34...44, stream, 41)),
                sensor("Fan 1", .revolutionsPerMinute, noise.uniform(4_200...5_600, stream, 42)),
            ]
        default:
            return []
        }
    }

    /// A pool of its declared size, or of a plausible one.
    static func pool(_ pool: Pool, noise: Noise) -> PoolPlan {
        let stream = Noise.stream(pool.id, "pool")
        let terabyte = 1e12
        let sizes = [2.0, 3.0, 4.0, 5.0, 6.0, 8.0]
        let bytes = pool.size ?? sizes[noise.pick(0...sizes.count - 1, stream, 1)] * terabyte
        // Larger units for what would not fit hrStorageSize, as real arrays have them.
        var unit: Int64 = 65_536
        while bytes / Double(unit) > 2_000_000_000, unit < 1 << 30 { unit *= 2 }
        let share = noise.uniform(0.42...0.74, stream, 2)
        // Days until the threshold: some soon, most within two years.
        let days = 30 + 700 * noise.unit(stream, 3) * noise.unit(stream, 4) + 40 * noise.unit(stream, 5)
        let room = max(0.02, pool.fullAt - share) * bytes
        return PoolPlan(
            id: pool.id, bytes: (bytes / Double(unit)).rounded(.down) * Double(unit), unit: unit,
            usedAtStart: share * bytes, growth: room / (days * CivilTime.secondsPerDay), stream: stream)
    }
}
