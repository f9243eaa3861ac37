import Inventory
import Logging
import MonitoringModel
import Polling
import Reachability
import ServiceLifecycle
import Synchronization

/// Probes devices between polls, stores what came, and lets the SNMP agent judge whether a device is there when its probes say
/// something new: a dead device is known after some probes, not after some polls, and so is one that is back.
struct ReachabilityService: Service {
    let prober: ReachabilityProber
    let watch: ReachabilityWatch
    let poller: Poller
    let coordinator: StateCoordinator
    let appender: any SampleAppender
    let clock: any WallClock

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await round in prober.rounds {
                    let sent = clock.now - round.age
                    let (labels, values) = watch.samples(of: round, method: prober.method)
                    let series = appender.seriesIDs(for: labels)
                    appender.append(
                        SampleBatch(timestamp: sent, values: zip(series, values).map { (series: $0, value: $1) }))
                    for device in watch.suspects(in: round) {
                        group.addTask { await judge(device) }
                    }
                }
            }
        }
        prober.close()
    }

    private func judge(_ device: String) async {
        let presence = await poller.confirmPresence(of: device)
        watch.judged(device, isUp: presence?.isUp)
        if let presence { coordinator.confirmed(presence, of: device) }
    }
}

/// What is remembered of each device's probes.
final class ReachabilityWatch: Sendable {
    /// Since the start.
    struct Counters: Hashable, Sendable {
        var probes = 0
        var lost = 0
        /// Questions to agents because of probes.
        var questions = 0
    }

    private struct Device {
        var site: String
        var tracker = ReachabilityTracker()
        var isAsked = false
    }

    private struct State {
        var devices: [String: Device] = [:]
        var counters = Counters()
    }

    private let state = Mutex(State())

    init(_ inventory: CityInventory) { update(inventory) }

    var counters: Counters { state.withLock { $0.counters } }

    /// Devices that stay keep what is remembered of them.
    func update(_ inventory: CityInventory) {
        state.withLock { state in
            var devices: [String: Device] = [:]
            for device in inventory.devices {
                devices[device.id] = state.devices[device.id] ?? Device(site: device.site)
                devices[device.id]?.site = device.site
            }
            state.devices = devices
        }
    }

    /// `probe_success` of each device of the round, and `probe_duration_seconds` of those that answered.
    func samples(
        of round: ReachabilityRound, method: ReachabilityProber.Method
    ) -> (labels: [LabelSet], values: [Double]) {
        state.withLock { state in
            var labels: [LabelSet] = []
            var values: [Double] = []
            for (id, time) in round.roundTrips {
                guard let site = state.devices[id]?.site else { continue }
                let target = [Label("job", method.rawValue), Label("instance", id), Label("site", site)]
                labels.append(LabelSet(metric: "probe_success", target))
                values.append(time == nil ? 0 : 1)
                if let time {
                    labels.append(LabelSet(metric: "probe_duration_seconds", target))
                    values.append(time / .seconds(1))
                }
            }
            return (labels, values)
        }
    }

    /// The devices whose agents are to be asked now; each until `judged` only once.
    func suspects(in round: ReachabilityRound) -> [String] {
        state.withLock { state in
            round.roundTrips.compactMap { id, time in
                state.counters.probes += 1
                if time == nil { state.counters.lost += 1 }
                guard state.devices[id]?.tracker.probed(isAnswered: time != nil) == true,
                    state.devices[id]?.isAsked == false
                else { return nil }
                state.devices[id]?.isAsked = true
                state.counters.questions += 1
                return id
            }
        }
    }

    /// - Parameter isUp: nil when the agent could not be asked.
    func judged(_ device: String, isUp: Bool?) {
        state.withLock { state in
            state.devices[device]?.isAsked = false
            if let isUp { state.devices[device]?.tracker.judged(isUp: isUp) }
        }
    }
}
