import Incidents
import Inventory
import MonitoringModel
import Polling
import Synchronization

/// News for people, with the state to store beside it.
struct AlertChange: Sendable {
    /// Alerts that began or ended together.
    var alerts: [Alert]
    /// Everything that fires once this news is out: not what fires by the time it is stored.
    var records: [AlertRecord]
}

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
    private let continuation: AsyncStream<AlertChange>.Continuation
    /// Alerts that began or ended, in the order they did, for the one reader that announces them. Unbounded, since an alert
    /// must not be lost; the state engine keeps a flapping link from filling it.
    let changes: AsyncStream<AlertChange>

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
        state.withLock { state in
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
            announce(alerts, state)
        }
    }

    /// Takes in the interfaces that were asked for because of a trap.
    func confirmed(_ confirmed: ConfirmedInterfaces, of device: String) {
        state.withLock { state in
            let alerts = confirmed.interfaces.flatMap {
                state.engine.observe(Self.observation($0, of: device, source: .trap, at: confirmed.time))
            }
            announce(alerts, state)
        }
    }

    /// Takes in what an agent said when it was asked because of a probe: as good as a poll.
    func confirmed(_ presence: Presence, of device: String) {
        state.withLock { state in
            let alerts = state.engine.observe(
                .poll(device: device, isUp: presence.isUp, reason: presence.reason?.code, at: presence.time))
            announce(alerts, state)
        }
    }

    func update(_ inventory: CityInventory, targets: [PollTarget], at time: Timestamp) {
        state.withLock { state in
            state.mainTargets = Self.mainTargets(targets)
            announce(state.engine.update(inventory, at: time), state)
        }
    }

    /// Called under the lock, so that two changes cannot overtake each other; yielding neither waits nor calls back.
    private func announce(_ alerts: [Alert], _ state: borrowing State) {
        guard !alerts.isEmpty else { return }
        continuation.yield(AlertChange(alerts: alerts, records: state.engine.records))
    }

    var alerts: [Alert] { state.withLock { $0.engine.alerts } }
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
