import MonitoringModel

/// What keeps a device from being reached.
enum Cause: Hashable, Sendable {
    case link(Int)
    case device(Int)
}

extension Topology {
    /// For each device, whether there is a path to it: from the monitor's site over links that are not `closed` and devices that are
    /// not `silent`, with its explicit needs met. A silent device may have a path itself; nothing goes on from it.
    ///
    /// - Parameter proven: devices known to be reached by a path that is not in the inventory.
    /// - Complexity: linear in devices, links and needs.
    func reach(closed: [Bool], silent: [Bool], proven: [Int] = []) -> [Bool] {
        var joined = [Bool](repeating: false, count: edges.count)
        var path = [Bool](repeating: false, count: edges.count)
        var missing = needs.map(\.least)
        var unmet = needsOfDevice.map(\.count)
        var servedSites = [Bool](repeating: false, count: hanging.count)
        var queue: [Int] = []
        queue.reserveCapacity(edges.count)

        func admit(_ device: Int) {
            guard !path[device] else { return }
            path[device] = true
            if !silent[device] { queue.append(device) }
        }
        func join(_ device: Int) {
            guard !joined[device] else { return }
            joined[device] = true
            if unmet[device] == 0 { admit(device) }
        }
        for device in edges.indices where isUncharted[device] { admit(device) }
        for device in edges.indices where isAtMonitor[device] { join(device) }
        for device in proven { admit(device) }
        var next = 0
        while next < queue.count {
            let device = queue[next]
            next += 1
            for edge in edges[device] where !closed[edge.link] { join(edge.device) }
            if !edges[device].isEmpty, let site = sites[device], !servedSites[site] {
                servedSites[site] = true
                for hanger in hanging[site] { join(hanger) }
            }
            for need in needsOnDevice[device] {
                missing[need] -= 1
                guard missing[need] == 0 else { continue }
                let dependant = needs[need].device
                unmet[dependant] -= 1
                if unmet[dependant] == 0, joined[dependant] { admit(dependant) }
            }
        }
        return path
    }

    /// Names the cause for each device without a path; nil for the others.
    ///
    /// Candidates are the closed links and dead devices at the border of what is reached. Where several cut the same part off, the one that
    /// failed last is the cause: before it there was a path. Parts cut off again inside a lost part keep their own, inner cause.
    ///
    /// - Parameters:
    ///   - path: as `reach` returned it.
    ///   - linkSince, deviceSince: when a closed link or dead device failed; asked for those only.
    func causes(
        path: [Bool], closed: [Bool], dead: [Bool], linkSince: (Int) -> Timestamp, deviceSince: (Int) -> Timestamp
    ) -> [Cause?] {
        var causes = [Cause?](repeating: nil, count: path.count)
        guard path.contains(false) else { return causes }
        let closedLinks = closed.indices.filter { closed[$0] && ends[$0] != nil }
        let deadDevices = dead.indices.filter { dead[$0] }
        func isLost(_ device: Int) -> Bool { !path[device] && causes[device] == nil }

        while true {
            var seeds: [(since: Timestamp, cause: Cause, starts: [Int])] = []
            for link in closedLinks {
                guard let ends = ends[link] else { continue }
                for (near, far) in [(ends.a, ends.b), (ends.b, ends.a)] where isLost(far) && !isLost(near) {
                    seeds.append((linkSince(link), .link(link), [far]))
                }
            }
            for device in deadDevices where !isLost(device) {
                let starts = beyond(device, path: path, closed: closed, dead: dead).filter(isLost)
                if !starts.isEmpty { seeds.append((deviceSince(device), .device(device), starts)) }
            }
            if seeds.isEmpty { return causes }
            // Stable for equal times: the order of the inventory, links first.
            let order = seeds.indices.sorted { (seeds[$1].since, $0) < (seeds[$0].since, $1) }
            for index in order {
                var stack = seeds[index].starts
                while let device = stack.popLast() {
                    guard isLost(device) else { continue }
                    causes[device] = seeds[index].cause
                    if !dead[device] {
                        stack += beyond(device, path: path, closed: closed, dead: dead).filter(isLost)
                    }
                }
            }
        }
    }

    /// What gets its path from `device`: over open links, by hanging on it, or by needing it and not having enough without it.
    private func beyond(_ device: Int, path: [Bool], closed: [Bool], dead: [Bool]) -> [Int] {
        var result = edges[device].compactMap { closed[$0.link] ? nil : $0.device }
        if !edges[device].isEmpty { result += hangers(device) }
        for number in needsOnDevice[device] {
            let need = needs[number]
            let working = need.parents.reduce(0) { $0 + (path[$1] && !dead[$1] ? 1 : 0) }
            if working < need.least { result.append(need.device) }
        }
        return result
    }
}
