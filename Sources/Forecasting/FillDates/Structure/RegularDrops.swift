/// Use that piles up and falls back on a cycle: backups, snapshots and logs that expire together.
struct RegularDrops: Sendable {
    /// Days from one drop to the next, as seen; the median is the cycle.
    let intervals: [Int]
    /// How much each drop freed, as shares.
    let sizes: [Double]
    /// The day of the last drop: the first reading after it, an index into the history.
    let lastDrop: Int
    /// What the cycle now running will have piled up at its end.
    let currentSize: Double

    var interval: Int { Self.median(intervals) }
    var size: Double { RobustStatistics.median(sizes) }

    /// Looks for falls of like sizes at like distances.
    ///
    /// - Parameters:
    ///   - level: cleaned used shares; teeth found are taken out of it, so that growth from foot to foot is left.
    ///   - increments: of the level, and `surprises` of them.
    static func remove(
        from level: inout [Double], _ increments: DailyIncrements, _ surprises: GrowthSurprises
    ) -> RegularDrops? {
        guard increments.count >= 12 else { return nil }
        let today = level.count - 1
        var drops: [Int] = []
        for place in 0..<increments.count where increments.growth[place] < 0 && increments.span[place] <= 4 {
            let limit = max(7 * surprises.deviation, 0.004 * level[increments.day[place]])
            if -surprises.values[place] * Double(increments.span[place]) > limit { drops.append(place) }
        }
        guard drops.count >= 2 else { return nil }
        let usualSize = RobustStatistics.median(drops.map { -increments.growth[$0] })
        drops = drops.filter { (0.4 * usualSize...2.2 * usualSize).contains(-increments.growth[$0]) }
        guard drops.count >= 2 else { return nil }
        let days = drops.map { increments.day[$0] }
        var intervals = zip(days, days.dropFirst()).map { $1 - $0 }
        let interval = median(intervals)
        guard interval >= 3, today - days[days.count - 1] <= interval * 3 / 2 + 1 else { return nil }
        let tolerance = max(1, interval / 10)
        // A drop hidden in a gap makes an interval of two cycles.
        let cycles = intervals.map { max(1, ($0 + interval / 2) / interval) }
        let regular = zip(intervals, cycles).count { ($0 - interval * $1).magnitude <= tolerance * $1 }
        guard regular * 10 >= intervals.count * 7 else { return nil }
        if drops.count == 2 {
            let sizes = drops.map { -increments.growth[$0] }
            guard max(sizes[0], sizes[1]) < 1.6 * min(sizes[0], sizes[1]) else { return nil }
        }
        // What fell must have been piled up since the fall before, or it is no cycle.
        var regained = 0
        for (before, drop) in zip(drops, drops.dropFirst()) {
            let rise = level[increments.day[drop - 1]] - level[increments.day[before]]
            if rise > -0.5 * increments.growth[drop] { regained += 1 }
        }
        guard regained * 10 >= intervals.count * 6 else { return nil }
        intervals = zip(intervals, cycles).map { $0 / $1 }
        let sizes = drops.map { -increments.growth[$0] }
        let feet = days.map { level[$0] }
        let elapsed = today - days[days.count - 1]
        let current = sizeOfCurrentCycle(
            usual: RobustStatistics.median(sizes), interval: interval, elapsed: elapsed, days: days, feet: feet,
            now: level.last { !$0.isNaN } ?? 0)
        for (place, drop) in drops.enumerated() {
            let top = increments.day[drop] - increments.span[drop]
            let foot = place == 0 ? top - interval + 1 : days[place - 1]
            let height = sizes[place]
            for day in max(0, place == 0 ? 0 : foot)...max(0, top) {
                let share = Double(day - foot) / Double(max(1, top - foot))
                level[day] -= height * max(0, share)
            }
        }
        for day in days[days.count - 1]...today {
            level[day] -= current * Double(day - days[days.count - 1]) / Double(max(1, interval - 1))
        }
        return RegularDrops(intervals: intervals, sizes: sizes, lastDrop: days[days.count - 1], currentSize: current)
    }

    /// The height of the tooth of `elapsed` days' standing at its end, should it climb on as it does.
    private static func sizeOfCurrentCycle(
        usual: Double, interval: Int, elapsed: Int, days: [Int], feet: [Double], now: Double
    ) -> Double {
        guard elapsed > 0 else { return usual }
        let last = feet.count - 1
        let growth = (feet[last] - feet[0]) / Double(max(1, days[last] - days[0]))
        let climbed = now - feet[last] - growth * Double(elapsed)
        let seen = climbed * Double(interval - 1) / Double(elapsed)
        // A few days into the cycle the slope says little.
        let trust = Double(elapsed) / (Double(elapsed) + 3)
        return usual + trust * (min(max(seen, 0.5 * usual), 1.6 * usual) - usual)
    }

    private static func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }
}
