import Inventory

/// How the devices of an inventory hang together, by dense numbers: device and link numbers are positions in the inventory.
///
/// A device is **reached** while it works and a path of working links and devices joins it to the monitor's site:
/// 1. Every working device at the monitor's site is reached.
/// 2. A working device with links is reached over a working link to a reached device.
/// 3. Where the linked devices of one site form several groups without a link between the groups, the groups are joined through
///    the site's LAN, at their routers and firewalls (else switches, else all of them).
/// 4. A device without links hangs on its site: it is reached while any linked device of its site is. A site without any linked
///    device is joined by means the inventory does not show, so its devices are always reached.
/// 5. A device whose `Dependency` is not met by reached parents does not work.
struct Topology: Sendable {
    struct LinkEnds: Sendable {
        let a: Int
        let b: Int
    }

    /// Which way everything goes, for one state of links and devices.
    struct Routing: Sendable {
        /// By device.
        var isReached: [Bool]
        /// By device: the device through which it is reached, -1 for those at the monitor's site and for the unreached.
        var parent: [Int]
        /// By device: the link to `parent`; -1 when it is the site's LAN.
        var parentLink: [Int]
        /// Devices in the order in which they are reached: parents come before children.
        var order: [Int]
    }

    let links: [LinkEnds]
    private let deviceCount: Int
    private let isAtMonitorSite: [Bool]
    /// By device: neighbours over links and over the LAN between groups (link -1).
    private let neighbours: [[(device: Int, link: Int)]]
    /// Devices without links outside the monitor's site, with the linked devices of their site, routers first.
    private let hanging: [(device: Int, hosts: [Int])]
    private let dependencies: [(device: Int, parents: [Int], need: Dependency.Need)]

    /// - Throws: `SimulationError` for a link or dependency that names an unknown device.
    init(_ inventory: CityInventory) throws(SimulationError) {
        let devices = inventory.devices
        let numbers = Dictionary(devices.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        func number(_ id: String, _ owner: String) throws(SimulationError) -> Int {
            guard let number = numbers[id] else {
                throw SimulationError(.inventory, "\(owner): no device has the id \"\(id)\"")
            }
            return number
        }
        var links: [LinkEnds] = []
        for link in inventory.links {
            links.append(
                LinkEnds(
                    a: try number(link.a.device, "link \"\(link.id)\""),
                    b: try number(link.b.device, "link \"\(link.id)\"")))
        }
        var dependencies: [(device: Int, parents: [Int], need: Dependency.Need)] = []
        for dependency in inventory.dependencies {
            let owner = "dependency of \"\(dependency.device)\""
            var parents: [Int] = []
            for parent in dependency.parents { parents.append(try number(parent, owner)) }
            dependencies.append((try number(dependency.device, owner), parents, dependency.need))
        }
        self.links = links
        self.dependencies = dependencies
        deviceCount = devices.count
        isAtMonitorSite = devices.map { $0.site == inventory.monitorSite }

        var neighbours = Array(repeating: [(device: Int, link: Int)](), count: devices.count)
        for (link, ends) in links.enumerated() {
            neighbours[ends.a].append((ends.b, link))
            neighbours[ends.b].append((ends.a, link))
        }
        var hanging: [(device: Int, hosts: [Int])] = []
        for members in Self.membersBySite(devices) {
            let linked = members.filter { !neighbours[$0].isEmpty }
            for member in members where neighbours[member].isEmpty && !isAtMonitorSite[member] {
                hanging.append((member, linked.sorted { (Self.rank(devices[$0]), $0) < (Self.rank(devices[$1]), $1) }))
            }
            for (first, second) in Self.lanEdges(between: linked, devices: devices, links: links) {
                neighbours[first].append((second, -1))
                neighbours[second].append((first, -1))
            }
        }
        self.neighbours = neighbours
        self.hanging = hanging
    }

    /// The devices of each site, in the inventory's order.
    private static func membersBySite(_ devices: [Device]) -> [[Int]] {
        var positions: [String: Int] = [:]
        var members: [[Int]] = []
        for (number, device) in devices.enumerated() {
            if let position = positions[device.site] {
                members[position].append(number)
            } else {
                positions[device.site] = members.count
                members.append([number])
            }
        }
        return members
    }

    /// Routers and firewalls before switches before the rest.
    private static func rank(_ device: Device) -> Int {
        switch device.kind {
        case .router, .firewall: 0
        case .accessSwitch: 1
        default: 2
        }
    }

    /// Pairs to join so that the groups of a site's linked devices can reach one another.
    private static func lanEdges(between linked: [Int], devices: [Device], links: [LinkEnds]) -> [(Int, Int)] {
        guard linked.count > 1 else { return [] }
        var group = Dictionary(uniqueKeysWithValues: linked.map { ($0, $0) })
        func root(_ device: Int) -> Int {
            var device = device
            while let next = group[device], next != device { device = next }
            return device
        }
        for ends in links where group[ends.a] != nil && group[ends.b] != nil {
            group[root(ends.a)] = root(ends.b)
        }
        let heads = Dictionary(grouping: linked, by: root).sorted { $0.key < $1.key }.map { members in
            let best = members.value.map { rank(devices[$0]) }.min() ?? 0
            return members.value.filter { rank(devices[$0]) == best }
        }
        var edges: [(Int, Int)] = []
        for first in heads.indices {
            for second in heads.indices where second > first {
                for a in heads[first] {
                    for b in heads[second] { edges.append((a, b)) }
                }
            }
        }
        return edges
    }

    /// Who is reached and how, by the fewest hops.
    ///
    /// - Complexity: one breadth-first search, and one more for each round in which dependencies fail.
    func routing(isLinkUp: [Bool], isDead: [Bool]) -> Routing {
        var isStopped = isDead
        while true {
            let routing = search(isLinkUp: isLinkUp, isStopped: isStopped)
            var failed = false
            for dependency in dependencies where !isStopped[dependency.device] {
                let reached = dependency.parents.count { routing.isReached[$0] }
                let isMet =
                    switch dependency.need {
                    case .any: reached > 0
                    case .all: reached == dependency.parents.count
                    case .atLeast(let count): reached >= count
                    }
                if !isMet {
                    isStopped[dependency.device] = true
                    failed = true
                }
            }
            if !failed { return routing }
        }
    }

    private func search(isLinkUp: [Bool], isStopped: [Bool]) -> Routing {
        var routing = Routing(
            isReached: Array(repeating: false, count: deviceCount), parent: Array(repeating: -1, count: deviceCount),
            parentLink: Array(repeating: -1, count: deviceCount), order: [])
        for device in 0..<deviceCount where isAtMonitorSite[device] && !isStopped[device] {
            routing.isReached[device] = true
            routing.order.append(device)
        }
        var next = 0
        while next < routing.order.count {
            let device = routing.order[next]
            next += 1
            for neighbour in neighbours[device]
            where !routing.isReached[neighbour.device] && !isStopped[neighbour.device]
                && (neighbour.link < 0 || isLinkUp[neighbour.link])
            {
                routing.isReached[neighbour.device] = true
                routing.parent[neighbour.device] = device
                routing.parentLink[neighbour.device] = neighbour.link
                routing.order.append(neighbour.device)
            }
        }
        for (device, hosts) in hanging where !isStopped[device] {
            let host = hosts.first { routing.isReached[$0] }
            guard host != nil || hosts.isEmpty else { continue }
            routing.isReached[device] = true
            routing.parent[device] = host ?? -1
            routing.order.append(device)
        }
        return routing
    }

    /// Whether both ends stand at the monitor's site.
    func isInsideMonitorSite(link: Int) -> Bool {
        isAtMonitorSite[links[link].a] && isAtMonitorSite[links[link].b]
    }
}
