import Glibc

/// Simulates use day by day until it first reaches the capacity.
///
/// The first-passage time of the simulated daily maxima is the fill date. A block of days that cannot reach the
/// capacity is stepped over at once, so that a path of a year costs about as much as the weeks in it.
struct PathSimulator {
    private let structure: UsageStructure
    private let shocks: GrowthShocks
    private let calibration: FleetCalibration
    private let future: FutureDays
    /// Jumps in paths that follow a model, and in paths that replay all growth.
    private let jumps: JumpProcess
    private let foreignJumps: JumpProcess
    /// Use at the last reading as a share, without what is only noise, teeth or weekday.
    private let startLevel: Double
    /// The day of the last reading, an index into the history.
    private let startDay: Int
    /// The share at which the pool is full.
    private let limit = 1.0
    /// Every so many blocks the use of all paths is kept.
    private let bandStep: Int

    /// - Parameter bandStep: in blocks of `ShockPool.blockLength` days; at least 1.
    init(
        _ structure: UsageStructure, shocks: GrowthShocks, calibration: FleetCalibration, lastReading: Int,
        firstDay: Int, horizon: Int, bandStep: Int
    ) {
        self.structure = structure
        self.shocks = shocks
        self.calibration = calibration
        self.bandStep = bandStep
        startDay = lastReading
        startLevel = structure.level[lastReading] - shocks.passingToday
        let days = structure.level.count
        future = FutureDays(
            structure, lastReading: firstDay + lastReading, lag: days - 1 - lastReading, horizon: horizon)
        jumps = JumpProcess(
            structure.jumps, historyDays: days, level: startLevel, isReplayed: false, calibration: calibration)
        foreignJumps = JumpProcess(
            structure.jumps, historyDays: days, level: startLevel, isReplayed: true, calibration: calibration)
    }

    /// Runs one path for each place of `chosen`, an index of `hypotheses`.
    func run(_ hypotheses: [GrowthHypothesis], chosen: [Int], random: inout SplitMix64) -> SimulatedPaths {
        var paths = SimulatedPaths(
            count: chosen.count, points: future.blocks / bandStep, step: bandStep * ShockPool.blockLength,
            lag: future.lag)
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
        let process = isReplay ? foreignJumps : jumps
        let meanGap = process.meanGap(&random)
        var nextJump = meanGap.isFinite ? -log(random.uniform()) * meanGap : .infinity
        var tooth = structure.regularDrops.map { ToothCycle($0, pathStart: startDay) }
        var toothHeight = 0.0
        // A retention job keeps the use below its threshold; only a jump of a day gets past it.
        let purges = structure.retentionPurges.flatMap { random.uniform() < $0.confidence ? $0 : nil }
        let ceiling = min(limit, purges?.threshold ?? limit)
        var level = startLevel
        var start = random.index(below: pool.starts)
        for block in 0..<future.blocks {
            let before = block * length
            // One draw serves all of a block: its upper half, the lowest bits, and those between.
            let bits = random.next()
            if block > 0 {
                // Four blocks in a row on average (Politis, Romano: "The stationary bootstrap", 1994).
                if start + length < pool.starts, bits & 3 != 0 {
                    start += length
                } else {
                    start = SplitMix64.index(below: pool.starts, of: bits)
                }
            }
            var dailyRate =
                rate + hypothesis.yearCosine * future.yearCosine[block] + hypothesis.yearSine * future.yearSine[block]
            if onLevel != 0 {
                // Half a block ahead, so that the straight step follows the bend.
                dailyRate = (dailyRate + onLevel * (level - startLevel)) * (1 + 0.5 * onLevel * Double(length))
            }
            let growth = dailyRate * Double(length)
            let isEventful =
                tooth != nil || nextJump <= Double(before + length) || (!isReplay && future.blockHasMonthDay[block])
            let highest = level + max(0, growth) + activity * pool.blockPeak[start] + future.highestOffset
            if !isEventful, highest < ceiling {
                level += growth + activity * pool.blockSum[start]
            } else {
                for place in 0..<length {
                    let day = before + place + 1
                    level += dailyRate + activity * pool.lasting[start + place]
                    if !isReplay, future.isMonthDay[day], let sizes = structure.monthDayGrowth?.sizes {
                        level += sizes[random.index(below: sizes.count)]
                    }
                    while nextJump <= Double(day) {
                        level += process.size(&random)
                        nextJump -= log(random.uniform()) * meanGap
                    }
                    if tooth != nil { toothHeight = tooth?.height(on: day, &random) ?? 0 }
                    let used = level + activity * pool.passing[start + place] + future.offset[day] + toothHeight
                    if used >= limit { return day }
                    if used >= ceiling, let purges {
                        level *= purges.kept[random.index(below: purges.kept.count)]
                    }
                }
            }
            level = max(level, 0)
            if wander > 0 { rate += wander * NormalScores.value(of: bits) }
            if (block + 1) % bandStep == 0 {
                paths.keep(level + future.offset[before + length] + toothHeight, path: path, point: block / bandStep)
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
        for point in 0..<paths.points { paths.keep(max(0, level((point + 1) * paths.step)), path: path, point: point) }
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
