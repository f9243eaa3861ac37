import Glibc

extension PathSimulator {
    /// What may happen to one path on single days: jumps, growth of a day of the month, teeth, purges.
    struct Events {
        /// Mean days between jumps; infinite: none.
        let meanGap: Double
        /// The next jump, in days from the start of the path.
        var nextJump = Double.infinity
        var tooth: ToothCycle?
        /// What teeth add on the day last lived through.
        var toothHeight = 0.0
        /// A day whose use is wanted, and the use once it has been lived through, without what is only noise.
        var keptDay = 0
        var keptUse = 0.0
        /// A retention job keeps the use below it, where one is at work; only a jump of a day gets past it.
        var ceiling: Double
        /// Growth of all kinds is replayed: days of the month bring none of their own.
        let isReplay: Bool

        /// Nothing happens before it, days of the month aside; in days from the start of the path.
        var next: Double { tooth != nil ? 0 : nextJump }
    }

    /// Goes through a block day by day.
    /// - Returns: the day the pool is full; nil: it is not.
    @inline(never)
    func live(
        through block: Int, from level: inout Double, dailyRate: Double, activity: Double, _ pool: ShockPool,
        start: Int, _ events: inout Events, random: inout SplitMix64
    ) -> Int? {
        for place in 0..<ShockPool.blockLength {
            let day = block * ShockPool.blockLength + place + 1
            level += dailyRate + activity * pool.lasting[start + place]
            if !events.isReplay, future.isMonthDay[day], let sizes = structure.monthDayGrowth?.sizes {
                level += sizes[random.index(below: sizes.count)]
            }
            while events.nextJump <= Double(day) {
                level += (events.isReplay ? foreignJumps : jumps).size(&random)
                events.nextJump -= log(random.uniform()) * events.meanGap
            }
            if events.tooth != nil { events.toothHeight = events.tooth?.height(on: day, &random) ?? 0 }
            if day == events.keptDay { events.keptUse = level + future.offset[day] + events.toothHeight }
            let used = level + activity * pool.passing[start + place] + future.offset[day] + events.toothHeight
            if used >= limit { return day }
            if used >= events.ceiling, let kept = structure.retentionPurges?.kept {
                level *= kept[random.index(below: kept.count)]
            }
        }
        return nil
    }
}
