import MonitoringModel

/// The simulated city as a value: every figure is a pure function of the seed, the time and the faults so far.
///
/// Time runs twice. Sample times, uptimes and fault periods are **wall-clock** time. What people do (office hours, calls,
/// growth) follows **simulated** time, which equals the wall clock at the start and runs `speed` times as fast before and after
/// it. Rates stay physical at any speed: a line never carries more than its bits per second of wall-clock time.
///
/// Invariants: `isLinkUp`, `routing` and `flows` always belong to the present faults; they change only in `settle`.
package struct CityWorld: Sendable {
    let plan: CityPlan
    let speed: Double
    /// Wall-clock seconds since the Unix epoch at which the simulation began.
    let start: Double

    var faults: FaultState
    private(set) var isLinkUp: [Bool]
    private(set) var routing: Topology.Routing
    private var flows: [LinkFlows]
    /// The flows of an undisturbed city, for the time before the start.
    private let undisturbed: [LinkFlows]
    var devices: [DeviceState]
    private var devicesAtStart: [DeviceState]

    struct LinkFlows: Sendable {
        var aToB: Flow
        var bToA: Flow
    }

    /// What faults change of one device.
    struct DeviceState: Sendable {
        /// Wall-clock seconds of the last start, and how many there were.
        var booted: Double
        var boots: Int32 = 3
        /// How far ifIndex has moved on, by `ifindex-renumber`.
        var indexShift = 0
        /// By port: bytes its line had carried when the device started.
        var baseIn: [Double]
        var baseOut: [Double]
        /// By port: wall-clock seconds of the last change of ifOperStatus.
        var portChanged: [Double]
        var battery: Battery
    }

    /// A moment in both times, in seconds since the Unix epoch.
    struct Moment: Sendable {
        let wall: Double
        let simulated: Double
    }

    init(plan: CityPlan, speed: Double, start: Double) {
        self.plan = plan
        self.speed = speed
        self.start = start
        faults = FaultState(plan: plan)
        isLinkUp = Array(repeating: true, count: plan.linkIDs.count)
        routing = plan.topology.routing(isLinkUp: isLinkUp, isDead: faults.isDead)
        // Before any device's last start, so that counters begin at zero there and not at the epoch.
        let anchor = start - 450 * CivilTime.secondsPerDay * speed
        let loads = plan.traffic.loads(topology: plan.topology, routing: routing, isLinkUp: isLinkUp)
        flows = loads.enumerated().map { link, load in
            let moment = Self.flowMoment(Self.stream(ofLink: link), at: anchor, plan: plan, speed: speed)
            return LinkFlows(aToB: Flow(load.aToB, since: moment), bToA: Flow(load.bToA, since: moment))
        }
        undisturbed = flows
        devices = plan.devices.map { device in
            let booted = start - device.uptimeAtStart
            return DeviceState(
                booted: booted, baseIn: Array(repeating: 0, count: device.ports.count),
                baseOut: Array(repeating: 0, count: device.ports.count),
                portChanged: Array(repeating: booted, count: device.ports.count),
                battery: Battery(stream: device.stream, noise: plan.noise))
        }
        devicesAtStart = []
        for number in devices.indices {
            resetCounters(of: number, at: moment(atWall: devices[number].booted), flows: flows)
        }
        devicesAtStart = devices
    }

    // MARK: time

    func moment(atWall wall: Double) -> Moment {
        Moment(wall: wall, simulated: start + (wall - start) * speed)
    }

    func moment(at time: Timestamp) -> Moment {
        moment(atWall: time.seconds)
    }

    // MARK: routes

    func isReached(_ device: Int) -> Bool {
        routing.isReached[device]
    }

    /// Computes again what follows from the faults: which links work, who is reached, where traffic goes.
    ///
    /// - Returns: the ports whose ifOperStatus changed.
    mutating func settle(at moment: Moment) -> [CityPlan.PortReference] {
        let before = isLinkUp
        for link in isLinkUp.indices {
            let ends = plan.linkPorts[link]
            isLinkUp[link] =
                !faults.isCut[link] && !faults.portsDown.contains(ends.a) && !faults.portsDown.contains(ends.b)
        }
        routing = plan.topology.routing(isLinkUp: isLinkUp, isDead: faults.isDead)
        let loads = plan.traffic.loads(topology: plan.topology, routing: routing, isLinkUp: isLinkUp)
        var changed: [CityPlan.PortReference] = []
        for link in flows.indices {
            let now = Self.flowMoment(Self.stream(ofLink: link), at: moment.simulated, plan: plan, speed: speed)
            flows[link].aToB.change(to: loads[link].aToB, at: now)
            flows[link].bToA.change(to: loads[link].bToA, at: now)
            if isLinkUp[link] != before[link] {
                changed += [plan.linkPorts[link].a, plan.linkPorts[link].b]
            }
        }
        for port in changed { devices[port.device].portChanged[port.port] = moment.wall }
        return changed
    }

    /// Whether ifOperStatus is up.
    func isUp(_ reference: CityPlan.PortReference) -> Bool {
        let port = plan.devices[reference.device].ports[reference.port]
        if case .link(let link, _) = port.source { return isLinkUp[link] }
        // A port that flaps has something plugged in, whatever it had before.
        let isPlugged = port.isPlugged || faults.flaps.contains { $0.port == reference }
        return isPlugged && !faults.portsDown.contains(reference)
    }

    // MARK: counters

    /// Bytes a port has received and sent since its device started.
    func octets(_ reference: CityPlan.PortReference, at moment: Moment) -> (in: Double, out: Double) {
        let state = devices[reference.device]
        let line = lineOctets(reference, at: moment, flows: flows)
        return (
            max(0, line.in - state.baseIn[reference.port]), max(0, line.out - state.baseOut[reference.port])
        )
    }

    /// The counters of a device begin at zero now.
    mutating func resetCounters(of device: Int, at moment: Moment) {
        resetCounters(of: device, at: moment, flows: flows)
    }

    private mutating func resetCounters(of device: Int, at moment: Moment, flows: [LinkFlows]) {
        for port in plan.devices[device].ports.indices {
            let line = lineOctets(.init(device: device, port: port), at: moment, flows: flows)
            devices[device].baseIn[port] = line.in
            devices[device].baseOut[port] = line.out
        }
    }

    private func lineOctets(
        _ reference: CityPlan.PortReference, at moment: Moment, flows: [LinkFlows]
    ) -> (in: Double, out: Double) {
        let port = plan.devices[reference.device].ports[reference.port]
        switch port.source {
        case .link(let link, let isA):
            let flow = flows[link]
            let now = Self.flowMoment(Self.stream(ofLink: link), at: moment.simulated, plan: plan, speed: speed)
            let (aToB, bToA) = (flow.aToB.bytes(at: now), flow.bToA.bytes(at: now))
            return isA ? (bToA, aToB) : (aToB, bToA)
        case .local(let inward, let outward):
            let now = Self.flowMoment(port.stream, at: moment.simulated, plan: plan, speed: speed)
            return (
                inward.office * now.office + inward.backup * now.backup,
                outward.office * now.office + outward.backup * now.backup
            )
        case .unplugged:
            return (0, 0)
        }
    }

    private static func stream(ofLink link: Int) -> UInt64 {
        UInt64(link) &* 0x1_0001 &+ 0x6c69_6e6b
    }

    private static func flowMoment(_ stream: UInt64, at simulated: Double, plan: CityPlan, speed: Double) -> FlowMoment
    {
        FlowMoment(
            office: RestlessLoad(profile: .office, noise: plan.noise, stream: stream).integral(to: simulated) / speed,
            backup: RestlessLoad(profile: .backup, noise: plan.noise, stream: stream &+ 1).integral(to: simulated)
                / speed)
    }

    // MARK: links in the past

    /// Bytes that have gone over a link in each direction, and bytes a second, seen from both ends' counters.
    func linkOctets(_ link: Int, at moment: Moment) -> LinkReading {
        let isPast = moment.wall < start
        let flows = isPast ? undisturbed : self.flows
        let ends = plan.linkPorts[link]
        let states = isPast ? devicesAtStart : devices
        func end(_ reference: CityPlan.PortReference, receives: Flow, sends: Flow) -> LinkReading.End {
            let line = lineOctets(reference, at: moment, flows: flows)
            let state = states[reference.device]
            return LinkReading.End(
                receivedBytes: max(0, line.in - state.baseIn[reference.port]).rounded(.down),
                transmittedBytes: max(0, line.out - state.baseOut[reference.port]).rounded(.down),
                receivedBytesPerSecond: rate(of: receives, link: link, at: moment),
                transmittedBytesPerSecond: rate(of: sends, link: link, at: moment))
        }
        let flow = flows[link]
        return LinkReading(
            isUp: isPast || isLinkUp[link], a: end(ends.a, receives: flow.bToA, sends: flow.aToB),
            b: end(ends.b, receives: flow.aToB, sends: flow.bToA))
    }

    private func rate(of flow: Flow, link: Int, at moment: Moment) -> Double {
        let stream = Self.stream(ofLink: link)
        return flow.strength.office
            * RestlessLoad(profile: .office, noise: plan.noise, stream: stream).level(at: moment.simulated)
            + flow.strength.backup
            * RestlessLoad(profile: .backup, noise: plan.noise, stream: stream &+ 1).level(at: moment.simulated)
    }
}
