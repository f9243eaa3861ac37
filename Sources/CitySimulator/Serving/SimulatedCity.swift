import Glibc
import Inventory
import MonitoringModel
import SNMP
import Synchronization

/// The world and what faults make of it, shared by the agents' thread, the HTTP listeners and the control page.
final class SimulatedCity: Sendable {
    let plan: CityPlan
    let inventory: CityInventory
    let addresses: LoopbackAddresses
    private let clock: any WallClock
    /// Recordings that are played instead of a device's own objects, by device.
    private let recordings: [Int: ObjectIndex<SNMPValue>]
    /// Lock order: `state` before `orders`; `wake` only signals and never calls back.
    private let state: Mutex<State>
    private let orders = Mutex(Orders())

    private struct State {
        var world: CityWorld
        var indexes: [ObjectIndex<Cell>]
        /// Wall-clock seconds of the latest answer, so that a clock that is set back stops counters instead of turning them.
        var latest: Double
        /// Requests seen by devices that lose some.
        var lossDraws: Int64 = 0
    }

    /// What the agents' thread still has to do.
    struct Orders {
        var traps: [TrapOrder] = []
        /// Devices that started again, with their snmpEngineBoots.
        var restarts: [(device: Int, boots: Int32)] = []
        /// Traps that found no room.
        var droppedTraps = 0
        /// Makes the thread look.
        var wake: (@Sendable () -> Void)?
    }

    private static let maximumWaitingTraps = 10_000

    init(
        inventory: CityInventory, seed: UInt64, speed: Double, recordings: [String: SNMPRecording],
        clock: any WallClock
    ) throws(SimulationError) {
        guard speed.isFinite, speed >= 0.01, speed <= 100_000 else {
            throw SimulationError(.inventory, "speed: expected 0.01...100000, found \(speed)")
        }
        let plan = try CityPlan(inventory, seed: seed)
        var played: [Int: ObjectIndex<SNMPValue>] = [:]
        for (id, recording) in recordings {
            guard let device = plan.deviceNumbers[id] else {
                throw SimulationError(.inventory, "recording: no device has the id \"\(id)\"")
            }
            played[device] = recording.objects
        }
        self.plan = plan
        self.inventory = inventory
        self.clock = clock
        self.recordings = played
        addresses = try LoopbackAddresses(inventory)
        let start = clock.now.seconds
        let indexes = plan.devices.map { DeviceObjects.index(of: $0, indexShift: 0) }
        state = Mutex(
            State(world: CityWorld(plan: plan, speed: speed, start: start), indexes: indexes, latest: start))
    }

    // MARK: reading

    var world: CityWorld { state.withLock { $0.world } }

    /// The world and the time now, which never goes back.
    func now() -> (world: CityWorld, moment: CityWorld.Moment) {
        state.withLock { state in
            (state.world, Self.moment(&state, clock))
        }
    }

    private static func moment(_ state: inout State, _ clock: any WallClock) -> CityWorld.Moment {
        state.latest = max(state.latest, clock.now.seconds)
        return state.world.moment(atWall: state.latest)
    }

    /// How a device takes one request now.
    struct Reception {
        let objects: AgentObjects
        /// snmpEngineTime.
        let engineTime: Int32
        /// Seconds the answer is late.
        let delay: Double
    }

    /// Nil when the device does not hear this request: dead, unreachable, or the request got lost.
    func reception(of device: Int) -> Reception? {
        state.withLock { state in
            guard state.world.isReached(device) else { return nil }
            let loss = state.world.faults.loss[device]
            if loss > 0 {
                state.lossDraws &+= 1
                if plan.noise.unit(plan.devices[device].stream &+ 0x6c6f, state.lossDraws) < loss { return nil }
            }
            let moment = Self.moment(&state, clock)
            return Reception(
                objects: objects(of: device, state, moment),
                engineTime: Int32(clamping: Int64(state.world.uptime(device, at: moment))),
                delay: state.world.faults.delay[device])
        }
    }

    /// The device's objects now, reached or not.
    func objects(of device: Int) -> AgentObjects {
        state.withLock { state in
            let moment = Self.moment(&state, clock)
            return objects(of: device, state, moment)
        }
    }

    private func objects(of device: Int, _ state: borrowing State, _ moment: CityWorld.Moment) -> AgentObjects {
        recordings[device].map { .recording($0) }
            ?? .device(DeviceView(index: state.indexes[device], world: state.world, device: device, moment: moment))
    }

    // MARK: changing

    /// - Throws: `.fault` when the text is not a fault of this city.
    func apply(_ text: String) throws(SimulationError) {
        let fault = try Fault(text, plan: plan)
        change { $0.apply(fault, at: $1) }
    }

    /// Lets what changes by itself change, if its time has come.
    func advanceIfDue() {
        guard let seconds = secondsToNextChange(), seconds <= 0 else { return }
        change(wakes: false) { $0.advance(to: $1) }
    }

    /// Seconds from now until something changes by itself; nil: nothing will.
    func secondsToNextChange() -> Double? {
        state.withLock { state in
            state.world.nextChange.map { max(0, $0 - Self.moment(&state, clock).wall) }
        }
    }

    private func change(wakes: Bool = true, _ body: (inout CityWorld, CityWorld.Moment) -> FaultConsequences) {
        let (consequences, restarts) = state.withLock { state in
            let moment = Self.moment(&state, clock)
            let consequences = body(&state.world, moment)
            for device in consequences.renumbered {
                state.indexes[device] = DeviceObjects.index(
                    of: plan.devices[device], indexShift: state.world.devices[device].indexShift)
            }
            return (consequences, consequences.rebooted.map { ($0, state.world.devices[$0].boots) })
        }
        orders.withLock { orders in
            orders.restarts += restarts.map { (device: $0.0, boots: $0.1) }
            let room = max(0, Self.maximumWaitingTraps - orders.traps.count)
            orders.traps += consequences.traps.prefix(room)
            orders.droppedTraps += max(0, consequences.traps.count - room)
            // Even without an order, for the time of the next change may be another. Under the lock, so that nobody wakes a
            // thread that has ended.
            if wakes { orders.wake?() }
        }
    }

    // MARK: the agents' thread

    /// Who is to be woken when there is something to do.
    func setWake(_ wake: (@Sendable () -> Void)?) {
        orders.withLock { $0.wake = wake }
    }

    var droppedTraps: Int { orders.withLock { $0.droppedTraps } }

    /// What has gathered since the last call.
    func takeOrders() -> (traps: [TrapOrder], restarts: [(device: Int, boots: Int32)]) {
        orders.withLock { orders in
            defer {
                orders.traps.removeAll()
                orders.restarts.removeAll()
            }
            return (orders.traps, orders.restarts)
        }
    }
}

/// What an agent answers with.
enum AgentObjects: ManagedObjects {
    case device(DeviceView)
    case recording(ObjectIndex<SNMPValue>)

    func value(of oid: ObjectIdentifier) -> SNMPValue? {
        switch self {
        case .device(let view): view.value(of: oid)
        case .recording(let objects): objects.value(of: oid)
        }
    }

    func next(after oid: ObjectIdentifier) -> VarBind? {
        switch self {
        case .device(let view): view.next(after: oid)
        case .recording(let objects): objects.next(after: oid)
        }
    }
}

/// The clock of the machine.
struct SystemWallClock: WallClock {
    var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
