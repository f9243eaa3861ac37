import SNMP

/// A trap a device is to send, with its varbinds behind sysUpTime.0 and snmpTrapOID.0.
struct TrapOrder: Sendable {
    let device: Int
    let trapOID: ObjectIdentifier
    /// sysUpTime in hundredths of a second.
    let uptime: UInt32
    /// snmpEngineTime in seconds.
    let engineTime: Int32
    let varBinds: [VarBind]
}

/// What the owner of sockets and object tables has to do after a change.
struct FaultConsequences: Sendable {
    var traps: [TrapOrder] = []
    /// Devices whose objects have other identifiers now.
    var renumbered: [Int] = []
    /// Devices that have started again.
    var rebooted: [Int] = []
}

extension CityWorld {
    /// Applies one fault. A jump, a reboot or a renumbering happens again each time; the others are states.
    mutating func apply(_ fault: Fault, at moment: Moment) -> FaultConsequences {
        var consequences = FaultConsequences()
        let downBefore = faults.portsDown
        switch fault {
        case .linkDown(let link): faults.isCut[link] = true
        case .linkUp(let link): faults.isCut[link] = false
        case .deviceDead(let device): faults.isDead[device] = true
        case .deviceAlive(let device): faults.isDead[device] = false
        case .packetLoss(let device, let share): faults.loss[device] = share
        case .slow(let device, let seconds): faults.delay[device] = seconds
        case .flapping(let port, let period):
            faults.flaps.removeAll { $0.port == port }
            faults.flaps.append(FaultState.Flap(port: port, period: period, next: moment.wall + period))
            faults.portsDown.insert(port)
        case .upsOnBattery(let device): setBattery(device, true, at: moment, &consequences)
        case .storageJump(let pool, let bytes): faults.jumps[pool] += bytes
        case .reboot(let device):
            devices[device].booted = moment.wall
            devices[device].boots &+= 1
            for port in devices[device].portChanged.indices { devices[device].portChanged[port] = moment.wall }
            resetCounters(of: device, at: moment)
            consequences.rebooted = [device]
            notify(device, Objects.coldStart, [], at: moment, &consequences)
        case .renumber(let device):
            devices[device].indexShift += 1
            consequences.renumbered = [device]
        case .clearDevice(let device): clear(device, at: moment, &consequences)
        case .clearLink(let link): faults.isCut[link] = false
        case .clearPool(let pool): faults.jumps[pool] = 0
        case .clearAll:
            let sendsTraps = faults.sendsTraps
            for device in devices.indices { clear(device, at: moment, &consequences) }
            faults = FaultState(plan: plan)
            faults.sendsTraps = sendsTraps
        case .trapsOff: faults.sendsTraps = false
        case .trapsOn: faults.sendsTraps = true
        }
        let ports = settlePorts(downBefore: downBefore, at: moment)
        notifyPorts(ports, at: moment, &consequences)
        return consequences
    }

    /// When a port changes its state by itself next, in wall-clock seconds; nil: no port flaps.
    var nextChange: Double? {
        faults.flaps.map(\.next).min()
    }

    /// Lets flapping ports change that are due.
    mutating func advance(to moment: Moment) -> FaultConsequences {
        var consequences = FaultConsequences()
        guard let next = nextChange, next <= moment.wall else { return consequences }
        let downBefore = faults.portsDown
        for index in faults.flaps.indices where faults.flaps[index].next <= moment.wall {
            let port = faults.flaps[index].port
            if faults.portsDown.remove(port) == nil { faults.portsDown.insert(port) }
            // After a pause of the whole process, one change stands for all that were missed.
            faults.flaps[index].next = moment.wall + faults.flaps[index].period
        }
        let ports = settlePorts(downBefore: downBefore, at: moment)
        notifyPorts(ports, at: moment, &consequences)
        return consequences
    }

    /// The faults in force, each as the text that brings it about.
    func activeFaults() -> [String] {
        var texts: [String] = []
        for (number, isCut) in faults.isCut.enumerated() where isCut {
            texts.append("link-down:\(plan.linkIDs[number])")
        }
        for (number, device) in plan.devices.enumerated() {
            if faults.isDead[number] { texts.append("device-dead:\(device.id)") }
            if faults.loss[number] > 0 { texts.append("packet-loss:\(device.id):\(faults.loss[number])") }
            if faults.delay[number] > 0 { texts.append("slow:\(device.id):\(faults.delay[number])") }
            if devices[number].battery.onBatterySince != nil { texts.append("ups-on-battery:\(device.id)") }
        }
        for flap in faults.flaps {
            let device = plan.devices[flap.port.device]
            texts.append("flapping:\(device.id):\(device.ports[flap.port.port].name)(\(flap.period))")
        }
        for (number, jump) in faults.jumps.enumerated() where jump != 0 {
            texts.append("storage-jump:\(plan.pools[number].id):\(jump)")
        }
        if !faults.sendsTraps { texts.append("traps-off") }
        return texts
    }

    private func isLinkEnd(_ reference: CityPlan.PortReference) -> Bool {
        plan.devices[reference.device].ports[reference.port].isLinkEnd
    }

    /// The ports whose state differs from before: ends of links, and flapping ports that belong to none.
    private mutating func settlePorts(
        downBefore: Set<CityPlan.PortReference>, at moment: Moment
    ) -> [CityPlan.PortReference] {
        var ports = settle(at: moment)
        for port in faults.portsDown.symmetricDifference(downBefore) where !isLinkEnd(port) {
            devices[port.device].portChanged[port.port] = moment.wall
            ports.append(port)
        }
        return ports
    }

    private mutating func clear(_ device: Int, at moment: Moment, _ consequences: inout FaultConsequences) {
        faults.isDead[device] = false
        faults.loss[device] = 0
        faults.delay[device] = 0
        faults.endFlapping(of: device)
        setBattery(device, false, at: moment, &consequences)
    }

    private mutating func setBattery(
        _ device: Int, _ isOnBattery: Bool, at moment: Moment, _ consequences: inout FaultConsequences
    ) {
        let was = devices[device].battery.onBatterySince != nil
        devices[device].battery.setOnBattery(isOnBattery, at: moment.simulated)
        guard isOnBattery, !was else { return }
        notify(device, Objects.upsTrapOnBattery, batteryVarBinds(device, at: moment), at: moment, &consequences)
    }

    // MARK: traps

    private func notifyPorts(
        _ ports: [CityPlan.PortReference], at moment: Moment, _ consequences: inout FaultConsequences
    ) {
        for port in ports {
            let trap = isUp(port) ? TrapEvent.linkUp : TrapEvent.linkDown
            notify(port.device, trap, portVarBinds(port, at: moment), at: moment, &consequences)
        }
    }

    /// Nothing while traps are off or the device cannot be reached from the centre, nor the centre from it.
    private func notify(
        _ device: Int, _ trapOID: ObjectIdentifier, _ varBinds: [VarBind], at moment: Moment,
        _ consequences: inout FaultConsequences
    ) {
        guard faults.sendsTraps, isReached(device) else { return }
        consequences.traps.append(
            TrapOrder(
                device: device, trapOID: trapOID, uptime: ticks(uptime(device, at: moment)),
                engineTime: Int32(clamping: Int64(uptime(device, at: moment))), varBinds: varBinds))
    }
}
