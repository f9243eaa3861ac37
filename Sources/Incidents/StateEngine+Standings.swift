import Inventory
import MonitoringModel

/// How things stand, put together when asked.
extension StateEngine {
    /// - Complexity: linear in the inventory.
    package var standings: Standings {
        var result = Standings()
        let inventory = topology.inventory
        for (number, link) in inventory.links.enumerated() {
            result.links[link.id] =
                switch links[number].condition {
                case .unknown: .unknown
                case .up: .up
                case .down, .disabled: links[number].since.map { .down(since: $0) } ?? .unknown
                }
        }
        let standings = devices.indices.map(standing)
        for (number, device) in inventory.devices.enumerated() { result.devices[device.id] = standings[number] }
        let causes = siteCauses()
        var ofSite = [[Standing]](repeating: [], count: inventory.sites.count)
        for number in devices.indices {
            if let site = topology.sites[number] { ofSite[site].append(standings[number]) }
        }
        for (number, site) in inventory.sites.enumerated() {
            result.sites[site.id] = siteStanding(ofSite[number], cause: causes[number])
        }
        return result
    }

    /// The links that are shut on purpose, among those whose standing is down.
    package var disabledLinks: Set<String> {
        Set(links.indices.filter { links[$0].condition == .disabled }.map { topology.inventory.links[$0].id })
    }

    private func standing(_ number: Int) -> Standing {
        let state = devices[number]
        if let since = state.downSince { return .down(since: since) }
        if let cause = state.cause, let since = state.lostSince {
            return .unreachable(because: id(cause), since: since)
        }
        return state.isSeen ? .up : .unknown
    }

    private func siteStanding(_ devices: [Standing], cause: Cause?) -> Standing {
        if devices.contains(.up) { return .up }
        let since = devices.compactMap { standing -> Timestamp? in
            switch standing {
            case .down(let since), .unreachable(_, let since): since
            case .unknown, .up: nil
            }
        }
        guard let last = since.max(), since.count == devices.count else { return .unknown }
        return cause.map { .unreachable(because: id($0), since: last) } ?? .down(since: last)
    }

    private func id(_ cause: Cause) -> String {
        switch cause {
        case .link(let number): topology.inventory.links[number].id
        case .device(let number): topology.inventory.devices[number].id
        }
    }

    /// For each site of which nothing is left: the cause elsewhere that explains it. A site whose own device is the cause is down, not
    /// unreachable. Of several causes the one with most devices of the site counts, the first in the inventory when equal.
    func siteCauses() -> [Cause?] {
        var isLost = [Bool](repeating: true, count: topology.hanging.count)
        var counts = [[(cause: Cause, devices: Int)]](repeating: [], count: topology.hanging.count)
        for number in devices.indices {
            guard let site = topology.sites[number] else { continue }
            guard !devices[number].isDown else { continue }
            guard let cause = devices[number].cause else {
                isLost[site] = false
                continue
            }
            if case .device(let culprit) = cause, topology.sites[culprit] == site { continue }
            if let index = counts[site].firstIndex(where: { $0.cause == cause }) {
                counts[site][index].devices += 1
            } else {
                counts[site].append((cause, 1))
            }
        }
        return counts.indices.map { site in
            guard isLost[site] else { return nil }
            let most = counts[site].map(\.devices).max()
            return counts[site].first { $0.devices == most }?.cause
        }
    }
}
