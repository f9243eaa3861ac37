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
    /// The days in which `shape` jumps are to be expected.
    private let period: Double
    /// The pool's use today, to which a foreign jump is in proportion.
    private let level: Double

    /// A pool's first jump is at least this share of its use. Larger ones are rarer in proportion to their size, as in
    /// the public daily series the defaults are fitted on: 10 % twice, 20 % once in three years.
    private static let leastForeignJump = 0.005

    /// - Parameter isReplayed: the pool's own jumps are among the shocks replayed: only foreign ones are left.
    init(
        _ jumps: [UsageStructure.Jump], historyDays: Int, level: Double, isReplayed: Bool, calibration: FleetCalibration
    ) {
        let own = isReplayed || jumps.isEmpty ? 0 : Double(jumps.count) - 1 + max(0, calibration.jumpRecurrence)
        sizes = jumps.map(\.size)
        shape = own + max(0, calibration.fleetJumps)
        ownShare = shape > 0 ? own / shape : 0
        period = Double(max(30, historyDays)) + max(0, calibration.fleetJumpDays)
        self.level = level
    }

    /// One path's mean days between jumps; infinite: none.
    func meanGap(_ random: inout SplitMix64) -> Double {
        guard shape > 0 else { return .infinity }
        // A gamma draw by the cube of a normal one (Wilson, Hilferty: "The distribution of chi-square", 1931).
        let root = 1 - 1 / (9 * shape) + NormalScores.draw(&random) / (3 * shape.squareRoot())
        let expected = shape * root * root * root
        return root > 0 && expected > 0 ? period / expected : .infinity
    }

    func size(_ random: inout SplitMix64) -> Double {
        if ownShare > 0, random.uniform() < ownShare { return sizes[random.index(below: sizes.count)] }
        return level * min(1, Self.leastForeignJump / random.uniform())
    }
}
