import Incidents
import Inventory
import MonitoringModel
import Polling
import Synchronization

/// Feeds what polls and traps say into the state engine and hands on the alerts that change.
///
/// Called from the poller's tasks and the trap loop; one short lock, no waiting.
final class StateCoordinator: PollObserver, Sendable {
    private struct State {
        var engine: StateEngine
        /// The target that decides whether a device is up, by device.
        var mainTargets: [String: PollTarget.ID]
        var newestPoll: Timestamp?
    }

    private let state: Mutex<State>
    private let continuation: AsyncStream<[Alert]>.Continuation
    /// Alerts that began or ended, for the one reader that announces them. Unbounded, since an alert must not be lost and
    /// there are never more than a few per entity.
    let changes: AsyncStream<[Alert]>

    init(engine: StateEngine, targets: [PollTarget]) {
        state = Mutex(State(engine: engine, mainTargets: Self.mainTargets(targets)))
        (changes, continuation) = AsyncStream.makeStream()
    }

    /// SNMP decides where a device has it, else its first other target.
    private static func mainTargets(_ targets: [PollTarget]) -> [String: PollTarget.ID] {
        Dictionary(grouping: targets, by: \.device).compactMapValues { targets in
            (targets.first { $0.id.job == "snmp" } ?? targets.min { $0.id < $1.id })?.id
        }
    }

    func pollFinished(_ outcome: PollOutcome) {
        let changed = state.withLock { state in
            state.newestPoll = max(state.newestPoll ?? outcome.time, outcome.time)
            var alerts: [Alert] = []
            if state.mainTargets[outcome.target.device] == outcome.target.id {
                alerts += state.engine.observe(
                    .poll(
                        device: outcome.target.device, isUp: outcome.isUp,
                        reason: outcome.isUp ? nil : outcome.reason?.code, at: outcome.time))
            }
            for status in outcome.interfaces {
                alerts += state.engine.observe(
                    Self.observation(status, of: outcome.target.device, source: .poll, at: outcome.time))
            }
            return alerts
        }
        if !changed.isEmpty { continuation.yield(changed) }
    }

    /// Takes in the interfaces that were asked for because of a trap.
    func confirmed(_ interfaces: [InterfaceStatus], of device: String, at time: Timestamp) {
        let changed = state.withLock { state in
            interfaces.flatMap {
                state.engine.observe(Self.observation($0, of: device, source: .trap, at: time))
            }
        }
        if !changed.isEmpty { continuation.yield(changed) }
    }

    func update(_ inventory: CityInventory, targets: [PollTarget], at time: Timestamp) {
        let changed = state.withLock { state in
            state.mainTargets = Self.mainTargets(targets)
            return state.engine.update(inventory, at: time)
        }
        if !changed.isEmpty { continuation.yield(changed) }
    }

    var alerts: [Alert] { state.withLock { $0.engine.alerts } }
    var records: [AlertRecord] { state.withLock { $0.engine.records } }
    var standings: Standings { state.withLock { $0.engine.standings } }
    /// When the newest finished poll was sent.
    var newestPoll: Timestamp? { state.withLock { $0.newestPoll } }

    /// Ends `changes` once what waits there has been read.
    func finish() {
        continuation.finish()
    }

    private static func observation(
        _ status: InterfaceStatus, of device: String, source: Observation.Source, at time: Timestamp
    ) -> Observation {
        .interface(
            device: device, interface: status.interface, isUp: status.isOperational,
            isAdministrativelyUp: status.isAdministrativelyUp, source: source, at: time)
    }
}
