import Inventory

/// The inventory as a graph over small numbers, made once per inventory.
///
/// Devices, links and sites are numbered in the inventory's order. What refers to something that is not there is left out.
struct Topology: Sendable {
    /// A neighbour over a link.
    struct Edge: Sendable {
        var link: Int
        var device: Int
    }

    /// An end of a link at an interface; `end` is 0 for a, 1 for b.
    struct Port: Sendable {
        var link: Int
        var end: Int
    }

    /// An explicit dependency: `device` needs at least `least` of `parents`.
    struct Need: Sendable {
        var device: Int
        var parents: [Int]
        var least: Int
    }

    let inventory: CityInventory
    let deviceNumbers: [String: Int]
    let linkNumbers: [String: Int]
    /// Per device.
    let edges: [[Edge]]
    /// Per device: its interfaces that are ends of links.
    let ports: [[String: [Port]]]
    /// Per device; nil where the site is not in the inventory.
    let sites: [Int?]
    /// Per link: its two devices, nil when one is not in the inventory.
    let ends: [(a: Int, b: Int)?]
    /// Per site: the devices without links, which hang on the linked ones. Empty for the monitor's own site.
    let hanging: [[Int]]
    let needs: [Need]
    /// Per device: the needs it has, and the needs it is a parent of.
    let needsOfDevice: [[Int]]
    let needsOnDevice: [[Int]]
    /// Per device: at the monitor's site, so a path to it always exists.
    let isAtMonitor: [Bool]
    /// Per device: the inventory shows no path to it even when everything works (lines that are not entered, needs in a circle). Nothing can be said
    /// about its path, so it counts as having one.
    private(set) var isUncharted: [Bool]
    /// Per device: hops from the monitor's site when everything works.
    private(set) var distance: [Int]

    init(_ inventory: CityInventory) {
        self.inventory = inventory
        let number = { (ids: [String]) in
            Dictionary(zip(ids, ids.indices), uniquingKeysWith: { first, _ in first })
        }
        let deviceNumbers = number(inventory.devices.map(\.id))
        self.deviceNumbers = deviceNumbers
        linkNumbers = number(inventory.links.map(\.id))
        let siteNumbers = number(inventory.sites.map(\.id))
        let count = inventory.devices.count

        var edges = [[Edge]](repeating: [], count: count)
        var ports = [[String: [Port]]](repeating: [:], count: count)
        var ends: [(a: Int, b: Int)?] = []
        for (index, link) in inventory.links.enumerated() {
            guard let a = deviceNumbers[link.a.device], let b = deviceNumbers[link.b.device] else {
                ends.append(nil)
                continue
            }
            ends.append((a, b))
            edges[a].append(Edge(link: index, device: b))
            edges[b].append(Edge(link: index, device: a))
            ports[a][link.a.interface, default: []].append(Port(link: index, end: 0))
            ports[b][link.b.interface, default: []].append(Port(link: index, end: 1))
        }
        let sites = inventory.devices.map { siteNumbers[$0.site] }
        let isAtMonitor = inventory.devices.map { $0.site == inventory.monitorSite }
        var hanging = [[Int]](repeating: [], count: inventory.sites.count)
        for device in 0..<count where edges[device].isEmpty && !isAtMonitor[device] {
            if let site = sites[device] { hanging[site].append(device) }
        }
        var needs: [Need] = []
        var needsOfDevice = [[Int]](repeating: [], count: count)
        var needsOnDevice = [[Int]](repeating: [], count: count)
        for dependency in inventory.dependencies {
            let parents = dependency.parents.compactMap { deviceNumbers[$0] }
            guard let device = deviceNumbers[dependency.device], !parents.isEmpty else { continue }
            let least =
                switch dependency.need {
                case .any: 1
                case .all: parents.count
                case .atLeast(let count): min(max(count, 1), parents.count)
                }
            needsOfDevice[device].append(needs.count)
            for parent in parents { needsOnDevice[parent].append(needs.count) }
            needs.append(Need(device: device, parents: parents, least: least))
        }
        self.edges = edges
        self.ports = ports
        self.ends = ends
        self.sites = sites
        self.isAtMonitor = isAtMonitor
        self.hanging = hanging
        self.needs = needs
        self.needsOfDevice = needsOfDevice
        self.needsOnDevice = needsOnDevice
        isUncharted = [Bool](repeating: false, count: count)
        distance = [Int](repeating: .max, count: count)
        let answering = [Bool](repeating: false, count: count)
        let open = [Bool](repeating: false, count: inventory.links.count)
        isUncharted = reach(closed: open, silent: answering).map { !$0 }
        distance = distances()
    }

    /// Which end of a link loses when it fails: the one farther from the monitor, b when both are as far.
    func farEnd(_ link: Int) -> Int {
        guard let ends = ends[link] else { return 1 }
        return distance[ends.a] > distance[ends.b] ? 0 : 1
    }

    private func distances() -> [Int] {
        var distance = [Int](repeating: .max, count: edges.count)
        var queue = edges.indices.filter { isAtMonitor[$0] || isUncharted[$0] }
        for device in queue { distance[device] = 0 }
        var next = 0
        while next < queue.count {
            let device = queue[next]
            next += 1
            let beyond = edges[device].map(\.device) + (edges[device].isEmpty ? [] : hangers(device))
            for other in beyond where distance[other] == .max {
                distance[other] = distance[device] + 1
                queue.append(other)
            }
        }
        return distance
    }

    /// The devices that hang on a linked device of their site.
    func hangers(_ device: Int) -> [Int] {
        sites[device].map { hanging[$0] } ?? []
    }
}
