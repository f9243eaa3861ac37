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
    /// The days on which the use of all paths is kept, ascending.
    private let kept: [KeptDay]
    /// Those of them that make a band, counted from today: ends of blocks, so that all are one weekday and lines
    /// between them are smooth.
    let bandDays: Set<Int>

    private struct KeptDay {
        /// Counted from the last reading.
        var day: Int

        var block: Int { (day - 1) / ShockPool.blockLength }
        var isEndOfBlock: Bool { day.isMultiple(of: ShockPool.blockLength) }
    }

    /// So many steps ahead a band has each of them, in weeks those of a quarter of a year, and farther on every fourth:
    /// lines are smooth there.
    private static let nearSteps = 13

    /// - Parameters:
    ///   - bandStep: in blocks of `ShockPool.blockLength` days; at least 1.
    ///   - asked: days from today on which the use is wanted, too; a block or more apart, as a block keeps one beside its
    ///     end.
    init(
        _ structure: UsageStructure, shocks: GrowthShocks, calibration: FleetCalibration, lastReading: Int,
        firstDay: Int, horizon: Int, bandStep: Int, asked: [Int]
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
        let lag = future.lag
        let band = stride(from: bandStep, through: future.blocks, by: bandStep).filter {
            $0 < nearBlocks || $0.isMultiple(of: 4 * bandStep)
        }.map { $0 * ShockPool.blockLength }
        bandDays = Set(band.map { $0 - lag })
        let last = future.blocks * ShockPool.blockLength
        kept = Set(band + asked.map { $0 + lag }.filter { $0 >= 1 && $0 <= last }).sorted()
            .map { KeptDay(day: $0) }
        jumps = JumpProcess(
            structure.jumps, historyDays: days, level: startLevel, isReplayed: false, calibration: calibration)
        foreignJumps = JumpProcess(
            structure.jumps, historyDays: days, level: startLevel, isReplayed: true, calibration: calibration)
    }

    /// Runs one path for each place of `chosen`, an index of `hypotheses`.
    func run(_ hypotheses: [GrowthHypothesis], chosen: [Int], random: inout SplitMix64) -> SimulatedPaths {
        var paths = SimulatedPaths(
            count: chosen.count, days: kept.map(\.day), lag: future.lag)
        // Evenly spread quantiles in scattered order (the golden ratio's multiples): fewer paths give smooth answers.
        var phase = random.uniform()
        for path in chosen.indices {
            phase += 0.6180339887498949
            if phase >= 1 { phase -= 1 }
            let hypothesis = hypotheses[chosen[path]]
            let score = NormalDistribution.quantile(max(phase, 1e-9))
            let passage = paths.withCourse(of: path) { course in
                hypothesis.model == .drift
                    ? drift(hypothesis, score: score, course: course)
                    : simulate(hypothesis, score: score, course: course, random: &random)
            }
            if passage <= future.count { paths.passages[path] = Double(max(0, passage - future.lag)) }
            paths.fill(path, from: passage, with: limit)
        }
        return paths
    }

    /// - Returns: the day of the first passage, counted from the last reading; beyond the horizon: `Int.max`.
    private func simulate(
        _ hypothesis: GrowthHypothesis, score: Double, course: UnsafeMutableBufferPointer<Double>,
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
        let variance = (hypothesis.wander * hypothesis.wander + fleetWander * fleetWander) * Double(length)
        // A calibration without sense may make it no number.
        let wander = variance > 0 ? variance.squareRoot() : 0
        let isSteady = hypothesis.yearCosine == 0 && hypothesis.yearSine == 0 && onLevel == 0
        var events = Events(
            meanGap: (isReplay ? foreignJumps : jumps).meanGap(&random), ceiling: limit, isReplay: isReplay)
        if events.meanGap.isFinite { events.nextJump = -log(random.uniform()) * events.meanGap }
        events.tooth = structure.regularDrops.map { ToothCycle($0, pathStart: startDay) }
        if let purges = structure.retentionPurges, random.uniform() < purges.confidence {
            events.ceiling = min(limit, purges.threshold)
        }
        let hasMonthDays = !isReplay && structure.monthDayGrowth != nil
        var nextEvent = events.next
        var blockEnd = 0.0
        let blocks = pool.blocks
        let scores = NormalScores.table
        let blockDays = Double(length)
        let highestOffset = future.highestOffset
        let ceiling = events.ceiling
        var level = startLevel
        var start = random.index(below: blocks.count)
        var point = 0
        var keptBlock = kept.first?.block ?? .max
        for block in 0..<future.blocks {
            blockEnd += blockDays
            // One draw serves all of a block: its upper half, the lowest bits, and those between.
            let bits = random.next()
            if block > 0 {
                // Four blocks in a row on average (Politis, Romano: "The stationary bootstrap", 1994).
                let another = SplitMix64.index(below: blocks.count, of: bits)
                start += length
                start = start < blocks.count && bits & 3 != 0 ? start : another
            }
            let dailyRate =
                isSteady
                ? rate : bentRate(hypothesis, rate: rate, onLevel: onLevel, level: level, block: block)
            let growth = dailyRate * blockDays
            let rise = growth > 0 ? growth : 0
            let levelBefore = level
            let highest = level + rise + activity * blocks[start].peak + highestOffset
            if highest < ceiling, blockEnd < nextEvent, !(hasMonthDays && future.blockHasMonthDay[block]) {
                // Nothing happens and nothing is reached: the block is stepped over at once.
                level += growth + activity * blocks[start].sum
                if block == keptBlock, !kept[point].isEndOfBlock {
                    let day = kept[point].day
                    let share = Double(day - block * length) / blockDays
                    course[point] = SimulatedPaths.confined(
                        levelBefore + (level - levelBefore) * share + future.offset[day])
                    point += 1
                }
            } else {
                // Copies, so that the loop may keep its own in registers.
                var (lived, draws) = (level, random)
                if block == keptBlock { events.keptDay = kept[point].day }
                let day = live(
                    through: block, from: &lived, dailyRate: dailyRate, activity: activity, pool, start: start,
                    &events, random: &draws)
                (level, random) = (lived, draws)
                if block == keptBlock, !kept[point].isEndOfBlock {
                    course[point] = SimulatedPaths.confined(events.keptUse)
                    point += 1
                }
                if let day { return day }
                nextEvent = events.next
            }
            if level < 0 { level = 0 }
            rate += wander * scores[NormalScores.place(of: bits)]
            if block == keptBlock {
                if point < kept.count, kept[point].block == block {
                    course[point] = SimulatedPaths.confined(
                        level + future.offset[kept[point].day] + events.toothHeight)
                    point += 1
                }
                keptBlock = point < kept.count ? kept[point].block : .max
            }
        }
        return .max
    }

    /// The growth per day over a block of a model that knows seasons, or whose rate depends on the level.
    ///
    /// Not inlined: steady rates would wait for its arithmetic.
    @inline(never)
    private func bentRate(
        _ hypothesis: GrowthHypothesis, rate: Double, onLevel: Double, level: Double, block: Int
    ) -> Double {
        var dailyRate = rate
        if hypothesis.yearCosine != 0 || hypothesis.yearSine != 0 {
            dailyRate += hypothesis.yearCosine * future.yearCosine[block]
            dailyRate += hypothesis.yearSine * future.yearSine[block]
        }
        guard onLevel != 0 else { return dailyRate }
        // Half a block ahead, so that the straight step follows the bend.
        return (dailyRate + onLevel * (level - startLevel)) * (1 + 0.5 * onLevel * Double(ShockPool.blockLength))
    }

    /// The first day on which a normal forecast of the level reaches the limit, at one score of its spread.
    ///
    /// No path but a quantile's course: the way bands of the drift forecast are read.
    private func drift(
        _ drift: GrowthHypothesis, score: Double, course: UnsafeMutableBufferPointer<Double>
    ) -> Int {
        let inverse = 1 / max(1, drift.reach)
        let spread = drift.rateDeviation * score
        func level(_ day: Int) -> Double {
            let ahead = Double(day)
            return startLevel + drift.rate * ahead + spread * (ahead + ahead * ahead * inverse).squareRoot()
        }
        for point in kept.indices { course[point] = SimulatedPaths.confined(max(0, level(kept[point].day))) }
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
