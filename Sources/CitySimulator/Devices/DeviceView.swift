import SNMP

/// The objects of one device at one moment.
struct DeviceView: ManagedObjects {
    let index: ObjectIndex<Cell>
    let world: CityWorld
    let device: Int
    let moment: CityWorld.Moment

    func value(of oid: ObjectIdentifier) -> SNMPValue? {
        index.position(of: oid).map { world.value(of: index.keys[$0], device: device, at: moment) }
    }

    func next(after oid: ObjectIdentifier) -> VarBind? {
        index.position(after: oid).map {
            VarBind(index.oids[$0], world.value(of: index.keys[$0], device: device, at: moment))
        }
    }
}

extension CityWorld {
    func value(of cell: Cell, device: Int, at moment: Moment) -> SNMPValue {
        switch cell {
        case .constant(let value): value
        case .sysUpTime: .timeTicks(ticks(uptime(device, at: moment)))
        case .ifTableLastChange: .timeTicks(ticks(devices[device].portChanged.reduce(0, max) - devices[device].booted))
        case .interface(let column, let port): interface(column, .init(device: device, port: port), at: moment)
        case .storageUsed(let storage):
            .integer(integer32(Double(storageUnitsUsed(device, storage: storage, at: moment))))
        case .processorLoad(let processor): .integer(processorLoad(device, processor: processor, at: moment))
        case .processes: .gauge32(processes(device, at: moment))
        case .users: .gauge32(users(device, at: moment))
        case .sensor(let number):
            .integer(sensorValue(device, number, at: moment))
        case .sensorTime: .timeTicks(ticks(uptime(device, at: moment)))
        case .ups(let object): ups(object, device, at: moment)
        case .upsTenths(let object): .integer(integer32(upsNumber(object, device, at: moment) * 10))
        case .upsTicks(let object, let seconds):
            .timeTicks(ticks(upsNumber(object, device, at: moment) * seconds))
        case .sensorUnits(let number): .integer(integer32(sensor(device, sensor: number, at: moment)))
        case .memory(let isFree, let unit):
            .gauge32(UInt32(clamping: wholeNumber(memoryBytes(device, isFree: isFree, at: moment) / unit)))
        case .memoryShare: .gauge32(UInt32(clamping: wholeNumber(memoryShare(device, at: moment) * 100)))
        case .storageKibibytes(let storage, let isFree):
            .counter64(storageKibibytes(device, storage: storage, isFree: isFree, at: moment))
        case .sessions: .gauge32(UInt32(clamping: sessions(device, at: moment)))
        }
    }

    private func upsNumber(_ object: UPSObject, _ device: Int, at moment: Moment) -> Double {
        if case .integer(let number) = ups(object, device, at: moment) { Double(number) } else { 0 }
    }

    private func memoryBytes(_ device: Int, isFree: Bool, at moment: Moment) -> Double {
        let used = memoryShare(device, at: moment)
        return plan.devices[device].memoryBytes * (isFree ? 1 - used : used)
    }

    private func storageKibibytes(_ device: Int, storage: Int, isFree: Bool, at moment: Moment) -> UInt64 {
        let row = plan.devices[device].storages[storage]
        let used = Double(storageUnitsUsed(device, storage: storage, at: moment)) * Double(row.unit)
        return wholeNumber((isFree ? row.bytes - used : used) / 1_024)
    }

    private func sensorValue(_ device: Int, _ number: Int, at moment: Moment) -> Int32 {
        let value = sensor(device, sensor: number, at: moment)
        let isSpeed = plan.devices[device].sensors[number].quantity == .revolutionsPerMinute
        return integer32(isSpeed ? value : value * 10)
    }

    // MARK: ports

    private func interface(
        _ column: InterfaceColumn, _ reference: CityPlan.PortReference, at moment: Moment
    ) -> SNMPValue {
        let port = plan.devices[reference.device].ports[reference.port]
        func low(_ number: UInt64) -> SNMPValue { .counter32(UInt32(truncatingIfNeeded: number)) }
        func high(_ number: UInt64) -> SNMPValue { .counter64(number) }
        let octets = { self.octets(reference, at: moment) }
        switch column {
        case .operStatus: return .integer(isUp(reference) ? 1 : 2)
        case .lastChange:
            let state = devices[reference.device]
            return .timeTicks(ticks(max(0, state.portChanged[reference.port] - state.booted)))
        case .inOctets: return low(wholeNumber(octets().in))
        case .outOctets: return low(wholeNumber(octets().out))
        case .hcInOctets: return high(wholeNumber(octets().in))
        case .hcOutOctets: return high(wholeNumber(octets().out))
        case .inUnicast: return low(port.packets(octets().in))
        case .outUnicast: return low(port.packets(octets().out))
        case .hcInUnicast: return high(port.packets(octets().in))
        case .hcOutUnicast: return high(port.packets(octets().out))
        case .inMulticast: return low(port.multicasts(octets().in))
        case .outMulticast: return low(port.multicasts(octets().out))
        case .hcInMulticast: return high(port.multicasts(octets().in))
        case .hcOutMulticast: return high(port.multicasts(octets().out))
        case .inBroadcast: return low(port.broadcasts(octets().in))
        case .outBroadcast: return low(port.broadcasts(octets().out))
        case .hcInBroadcast: return high(port.broadcasts(octets().in))
        case .hcOutBroadcast: return high(port.broadcasts(octets().out))
        case .inErrors: return low(port.errors(octets().in))
        case .outErrors: return .counter32(0)
        case .inDiscards: return .counter32(0)
        case .outDiscards: return low(port.discards(octets().out))
        }
    }

    /// What linkDown and linkUp carry (RFC 2863), and the name, which stays when numbers change.
    func portVarBinds(_ reference: CityPlan.PortReference, at moment: Moment) -> [VarBind] {
        let device = plan.devices[reference.device]
        let index = DeviceObjects.ifIndex(
            port: reference.port, of: device, indexShift: devices[reference.device].indexShift)
        let oper: Int32 = isUp(reference) ? 1 : 2
        return [
            VarBind(Objects.ifEntry.appending(1, index), .integer(Int32(index))),
            VarBind(Objects.ifEntry.appending(7, index), .integer(1)),
            VarBind(Objects.ifEntry.appending(8, index), .integer(oper)),
            VarBind(Objects.ifXEntry.appending(1, index), .octetString(Array(device.ports[reference.port].name.utf8))),
        ]
    }

    // MARK: UPS

    private func ups(_ object: UPSObject, _ device: Int, at moment: Moment) -> SNMPValue {
        let battery = devices[device].battery
        let isOnBattery = battery.onBatterySince != nil
        let charge = battery.charge(at: moment.simulated)
        let share = outputShare(device, at: moment)
        let watts = share * 9_000
        let mains = 220 + 3 * plan.noise.wave(plan.devices[device].stream, at: moment.simulated, period: 30)
        func number(_ value: Double) -> SNMPValue { .integer(integer32(value)) }
        switch object {
        case .batteryStatus: return .integer(charge <= 1 ? 4 : charge < 20 ? 3 : 2)
        case .secondsOnBattery: return number(battery.secondsOnBattery(at: moment.simulated).rounded(.down))
        case .minutesRemaining: return number(battery.minutesRemaining(at: moment.simulated).rounded(.down))
        case .chargeRemaining: return number(charge.rounded(.down))
        // Tenths of a volt and of an ampere.
        case .batteryVoltage: return number((isOnBattery ? 1_900 : 2_180) + charge)
        case .batteryCurrent: return number(isOnBattery ? watts / 200 * 10 : 0)
        case .batteryTemperature: return number(casingTemperature(device, at: moment) - 12)
        case .inputLineBads: return .counter32(battery.inputLineBads)
        case .inputVoltage: return number(isOnBattery ? 0 : mains)
        case .inputCurrent: return number(isOnBattery ? 0 : watts * 1.06 / mains * 10)
        case .inputPower: return number(isOnBattery ? 0 : watts * 1.06)
        case .outputSource: return .integer(isOnBattery ? 5 : 3)
        case .outputVoltage: return number(220)
        case .outputCurrent: return number(watts / 220 * 10)
        case .outputPower: return number(watts)
        case .outputPercentLoad: return number(share * 100)
        case .alarmsPresent: return .gauge32(isOnBattery ? 1 : 0)
        }
    }

    /// What upsTrapOnBattery carries (RFC 1628).
    func batteryVarBinds(_ device: Int, at moment: Moment) -> [VarBind] {
        [
            VarBind(Objects.ups.appending(2, 3, 0), ups(.minutesRemaining, device, at: moment)),
            VarBind(Objects.ups.appending(2, 2, 0), ups(.secondsOnBattery, device, at: moment)),
            VarBind(Objects.ups.appending(9, 7, 0), .integer(5)),
        ]
    }
}

/// Counters that follow from a port's octets, so that they are as continuous as those.
extension DevicePlan.Port {
    func packets(_ octets: Double) -> UInt64 { wholeNumber(octets / packetBytes) }
    func multicasts(_ octets: Double) -> UInt64 { wholeNumber(octets / 60_000) }
    func broadcasts(_ octets: Double) -> UInt64 { wholeNumber(octets / 90_000) }
    func errors(_ octets: Double) -> UInt64 {
        packetsPerError > 0 ? wholeNumber(octets / packetBytes / packetsPerError) : 0
    }
    func discards(_ octets: Double) -> UInt64 {
        packetsPerError > 0 ? wholeNumber(octets / packetBytes / packetsPerError / 3) : 0
    }
}
