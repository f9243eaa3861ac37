/// The faults in force.
struct FaultState: Sendable {
    /// By link.
    var isCut: [Bool]
    /// By device.
    var isDead: [Bool]
    /// By device: share of requests lost; 0: none.
    var loss: [Double]
    /// By device: seconds an answer is late; 0: not.
    var delay: [Double]
    /// By pool: bytes added.
    var jumps: [Double]
    /// Ports that are down now because they flap.
    var portsDown: Set<CityPlan.PortReference> = []
    var flaps: [Flap] = []
    var sendsTraps = true

    /// A port that changes its state again and again.
    struct Flap: Hashable, Sendable {
        let port: CityPlan.PortReference
        /// Wall-clock seconds between two changes.
        let period: Double
        /// Wall-clock seconds of the next change.
        var next: Double
    }

    init(plan: CityPlan) {
        isCut = Array(repeating: false, count: plan.linkIDs.count)
        isDead = Array(repeating: false, count: plan.devices.count)
        loss = Array(repeating: 0, count: plan.devices.count)
        delay = Array(repeating: 0, count: plan.devices.count)
        jumps = Array(repeating: 0, count: plan.pools.count)
    }

    mutating func endFlapping(of device: Int) {
        flaps.removeAll { $0.port.device == device }
        portsDown = portsDown.filter { $0.device != device }
    }
}
