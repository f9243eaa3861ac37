import Glibc

/// Simulates use day by day until it first reaches the capacity.
///
/// The first-passage time of the simulated daily maxima is the fill date. A block of days that cannot reach the
/// capacity is stepped over at once, so that a path of a year costs about as much as the weeks in it.
struct PathSimulator {
    let structure: UsageStructure
    private let shocks: GrowthShocks
    private let calibration: FleetCalibration
    let future: FutureDays
    /// Jumps in paths that follow a model, and in paths that replay all growth.
    let jumps: JumpProcess
    let foreignJumps: JumpProcess
    /// Use at the last reading as a share, without what is only noise, teeth or weekday.
    private let startLevel: Double
    /// The day of the last reading, an index into the history.
    private let startDay: Int
    /// The share at which the pool is full.
    let limit = 1.0
    /// The blocks after which the use of all paths is kept, ascending.
    private let keptBlocks: [Int]

    /// So many steps ahead a band has each of them, in weeks those of a quarter of a year, and farther on every fourth:
    /// lines are smooth there.
    private static let nearSteps = 13

    /// - Parameter bandStep: in blocks of `ShockPool.blockLength` days; at least 1.
    init(
        _ structure: UsageStructure, shocks: GrowthShocks, calibration: FleetCalibration, lastReading: Int,
        firstDay: Int, horizon: Int, bandStep: Int
    ) {
        self.structure = structure
        self.shocks = shocks
        self.calibration = calibration
        startDay = lastReading
        startLevel = structure.level[lastReading] - shocks.passingToday
        let days = structure.level.count
        future = FutureDays(
            structure, lastReading: firstDay + lastReading, lag: days - 1 - lastReading, horizon: horizon)
        let nearBlocks =
            (Self.nearSteps + 1) * bandStep + (future.lag + ShockPool.blockLength - 1) / ShockPool.blockLength
        keptBlocks = stride(from: bandStep, through: future.blocks, by: bandStep).filter {
            $0 < nearBlocks || $0.isMultiple(of: 4 * bandStep)
        }
        jumps = JumpProcess(
            structure.jumps, historyDays: days, level: startLevel, isReplayed: false, calibration: calibration)
        foreignJumps = JumpProcess(
            structure.jumps, historyDays: days, level: startLevel, isReplayed: true, calibration: calibration)
    }

    /// Runs one path for each place of `chosen`, an index of `hypotheses`.
    func run(_ hypotheses: [GrowthHypothesis], chosen: [Int], random: inout SplitMix64) -> SimulatedPaths {
        var paths = SimulatedPaths(
            count: chosen.count, days: keptBlocks.map { $0 * ShockPool.blockLength }, lag: future.lag)
        // Evenly spread quantiles in scattered order (the golden ratio's multiples): fewer paths give smooth answers.
        var phase = random.uniform()
        for path in chosen.indices {
            phase += 0.6180339887498949
            if phase >= 1 { phase -= 1 }
            let hypothesis = hypotheses[chosen[path]]
            let score = NormalDistribution.quantile(max(phase, 1e-9))
            let passage =
                hypothesis.model == .drift
                ? drift(hypothesis, score: score, path: path, into: &paths)
                : simulate(hypothesis, score: score, path: path, into: &paths, random: &random)
            if passage <= future.count { paths.passages[path] = Double(max(0, passage - future.lag)) }
            paths.fill(path, from: passage, with: limit)
        }
        return paths
    }

    /// - Returns: the day of the first passage, counted from the last reading; beyond the horizon: `Int.max`.
    private func simulate(
        _ hypothesis: GrowthHypothesis, score: Double, path: Int, into paths: inout SimulatedPaths,
        random: inout SplitMix64
    ) -> Int {
        let length = ShockPool.blockLength
        let isReplay = hypothesis.model == .window
        let pool = isReplay ? shocks.all : shocks.plain
        // How lively a pool is changes from one season to the next.
        let activity = isReplay ? exp(calibration.activity * NormalScores.draw(&random)) : 1
        let spread = isReplay ? calibration.windowSpread : 1
        var rate = (hypothesis.rate + spread * hypothesis.rateDeviation * score) * activity
        let onLevel =
            hypothesis.onLevelDeviation > 0
            ? hypothesis.onLevel + hypothesis.onLevelDeviation * NormalScores.draw(&random) : 0
        // Few pools' rates wander much, most hardly at all.
        let restlessness = exp(calibration.wanderSpread * NormalScores.draw(&random))
        let fleetWander = calibration.rateWander * restlessness * rate
        let wander =
            ((hypothesis.wander * hypothesis.wander + fleetWander * fleetWander) * Double(length)).squareRoot()
        let isYearly = hypothesis.yearCosine != 0 || hypothesis.yearSine != 0
        var events = Events(
            meanGap: (isReplay ? foreignJumps : jumps).meanGap(&random), ceiling: limit, isReplay: isReplay)
        if events.meanGap.isFinite { events.nextJump = -log(random.uniform()) * events.meanGap }
        events.tooth = structure.regularDrops.map { ToothCycle($0, pathStart: startDay) }
        if let purges = structure.retentionPurges, random.uniform() < purges.confidence {
            events.ceiling = min(limit, purges.threshold)
        }
        let blocks = pool.blocks
        let scores = NormalScores.table
        let blockDays = Double(length)
        let highestOffset = future.highestOffset
        let ceiling = events.ceiling
        var level = startLevel
        var start = random.index(below: blocks.count)
        var point = 0
        var nextKept = keptBlocks.first ?? .max
        for block in 0..<future.blocks {
            // One draw serves all of a block: its upper half, the lowest bits, and those between.
            let bits = random.next()
            if block > 0 {
                // Four blocks in a row on average (Politis, Romano: "The stationary bootstrap", 1994).
                let another = SplitMix64.index(below: blocks.count, of: bits)
                start += length
                start = start < blocks.count && bits & 3 != 0 ? start : another
            }
            var dailyRate = rate
            if isYearly {
                dailyRate += hypothesis.yearCosine * future.yearCosine[block]
                dailyRate += hypothesis.yearSine * future.yearSine[block]
            }
            if onLevel != 0 {
                // Half a block ahead, so that the straight step follows the bend.
                dailyRate = (dailyRate + onLevel * (level - startLevel)) * (1 + 0.5 * onLevel * blockDays)
            }
            let growth = dailyRate * blockDays
            let rise = growth > 0 ? growth : 0
            let highest = level + rise + activity * blocks[start].peak + highestOffset
            if highest < ceiling, !mayHappen(events, in: block) {
                level += growth + activity * blocks[start].sum
            } else if let day = live(
                through: block, from: &level, dailyRate: dailyRate, activity: activity, pool, start: start,
                &events, random: &random)
            {
                return day
            }
            if level < 0 { level = 0 }
            if wander > 0 { rate += wander * scores[NormalScores.place(of: bits)] }
            if block + 1 == nextKept {
                paths.keep(level + future.offset[(block + 1) * length] + events.toothHeight, path: path, point: point)
                point += 1
                nextKept = point < keptBlocks.count ? keptBlocks[point] : .max
            }
        }
        return .max
    }

    /// The first day on which a normal forecast of the level reaches the limit, at one score of its spread.
    ///
    /// No path but a quantile's course: the way bands of the drift forecast are read.
    private func drift(_ drift: GrowthHypothesis, score: Double, path: Int, into paths: inout SimulatedPaths) -> Int {
        let inverse = 1 / max(1, drift.reach)
        let spread = drift.rateDeviation * score
        func level(_ day: Int) -> Double {
            let ahead = Double(day)
            return startLevel + drift.rate * ahead + spread * (ahead + ahead * ahead * inverse).squareRoot()
        }
        for (point, day) in paths.days.enumerated() { paths.keep(max(0, level(day)), path: path, point: point) }
        if spread > 0, drift.rate < 0 {
            // Up first and down later: each day is to be looked at.
            return (1...max(1, future.count)).first { level($0) >= limit } ?? .max
        }
        // Rising, or falling first and rising later: once at the limit, it stays there.
        var below = 0
        var beyond = future.count + 1
        while beyond - below > 1 {
            let middle = below + (beyond - below) / 2
            if level(middle) >= limit { beyond = middle } else { below = middle }
        }
        return beyond <= future.count ? beyond : .max
    }
}
