import Glibc

/// Jumps to come: those like the pool's own, and those any pool of the fleet may see for the first time.
///
/// Their rate is drawn for each path from a gamma distribution (so that counts are negative binomial): a pool that
/// jumped once in a year may be done with it or be at the start of something.
struct JumpProcess {
    /// Sizes of the pool's own jumps, as shares.
    private let sizes: [Double]
    private let shape: Double
    /// The share of jumps that repeat one of the pool's own.
    private let ownShare: Double
    /// Jumps to be expected a day.
    private let perDay: Double
    /// The pool's use today, to which a foreign jump is in proportion.
    private let level: Double

    /// A pool's first jump is at least this share of its use. Larger ones are rarer in proportion to their size, as in
    /// the public daily series the defaults are fitted on: 10 % twice, 20 % once in three years.
    private static let leastForeignJump = 0.005

    /// Days; jumps more often than that are plain growth, and would take paths forever.
    private static let leastGap = 0.1

    /// - Parameter isReplayed: the pool's own jumps are among the shocks replayed: only foreign ones are left.
    init(
        _ jumps: [UsageStructure.Jump], historyDays: Int, level: Double, isReplayed: Bool, calibration: FleetCalibration
    ) {
        let own = isReplayed || jumps.isEmpty ? 0 : Double(jumps.count) - 1 + max(0, calibration.jumpRecurrence)
        sizes = jumps.map(\.size)
        let foreign = max(0, calibration.fleetJumps)
        let days = Double(max(30, historyDays))
        // The longer a pool has seen no foreign jump, the less it is to expect one.
        let ownPerDay = own / days
        let foreignPerDay = foreign / (days + max(0, calibration.fleetJumpDays))
        shape = own + foreign
        perDay = ownPerDay + foreignPerDay
        ownShare = perDay > 0 ? ownPerDay / perDay : 0
        self.level = level
    }

    /// One path's mean days between jumps; infinite: none.
    func meanGap(_ random: inout SplitMix64) -> Double {
        guard shape > 0, perDay > 0 else { return .infinity }
        // A gamma draw by the cube of a normal one (Wilson, Hilferty: "The distribution of chi-square", 1931).
        let root = 1 - 1 / (9 * shape) + NormalScores.draw(&random) / (3 * shape.squareRoot())
        return root > 0 ? max(1 / (perDay * root * root * root), Self.leastGap) : .infinity
    }

    func size(_ random: inout SplitMix64) -> Double {
        if ownShare > 0, random.uniform() < ownShare {
            return sizes[random.index(below: sizes.count)] * exp(0.4 * NormalScores.draw(&random))
        }
        return level * min(1, Self.leastForeignJump / random.uniform())
    }
}
