import Glibc

/// Simulates use day by day until it first reaches the capacity.
///
/// The first-passage time of the simulated daily maxima is the fill date. Blocks of days that cannot reach the capacity
/// are stepped over at once, which makes a path of a year cost about as much as the weeks in it.
struct PathSimulator {
    let structure: UsageStructure
    let shocks: GrowthShocks
    let calibration: FleetCalibration
    /// Use today as a share, without what is only noise, teeth or weekday.
    let startLevel: Double
    /// The share at which the pool is full.
    let limit: Double
    /// Index into the history of the day paths start after, at most today.
    let startDay: Int
    /// Days of history up to today.
    let historyDays: Int
    /// Days since 1970-01-01 of the first day of the history.
    let firstDay: Int
    let horizon: Int

    /// - Returns: for each hypothesis of `chosen` the day from today the pool is first full, 0 when before tomorrow;
    ///   infinite: not within the horizon.
    func firstPassages(_ chosen: [GrowthHypothesis], random: inout SplitMix64) -> [Double] {
        let length = ShockPool.blockLength
        let lag = historyDays - 1 - startDay
        let days = horizon + lag
        let weekday0 = CivilCalendar.weekday(firstDay + startDay)
        let offsets = structure.weekdayProfile?.offsets ?? [Double](repeating: 0, count: 7)
        let highestOffset = offsets.max() ?? 0
        var isMonthDay = [Bool](repeating: false, count: days + length + 1)
        if let month = structure.monthDayGrowth {
            for day in 1..<isMonthDay.count
            where CivilCalendar.monthDay(firstDay + startDay + day) == month.monthDay { isMonthDay[day] = true }
        }
        let blocks = days / length + 1
        var yearCosines: [Double] = []
        var yearSines: [Double] = []
        for block in 0..<blocks {
            let angle = 2 * Double.pi / 365.25 * Double(block * length + length / 2 - lag)
            yearCosines.append(cos(angle))
            yearSines.append(sin(angle))
        }
        // Jumps seen once are mostly over; those seen often go on (see FleetCalibration.jumpRecurrence).
        let jumps = structure.jumps
        let ownJumps = max(0, Double(jumps.count) - 1) + (jumps.isEmpty ? 0 : calibration.jumpRecurrence)
        let jumpShape = ownJumps + calibration.fleetJumps
        let ownShare = jumpShape > 0 ? ownJumps / jumpShape : 1
        let jumpPeriod = Double(max(30, historyDays)) + calibration.fleetJumpDays
        let monthSizes = structure.monthDayGrowth?.sizes ?? []
        let teeth = structure.regularDrops
        let purges = structure.retentionPurges
        let paths = chosen.count
        let stride = 0.6180339887498949
        var phase = random.uniform()
        var result = [Double](repeating: .infinity, count: paths)
        for path in 0..<paths {
            let hypothesis = chosen[path]
            let isWindow = hypothesis.model == .window
            let pool = isWindow ? shocks.all : shocks.plain
            phase += stride
            if phase >= 1 { phase -= 1 }
            let z = NormalDistribution.quantile(max(phase, 1e-6))
            if hypothesis.model == .drift {
                result[path] = driftPassage(hypothesis, score: z, lag: lag, days: days)
                continue
            }
            let activity = isWindow ? exp(calibration.activity * NormalDistribution.quantile(random.uniform())) : 1
            var rate =
                (hypothesis.rate + hypothesis.rateDeviation * (isWindow ? calibration.windowSpread : 1) * z) * activity
            var level = startLevel
            let onLevel =
                hypothesis.onLevelDeviation > 0
                ? hypothesis.onLevel + hypothesis.onLevelDeviation * NormalDistribution.quantile(random.uniform())
                : hypothesis.onLevel
            let wander =
                (hypothesis.wander * hypothesis.wander
                + calibration.rateWander * calibration.rateWander * rate * rate).squareRoot()
                * Double(length).squareRoot()
            var nextJump = Double.infinity
            var jumpGap = Double.infinity
            let jumpShape = isWindow ? calibration.fleetJumps : jumpShape
            let ownShare = isWindow ? 0 : ownShare
            if jumpShape > 0 {
                // A gamma draw by the cube of a normal one (Wilson, Hilferty 1931).
                let normal = NormalDistribution.quantile(random.uniform())
                let root = 1 - 1 / (9 * jumpShape) + normal / (3 * jumpShape.squareRoot())
                let intensity = jumpShape * max(0, root * root * root) / jumpPeriod
                if intensity > 0 {
                    jumpGap = 1 / intensity
                    nextJump = -log(random.uniform()) * jumpGap
                }
            }
            var ceiling = limit
            var purgeLevel = Double.infinity
            if let purges, random.uniform() < purges.confidence {
                purgeLevel = purges.threshold
                ceiling = min(limit, purgeLevel)
            }
            var toothStart = 0
            var toothLength = 1
            var toothSize = 0.0
            if let teeth {
                toothStart = teeth.lastDrop - startDay
                toothLength = max(1, teeth.interval)
                toothSize = teeth.currentSize
            }
            var start = random.index(below: pool.starts)
            var crossed = Double.infinity
            blocks: for block in 0..<blocks {
                let from = block * length
                if block > 0 {
                    if start + length < pool.starts, random.index(below: 3) > 0 {
                        start += length
                    } else {
                        start = random.index(below: pool.starts)
                    }
                }
                var blockRate =
                    rate + hypothesis.yearCosine * yearCosines[block] + hypothesis.yearSine * yearSines[block]
                if onLevel != 0 {
                    // Half a block ahead, so that the straight step follows the bend.
                    blockRate += onLevel * (level - startLevel)
                    blockRate *= 1 + 0.5 * onLevel * Double(length)
                }
                let growth = blockRate * Double(length)
                let isEventful =
                    teeth != nil || nextJump <= Double(from + length)
                    || (!isWindow && isMonthDay[(from + 1)...(from + length)].contains(true))
                if !isEventful, level + max(0, growth) + activity * pool.blockPeak[start] + highestOffset < ceiling {
                    level += growth + activity * pool.blockSum[start]
                } else {
                    for offset in 0..<length {
                        let day = from + offset + 1
                        level += blockRate + activity * pool.lasting[start + offset]
                        if !isWindow {
                            if isMonthDay[day] { level += monthSizes[random.index(below: monthSizes.count)] }
                        }
                        while nextJump <= Double(day) {
                            if ownShare > 0, random.uniform() < ownShare {
                                level += jumps[random.index(below: jumps.count)].size
                            } else {
                                level += startLevel * min(1, 0.005 / random.uniform())
                            }
                            nextJump -= log(random.uniform()) * jumpGap
                        }
                        var used = level + pool.passing[start + offset] + offsets[(weekday0 + day) % 7]
                        if let teeth {
                            if day - toothStart >= toothLength {
                                toothStart = day
                                toothLength = max(1, teeth.intervals[random.index(below: teeth.intervals.count)])
                                toothSize = teeth.sizes[random.index(below: teeth.sizes.count)]
                            }
                            used += toothSize * Double(day - toothStart) / Double(max(1, toothLength - 1))
                        }
                        if used >= ceiling {
                            if used >= limit {
                                crossed = Double(day)
                                break blocks
                            }
                            if let purges { level *= purges.kept[random.index(below: purges.kept.count)] }
                        }
                    }
                }
                level = max(level, 0)
                if wander > 0 { rate += wander * NormalDistribution.quantile(random.uniform()) }
            }
            if crossed <= Double(days) { result[path] = max(0, crossed - Double(lag)) }
        }
        return result
    }

    /// The first day on which a normal forecast of the level reaches the limit at one score of its spread.
    private func driftPassage(_ drift: GrowthHypothesis, score: Double, lag: Int, days: Int) -> Double {
        let room = limit - startLevel
        let inverse = 1 / max(1, drift.reach)
        let spread = drift.rateDeviation * score
        for day in 1...max(1, days) {
            let ahead = Double(day)
            if drift.rate * ahead + spread * (ahead + ahead * ahead * inverse).squareRoot() >= room {
                return Double(max(1, day - lag))
            }
        }
        return .infinity
    }
}
