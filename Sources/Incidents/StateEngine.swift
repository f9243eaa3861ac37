package import Inventory
package import MonitoringModel

/// Link and device states, reachability and the alerts that follow from them.
///
/// A pure state machine: no clock, no I/O. Its owner feeds observations and sends out what changed.
///
/// Invariants, true after every call:
/// 1. A link is down when either end's last word is operationally down, and up only when no known end is down. A link one end of which is shut
///    on purpose is *disabled*: it carries nothing either, but alerts (as a warning) only while something is lost because of it.
/// 2. A device has a path when working links and devices join it to the monitor's site and its explicit needs are met. A device without
///    links hangs on the linked devices of its site. What the inventory joins to nothing counts as having a path.
/// 3. A device without a path is unreachable because of one cause (the link or device that failed last at the border of what is reached),
///    has no count of missed polls and raises no alert.
/// 4. A poll answered after the cause failed proves a path the inventory does not know: the device is up, and so is the path to what is behind it,
///    until it misses a poll.
/// 5. A device is down after `missedPolls` missed polls while it has a path. While devices that miss polls themselves, but are not decided yet,
///    stand on all its paths, the decision waits for them, for as many polls again at most.
/// 6. When a cause appears that was not seen working since a down device's first missed poll, that device's alert ends with the annotation
///    `folded_into`: it is part of the new fault. A device that was dead before keeps its own alert.
/// 7. When a path comes back, the device is unknown until it answers, and counting begins anew. Silence never ends an alert.
/// 8. There is at most one alert per link and per device; its labels do not change while it fires. Texts of alerts tell what is lost now.
/// 9. A link whose alert begins the fifth time within ten minutes flaps: that alert goes on, whatever the link does, until the link has been up for
///    `stableAfter`. Reachability follows the link meanwhile.
/// 10. News older than what is known are ignored.
package struct StateEngine: Sendable {
    package struct Options: Hashable, Sendable {
        /// Failed polls in a row after which a device is down; at least 1.
        package var missedPolls = 3
        /// How long a link that flapped must stay up for its alert to end; two polling intervals are a good choice.
        package var stableAfter = Duration.seconds(120)
        package init() {}
    }

    let options: Options
    var topology: Topology
    var links: [LinkState]
    var devices: [DeviceState]
    /// Devices that missed enough polls and wait for a decision about others (invariant 5).
    var held: Set<Int> = []
    /// Whether who misses polls, or the paths, changed since `pathsAroundSuspects` was computed.
    var suspectsChanged = true
    /// For each device, whether it has a path that avoids all that miss polls.
    var pathsAroundSuspects: [Bool] = []
    /// Ended before anybody could be told: what the first call returns.
    var overdue: [Alert] = []

    /// - Parameter restored: alerts that fired when the process ended; they fire again without being announced anew, until an
    ///   observation ends them. Those whose subject is no longer in the inventory are returned as resolved by the next call.
    package init(inventory: CityInventory, options: Options = Options(), restored: [AlertRecord] = []) {
        self.options = options
        topology = Topology(inventory)
        links = Array(repeating: LinkState(), count: inventory.links.count)
        devices = Array(repeating: DeviceState(), count: inventory.devices.count)
        var latest: Timestamp?
        for record in restored {
            latest = max(latest ?? record.activeAt, record.activeAt)
            restore(record)
        }
        overdue += settle(at: latest ?? Timestamp(milliseconds: 0))
    }

    /// Takes one observation in and returns the alerts that began or ended because of it, causes first.
    ///
    /// - Complexity: constant while nothing changes; linear in the inventory when a link, a device or a path does.
    package mutating func observe(_ observation: Observation) -> [Alert] {
        let changed: [Alert]
        switch observation {
        case .poll(let device, let isUp, let reason, let at):
            changed =
                topology.deviceNumbers[device].map { observePoll($0, isUp: isUp, reason: reason, at: at) } ?? []
        case .interface(let device, let interface, let isUp, let isAdministrativelyUp, let source, let at):
            guard let number = topology.deviceNumbers[device], let ports = topology.ports[number][interface] else {
                return takeOverdue(at)
            }
            let report = LinkState.Report(
                isUp: isUp && isAdministrativelyUp, isAdministrativelyUp: isAdministrativelyUp, source: source, at: at)
            var isNews = false
            for port in ports {
                if links[port.link].take(report, end: port.end) { isNews = true }
                if links[port.link].alert != nil, links[port.link].condition == .up { isNews = true }
            }
            changed = isNews ? settle(at: at) : []
        }
        return overdue.isEmpty ? changed : changed + takeOverdue(observation.at)
    }

    /// Swaps the inventory and keeps the state of what is in both; returns alerts that ended because their subject is gone.
    ///
    /// A link whose ends changed is another line, even under the same id.
    package mutating func update(_ inventory: CityInventory, at time: Timestamp) -> [Alert] {
        let former = self
        topology = Topology(inventory)
        links = inventory.links.map { link in
            guard let number = former.topology.linkNumbers[link.id],
                case let old = former.topology.inventory.links[number], old.a == link.a, old.b == link.b
            else { return LinkState() }
            var state = former.links[number]
            state.alert?.described = nil
            return state
        }
        devices = inventory.devices.map { device in
            guard let number = former.topology.deviceNumbers[device.id] else { return DeviceState() }
            var state = former.devices[number]
            // Numbers of the former topology; found anew below.
            state.cause = nil
            state.alert?.described = nil
            return state
        }
        held = Set(held.compactMap { topology.deviceNumbers[former.topology.inventory.devices[$0].id] })
        suspectsChanged = true
        var gone: [ActiveAlert] = []
        for (number, state) in former.links.enumerated() {
            guard let alert = state.alert else { continue }
            let id = former.topology.inventory.links[number].id
            if topology.linkNumbers[id].flatMap({ links[$0].alert }) == nil { gone.append(alert) }
        }
        for (number, state) in former.devices.enumerated() {
            guard let alert = state.alert else { continue }
            if topology.deviceNumbers[former.topology.inventory.devices[number].id] == nil { gone.append(alert) }
        }
        return settle(at: time) + gone.map { Self.ended($0, AlertTexts.removed, "true", at: time) }
            + takeOverdue(time)
    }

    /// Alerts that fire, oldest first.
    package var alerts: [Alert] {
        (links.compactMap(\.alert) + devices.compactMap(\.alert)).map { $0.alert(.firing) }
            .sorted { ($0.activeAt, $0.labels) < ($1.activeAt, $1.labels) }
    }

    /// What to store, in the inventory's order.
    package var records: [AlertRecord] {
        zip(topology.inventory.links, links).compactMap { link, state in state.alert?.record("link:\(link.id)") }
            + zip(topology.inventory.devices, devices).compactMap { device, state in
                state.alert?.record("device:\(device.id)")
            }
    }

    private mutating func restore(_ record: AlertRecord) {
        let parts = record.entity.split(separator: ":", maxSplits: 1).map(String.init)
        let id = parts.count == 2 ? parts[1] : ""
        if parts.first == "link", let number = topology.linkNumbers[id] {
            let reported = record.annotations[AlertTexts.reportedBy] ?? ""
            let ends = [("a", 0), ("b", 1)].filter { reported.split(separator: ",").contains($0.0[...]) }.map(\.1)
            links[number].restore(
                ends: ends, isDisabled: record.labels["alertname"] == AlertTexts.linkDisabled, record: record)
            links[number].alert = ActiveAlert(record)
        } else if parts.first == "device", let number = topology.deviceNumbers[id] {
            devices[number].downSince = record.activeAt
            devices[number].isRestored = true
            devices[number].misses = options.missedPolls
            devices[number].alert = ActiveAlert(record)
        } else {
            overdue.append(
                Self.ended(ActiveAlert(record), AlertTexts.removed, "true", at: record.activeAt))
        }
    }

    /// What ended unannounced, as ended now.
    private mutating func takeOverdue(_ time: Timestamp) -> [Alert] {
        defer { overdue = [] }
        return overdue.map { alert in
            var alert = alert
            if alert.resolvedAt != nil { alert.resolvedAt = time }
            return alert
        }
    }

    static func ended(_ active: ActiveAlert, _ key: String, _ value: String, at time: Timestamp) -> Alert {
        var active = active
        active.annotations[key] = value
        return active.alert(.resolved, resolvedAt: time)
    }
}

extension Observation {
    var at: Timestamp {
        switch self {
        case .poll(_, _, _, let at): at
        case .interface(_, _, _, _, _, let at): at
        }
    }
}
