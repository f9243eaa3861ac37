/// Bytes over one direction of a line or port, as an exact integral of its load.
///
/// The load is a mix of two shapes whose strengths change only when routes do; at such a moment what flowed so far is put
/// aside, so the counter is continuous and never falls.
struct Flow: Sendable {
    /// Bytes a second at full level of each shape.
    struct Strength: Hashable, Sendable {
        var office = 0.0
        var backup = 0.0

        static func + (lhs: Strength, rhs: Strength) -> Strength {
            Strength(office: lhs.office + rhs.office, backup: lhs.backup + rhs.backup)
        }

        static func * (lhs: Strength, rhs: Double) -> Strength {
            Strength(office: lhs.office * rhs, backup: lhs.backup * rhs)
        }
    }

    private(set) var strength: Strength
    /// Bytes up to `since`.
    private var settled = 0.0
    private var since: FlowMoment

    init(_ strength: Strength, since: FlowMoment) {
        self.strength = strength
        self.since = since
    }

    func bytes(at moment: FlowMoment) -> Double {
        settled + strength.office * (moment.office - since.office) + strength.backup * (moment.backup - since.backup)
    }

    /// From `moment` on, the load has another strength.
    mutating func change(to strength: Strength, at moment: FlowMoment) {
        guard strength != self.strength else { return }
        settled = bytes(at: moment)
        since = moment
        self.strength = strength
    }
}

/// The integrals of both shapes for one line at one time, in wall-clock seconds of full level.
struct FlowMoment: Sendable {
    let office: Double
    let backup: Double
}

/// What every remote device asks of the centre, and what that makes of each link's load.
struct TrafficPlan: Sendable {
    /// Bytes a second, by link and direction. `down` is from the centre outward.
    struct LinkLoad: Hashable, Sendable {
        var aToB = Flow.Strength()
        var bToA = Flow.Strength()
    }

    /// By device: what it fetches from the centre and what it sends there.
    private var down: [Flow.Strength]
    private var up: [Flow.Strength]
    /// By link: bytes a second it can carry.
    private let capacity: [Double]
    /// By link: load that does not come from remote devices.
    private let own: [LinkLoad]

    /// A link never shows more of its capacity than this at full level.
    private static let ceiling = 0.97
    /// Share of its capacity the busiest undisturbed link carries at full level.
    private static let planned = 0.6
    /// Routing protocols on a link nothing else uses, in bytes a second.
    private static let murmur = 400.0

    /// - Parameters:
    ///   - bytesPerSecond: capacity by link.
    ///   - routing: with every link up and every device working.
    init(bytesPerSecond: [Double], topology: Topology, routing: Topology.Routing, noise: Noise, ids: [String]) {
        let count = routing.isReached.count
        capacity = bytesPerSecond
        own = bytesPerSecond.indices.map { link in
            guard topology.isInsideMonitorSite(link: link) else {
                let murmur = Flow.Strength(office: Self.murmur, backup: 0)
                return LinkLoad(aToB: murmur, bToA: murmur)
            }
            let stream = UInt64(link) &+ 0x11
            let strength = Flow.Strength(office: bytesPerSecond[link], backup: bytesPerSecond[link])
            return LinkLoad(
                aToB: strength * noise.uniform(0.12...0.35, stream, 1),
                bToA: strength * noise.uniform(0.08...0.30, stream, 2))
        }
        // Each device first wants a share of the narrowest link on its way; shared links then cut everyone down.
        var narrowest = Array(repeating: Double.infinity, count: count)
        var wish = Array(repeating: 0.0, count: count)
        for device in routing.order {
            let parent = routing.parent[device]
            guard parent >= 0 else { continue }
            let link = routing.parentLink[device]
            narrowest[device] = min(narrowest[parent], link >= 0 ? bytesPerSecond[link] : .infinity)
            if narrowest[device].isFinite {
                wish[device] = narrowest[device] * noise.uniform(0.15...0.5, Noise.stream(ids[device], "demand"))
            }
        }
        var carried = Array(repeating: 0.0, count: bytesPerSecond.count)
        Self.forEachLinkAbove(routing) { device, link in carried[link] += wish[device] }
        var share = Array(repeating: 1.0, count: count)
        Self.forEachLinkAbove(routing) { device, link in
            share[device] = min(share[device], Self.planned * bytesPerSecond[link] / max(1, carried[link]))
        }
        down = wish.indices.map {
            Flow.Strength(office: wish[$0] * share[$0] * 0.8, backup: wish[$0] * share[$0] * 0.05)
        }
        up = wish.indices.map { Flow.Strength(office: wish[$0] * share[$0] * 0.25, backup: wish[$0] * share[$0] * 0.3) }
    }

    /// Calls with every device and each link between it and the centre.
    private static func forEachLinkAbove(_ routing: Topology.Routing, _ body: (Int, Int) -> Void) {
        for device in routing.order {
            var position = device
            while routing.parent[position] >= 0 {
                if routing.parentLink[position] >= 0 { body(device, routing.parentLink[position]) }
                position = routing.parent[position]
            }
        }
    }

    /// What flows over each link while routes are as given: what is behind a cut flows nowhere, and takes the other way round
    /// a ring.
    func loads(topology: Topology, routing: Topology.Routing, isLinkUp: [Bool]) -> [LinkLoad] {
        var loads = own
        var downBelow = down
        var upBelow = up
        for device in routing.order.reversed() {
            let parent = routing.parent[device]
            guard parent >= 0 else { continue }
            downBelow[parent] = downBelow[parent] + downBelow[device]
            upBelow[parent] = upBelow[parent] + upBelow[device]
            let link = routing.parentLink[device]
            guard link >= 0 else { continue }
            if topology.links[link].a == parent {
                loads[link].aToB = loads[link].aToB + downBelow[device]
                loads[link].bToA = loads[link].bToA + upBelow[device]
            } else {
                loads[link].bToA = loads[link].bToA + downBelow[device]
                loads[link].aToB = loads[link].aToB + upBelow[device]
            }
        }
        for link in loads.indices {
            loads[link] =
                isLinkUp[link]
                ? LinkLoad(
                    aToB: limited(loads[link].aToB, link: link), bToA: limited(loads[link].bToA, link: link))
                : LinkLoad()
        }
        return loads
    }

    private func limited(_ strength: Flow.Strength, link: Int) -> Flow.Strength {
        // The unrest of a line lifts both shapes by up to 1.7 together, of levels that are rarely 1 at the same time.
        let peak = max(strength.office, strength.backup) * 1.6
        return peak > capacity[link] * Self.ceiling ? strength * (capacity[link] * Self.ceiling / peak) : strength
    }
}
