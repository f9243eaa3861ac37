import Glibc

/// What devices show beside their ports.
extension CityWorld {
    // MARK: time since start

    /// Wall-clock seconds since the device started.
    func uptime(_ device: Int, at moment: Moment) -> Double {
        max(0, moment.wall - devices[device].booted)
    }

    // MARK: hosts

    /// Percent of one processor, 0...100.
    func processorLoad(_ device: Int, processor: Int, at moment: Moment) -> Int32 {
        let own = plan.devices[device]
        let stream = own.stream &+ 0x6370
        let office = RestlessLoad(profile: .office, noise: plan.noise, stream: stream).level(at: moment.simulated)
        let backup = RestlessLoad(profile: .backup, noise: plan.noise, stream: stream &+ 1).level(at: moment.simulated)
        let unrest = plan.noise.wave(stream &+ UInt64(processor) &+ 2, at: moment.simulated, period: 45)
        let share = 0.04 + own.processorStrength * (0.8 * office + 0.3 * backup) + 0.05 * unrest
        return Int32((min(1, max(0.01, share)) * 100).rounded())
    }

    /// Mean over the processors, 0...1.
    func processorShare(_ device: Int, at moment: Moment) -> Double {
        let count = plan.devices[device].processors
        guard count > 0 else { return 0 }
        let sum = (0..<count).reduce(0.0) { $0 + Double(processorLoad(device, processor: $1, at: moment)) }
        return sum / Double(count) / 100
    }

    /// Allocation units in use; at most the size.
    func storageUnitsUsed(_ device: Int, storage: Int, at moment: Moment) -> Int64 {
        let row = plan.devices[device].storages[storage]
        switch row.source {
        case .pool(let number):
            return Int64(pool(number, at: moment).usedBytes / Double(row.unit))
        case .wandering(let around, let by):
            let slow = plan.noise.wave(row.stream, at: moment.simulated, period: 6 * 3_600)
            let fast = plan.noise.wave(row.stream &+ 1, at: moment.simulated, period: 180)
            let share = min(0.97, max(0.01, around + by * (0.8 * slow + 0.2 * fast)))
            return Int64(share * row.bytes / Double(row.unit))
        }
    }

    /// Gauges of the system that wander with the day.
    func processes(_ device: Int, at moment: Moment) -> UInt32 {
        let stream = plan.devices[device].stream &+ 0x7073
        let level = LoadProfile.office.level(at: moment.simulated)
        return UInt32(180 + 60 * level + 12 * (1 + plan.noise.wave(stream, at: moment.simulated, period: 90)))
    }

    /// Used share of the main memory of a device without HOST-RESOURCES-MIB, 0...1.
    func memoryShare(_ device: Int, at moment: Moment) -> Double {
        let stream = plan.devices[device].stream &+ 0x6d65
        return 0.5 + 0.06 * plan.noise.wave(stream, at: moment.simulated, period: 7_200)
    }

    /// Sessions a firewall keeps.
    func sessions(_ device: Int, at moment: Moment) -> UInt64 {
        let stream = plan.devices[device].stream &+ 0x7365
        let level = LoadProfile.office.level(at: moment.simulated)
        return wholeNumber(
            4_000 + 38_000 * level + 900 * (1 + plan.noise.wave(stream, at: moment.simulated, period: 120)))
    }

    func users(_ device: Int, at moment: Moment) -> UInt32 {
        let stream = plan.devices[device].stream &+ 0x7573
        let level = LoadProfile.office.level(at: moment.simulated)
        return UInt32(max(0, 4 * level + plan.noise.wave(stream, at: moment.simulated, period: 900)))
    }

    // MARK: pools

    func pool(_ number: Int, at moment: Moment) -> PoolReading {
        let pool = plan.pools[number]
        let elapsed = moment.simulated - start
        // Before the start use shrinks towards zero, never below.
        let trend =
            elapsed >= 0
            ? pool.usedAtStart + pool.growth * elapsed
            : pool.usedAtStart * exp(pool.growth * elapsed / pool.usedAtStart)
        // Files gather from Monday on; clearing up takes the last twelve hours of Sunday.
        let time = CivilTime(seconds: moment.simulated)
        let hours = Double(time.weekday) * 24 + time.hour
        let week = hours < 156 ? hours / 156 : (168 - hours) / 12
        let noise = plan.noise
        let unrest =
            0.002 * noise.wave(pool.stream, at: moment.simulated, period: 6 * 3_600)
            + 0.0006 * noise.wave(pool.stream &+ 1, at: moment.simulated, period: 240)
        let jump = moment.wall < start ? 0 : faults.jumps[number]
        let used = trend * (1 + 0.008 * week) + pool.bytes * unrest + jump
        let clamped = min(pool.bytes * 0.995, max(pool.bytes * 0.005, used))
        return PoolReading(
            usedBytes: (clamped / Double(pool.unit)).rounded(.down) * Double(pool.unit), sizeBytes: pool.bytes)
    }

    // MARK: rooms

    func room(_ number: Int, at moment: Moment) -> RoomReading {
        let room = plan.rooms[number]
        let noise = plan.noise
        let isInCall = isInCall(room.stream, at: moment.simulated)
        let isPast = moment.wall < start
        // A codec is switched off for an hour at noon about once in eight months.
        let time = CivilTime(seconds: moment.simulated)
        let isOff = Int(time.hour) == 12 && noise.unit(room.stream &+ 7, Int64(time.day)) < 0.004
        let isReady = (isPast || isReached(room.device)) && !isOff
        let wave = noise.wave(room.stream &+ 1, at: moment.simulated, period: 60)
        let storm = max(0, noise.wave(room.stream &+ 2, at: moment.simulated, period: 3 * 3_600) - 0.8)
        let loss = 0.0004 * (1 + wave) + 0.08 * storm + (isPast ? 0 : faults.loss[room.device])
        let jitter =
            0.002 + 0.0015 * (1 + noise.wave(room.stream &+ 3, at: moment.simulated, period: 45)) + 0.05 * storm
        let isCarrying = isInCall && isReady
        return RoomReading(
            isReady: isReady, isInCall: isCarrying, packetLossRatio: isCarrying ? min(1, loss) : 0,
            jitterSeconds: isCarrying ? jitter : 0)
    }

    /// Meetings of the whole city and of single rooms, on working days, one in the morning and one after noon at most.
    private func isInCall(_ stream: UInt64, at simulated: Double) -> Bool {
        let time = CivilTime(seconds: simulated)
        guard time.weekday < 5 else { return false }
        let city: UInt64 = 0x6369_7479
        for (half, opening) in [(0, 7.5), (1, 13.5)] {
            let key = Int64(time.day) * 2 + Int64(half)
            let isCityWide = plan.noise.unit(city, key) < 0.45 && plan.noise.unit(stream &+ 11, key) < 0.85
            guard isCityWide || plan.noise.unit(stream &+ 12, key) < 0.25 else { continue }
            let source = isCityWide ? city : stream
            let begin = opening + (plan.noise.unit(source &+ 13, key) * 4).rounded(.down) / 4
            let length = 0.75 + 2 * plan.noise.unit(source &+ 14, key)
            if time.hour >= begin && time.hour < begin + length { return true }
        }
        return false
    }

    // MARK: climate

    func sensor(_ device: Int, sensor: Int, at moment: Moment) -> Double {
        let own = plan.devices[device].sensors[sensor]
        let slow = plan.noise.wave(own.stream, at: moment.simulated, period: 5_400)
        let fast = plan.noise.wave(own.stream &+ 1, at: moment.simulated, period: 75)
        let day = sin((CivilTime(seconds: moment.simulated).hour - 9) / 24 * 2 * .pi)
        switch own.quantity {
        case .celsius: return own.middle + 1.2 * day + 0.8 * slow + 0.3 * fast
        case .relativeHumidity: return min(99, max(5, own.middle - 3 * day + 3 * slow + fast))
        case .revolutionsPerMinute: return own.middle * (1 + 0.02 * day + 0.01 * slow + 0.006 * fast)
        }
    }

    /// Of a codec, or of any box without sensors of its own.
    func casingTemperature(_ device: Int, at moment: Moment) -> Double {
        let stream = plan.devices[device].stream &+ 0x7465
        let level = LoadProfile.office.level(at: moment.simulated)
        return 38 + 6 * level + 1.5 * plan.noise.wave(stream, at: moment.simulated, period: 1_200)
            + 0.4 * plan.noise.wave(stream &+ 1, at: moment.simulated, period: 60)
    }

    /// Share of a UPS's rating that its load takes, 0...1.
    func outputShare(_ device: Int, at moment: Moment) -> Double {
        let stream = plan.devices[device].stream &+ 0x7570
        return 0.32 + 0.18 * LoadProfile.office.level(at: moment.simulated)
            + 0.02 * plan.noise.wave(stream, at: moment.simulated, period: 60)
    }
}
