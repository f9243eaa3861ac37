import Inventory
import MonitoringModel

/// What follows from changed links and devices: paths, causes, alerts.
extension StateEngine {
    /// Brings everything into line with the observations taken in, and returns the alerts that began or ended: links before devices, near
    /// before far, beginnings before ends.
    mutating func settle(at time: Timestamp) -> [Alert] {
        repeat {
            computePaths(at: time)
            suspectsChanged = true
        } while declareHeld()
        return renewAlerts(at: time)
    }

    /// Recomputes who has a path and who is the cause for the others, until no more alerts fold into a cause and no more answers prove paths.
    private mutating func computePaths(at time: Timestamp) {
        let closed = links.map(\.carriesNothing)
        while true {
            let dead = devices.map(\.isDown)
            var path = topology.reach(closed: closed, silent: dead)
            var proven: [Int] = []
            for number in devices.indices where devices[number].isProven {
                // A path of the inventory is back: the unknown one need not be remembered.
                if path[number] { devices[number].isProven = false } else { proven.append(number) }
            }
            if !proven.isEmpty { path = topology.reach(closed: closed, silent: dead, proven: proven) }
            let causes = topology.causes(
                path: path, closed: closed, dead: dead, linkSince: { links[$0].since ?? time },
                deviceSince: { devices[$0].downSince ?? time })
            var isSettled = true
            for number in devices.indices {
                if path[number] {
                    if !devices[number].hasPath { regainPath(number) }
                } else {
                    let isNewlyLost = devices[number].hasPath
                    if isNewlyLost, let cause = causes[number], answeredSince(number, cause) {
                        devices[number].isProven = true
                        isSettled = false
                        continue
                    }
                    if isNewlyLost { losePath(number, at: time) }
                    devices[number].cause = causes[number]
                    // Only what takes the path away can explain the silence; a cause that follows when another is repaired was there before.
                    if isNewlyLost, let cause = causes[number], isPart(number, of: cause) {
                        devices[number].foldedInto = cause
                        devices[number].downSince = nil
                        devices[number].resetMisses()
                        isSettled = false
                    }
                }
            }
            if isSettled { return }
        }
    }

    private mutating func losePath(_ number: Int, at time: Timestamp) {
        devices[number].hasPath = false
        devices[number].lostSince = time
        devices[number].isSeen = false
        held.remove(number)
        // An own alert keeps its evidence until it ends or folds.
        if !devices[number].isDown { devices[number].resetMisses() }
    }

    private mutating func regainPath(_ number: Int) {
        devices[number].hasPath = true
        devices[number].lostSince = nil
        devices[number].cause = nil
        if !devices[number].isDown { devices[number].resetMisses() }
    }

    /// Whether a device's last poll was answered although the cause had failed by then: the path does not lead through the cause.
    private func answeredSince(_ number: Int, _ cause: Cause) -> Bool {
        guard !devices[number].isDown, let lastUp = devices[number].lastUp, lastUp == devices[number].lastPoll,
            let failed = failed(cause)
        else { return false }
        return lastUp > failed
    }

    /// When a cause failed.
    func failed(_ cause: Cause) -> Timestamp? {
        switch cause {
        case .link(let number): links[number].since
        case .device(let number): devices[number].downSince
        }
    }

    /// Whether a down device's silence is explained by a cause: nothing saw the cause working since the silence began.
    private func isPart(_ number: Int, of cause: Cause) -> Bool {
        guard devices[number].isDown, !devices[number].isRestored, let firstMiss = devices[number].firstMiss else {
            return false
        }
        let lastWorking =
            switch cause {
            case .link(let link): links[link].lastUp
            case .device(let device): devices[device].lastUp
            }
        return lastWorking.map { $0 <= firstMiss } ?? true
    }

    /// Compares the alerts that should fire with those that do.
    private mutating func renewAlerts(at time: Timestamp) -> [Alert] {
        let losses = losses()
        let texts = AlertTexts(topology: topology)
        var begun: [Alert] = []
        var ended: [Alert] = []
        for number in links.indices {
            let loss = losses[.link(number)] ?? Loss()
            let name: String? =
                switch links[number].condition {
                case .down: AlertTexts.linkDown
                case .disabled where !loss.devices.isEmpty: AlertTexts.linkDisabled
                case .disabled, .up, .unknown: nil
                }
            if let active = links[number].alert, active.labels["alertname"] != name,
                !(name == nil && links[number].isUnsettled(at: time, stableAfter: options.stableAfter))
            {
                ended.append(active.alert(.resolved, resolvedAt: time))
                links[number].alert = nil
            }
            if links[number].alert != nil {
                Self.renew(&links[number].alert, loss, texts)
            } else if name != nil {
                var active = texts.link(number, links[number], loss: loss)
                if links[number].begin(at: time) { active.annotations[AlertTexts.flapping] = "true" }
                links[number].alert = active
                begun.append(active.alert(.firing))
            }
        }
        var begunDevices: [(distance: Int, alert: Alert)] = []
        for number in devices.indices {
            let loss = losses[.device(number)] ?? Loss()
            if let active = devices[number].alert, !devices[number].isDown {
                ended.append(end(active, number, at: time))
                devices[number].alert = nil
            }
            devices[number].foldedInto = nil
            if devices[number].alert != nil {
                Self.renew(&devices[number].alert, loss, texts)
            } else if devices[number].isDown {
                let active = texts.device(number, devices[number], loss: loss)
                devices[number].alert = active
                begunDevices.append((topology.distance[number], active.alert(.firing)))
            }
        }
        begunDevices.sort { $0.distance < $1.distance }
        return begun + begunDevices.map(\.alert) + ended
    }

    private func end(_ active: ActiveAlert, _ number: Int, at time: Timestamp) -> Alert {
        guard let cause = devices[number].foldedInto else { return active.alert(.resolved, resolvedAt: time) }
        return Self.ended(active, AlertTexts.foldedInto, entity(cause), at: time)
    }

    /// Brings the texts about what is lost up to date.
    private static func renew(_ active: inout ActiveAlert?, _ loss: Loss, _ texts: AlertTexts) {
        guard active?.described != loss, var alert = active else { return }
        texts.describe(loss, in: &alert.annotations)
        alert.described = loss
        active = alert
    }

    private func entity(_ cause: Cause) -> String {
        switch cause {
        case .link(let number): "link:\(topology.inventory.links[number].id)"
        case .device(let number): "device:\(topology.inventory.devices[number].id)"
        }
    }

    /// What is lost because of which cause.
    private func losses() -> [Cause: Loss] {
        var losses: [Cause: Loss] = [:]
        for number in devices.indices {
            if let cause = devices[number].cause, !devices[number].isDown {
                losses[cause, default: Loss()].devices.append(number)
            }
        }
        if losses.isEmpty { return losses }
        for (site, cause) in siteCauses().enumerated() {
            if let cause { losses[cause, default: Loss()].sites.append(site) }
        }
        return losses
    }
}
