/// The battery of one UPS: discharges from `ups-on-battery` on, recharges when that ends.
struct Battery: Sendable {
    /// Minutes the full battery lasts.
    let minutes: Double
    /// Simulated seconds since which it supplies the load; nil: on mains.
    private(set) var onBatterySince: Double?
    /// Percent at `changed`.
    private var charge = 100.0
    private var changed = 0.0
    private(set) var inputLineBads: UInt32 = 0

    /// Seconds from empty to full.
    private static let rechargeSeconds = 4.0 * 3_600

    init(stream: UInt64, noise: Noise) {
        minutes = noise.uniform(35...90, stream, 61)
    }

    /// Percent, 0...100.
    func charge(at simulated: Double) -> Double {
        let elapsed = max(0, simulated - changed)
        let change = onBatterySince == nil ? elapsed / Self.rechargeSeconds : -elapsed / (minutes * 60)
        return min(100, max(0, charge + change * 100))
    }

    func minutesRemaining(at simulated: Double) -> Double {
        minutes * charge(at: simulated) / 100
    }

    func secondsOnBattery(at simulated: Double) -> Double {
        onBatterySince.map { max(0, simulated - $0) } ?? 0
    }

    /// Mains fails or returns. No effect when it already is so.
    mutating func setOnBattery(_ isOnBattery: Bool, at simulated: Double) {
        guard isOnBattery != (onBatterySince != nil) else { return }
        charge = charge(at: simulated)
        changed = simulated
        onBatterySince = isOnBattery ? simulated : nil
        if isOnBattery { inputLineBads &+= 1 }
    }
}
