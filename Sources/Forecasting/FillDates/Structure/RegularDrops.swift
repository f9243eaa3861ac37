/// Use that piles up and falls back on a cycle: backups, snapshots and logs that expire together.
struct RegularDrops: Sendable {
    /// Days from one drop to the next, as seen; the median is the cycle.
    let intervals: [Int]
    /// How much each drop freed, as shares.
    let sizes: [Double]
    /// The days of the drops: of the first reading after each, an index into the history.
    private let days: [Int]
    /// What the cycle now running will have piled up at its end.
    let currentSize: Double

    var lastDrop: Int { days[days.count - 1] }
    var interval: Int { Self.median(intervals) }
    var size: Double { RobustStatistics.median(sizes) }

    /// Looks for falls of like sizes at like distances.
    ///
    /// - Parameters:
    ///   - level: cleaned used shares, and `increments` and `surprises` those of it.
    static func find(
        in level: [Double], _ increments: DailyIncrements, _ surprises: GrowthSurprises
    ) -> RegularDrops? {
        let drops = candidates(level, increments, surprises)
        guard drops.count >= 2 else { return nil }
        let days = drops.map { increments.day[$0] }
        let sizes = drops.map { -increments.growth[$0] }
        let distances = zip(days, days.dropFirst()).map { $1 - $0 }
        let interval = median(distances)
        let elapsed = level.count - 1 - days[days.count - 1]
        // A cycle that is overdue by half is over.
        guard interval >= 3, elapsed <= interval * 3 / 2 + 1 else { return nil }
        // A drop hidden in a gap makes a distance of two cycles.
        let cycles = distances.map { max(1, ($0 + interval / 2) / interval) }
        let tolerance = max(1, interval / 10)
        let regular = zip(distances, cycles).count { ($0 - interval * $1).magnitude <= tolerance * $1 }
        guard regular * 10 >= distances.count * 7 else { return nil }
        if drops.count == 2, max(sizes[0], sizes[1]) > 1.6 * min(sizes[0], sizes[1]) { return nil }
        // What fell must have been piled up since the fall before, or it is no cycle.
        let regained = zip(drops, drops.dropFirst()).count { before, drop in
            level[increments.day[drop - 1]] - level[increments.day[before]] > -0.5 * increments.growth[drop]
        }
        guard regained * 10 >= distances.count * 6 else { return nil }
        let lastReading = level.lastIndex { !$0.isNaN } ?? 0
        let current = sizeOfCurrentCycle(
            usual: RobustStatistics.median(sizes), interval: interval,
            elapsed: lastReading - days[days.count - 1], days: days, feet: days.map { level[$0] },
            now: level[lastReading])
        return RegularDrops(
            intervals: zip(distances, cycles).map { $0 / $1 }, sizes: sizes, days: days, currentSize: current)
    }

    /// Places of increments that fall far and about as far as each other.
    private static func candidates(
        _ level: [Double], _ increments: DailyIncrements, _ surprises: GrowthSurprises
    ) -> [Int] {
        guard increments.count >= 12 else { return [] }
        let drops = (0..<increments.count).filter { place in
            guard increments.growth[place] < 0, increments.span[place] <= 4 else { return false }
            let limit = max(7 * surprises.deviation, 0.004 * level[increments.day[place]])
            return -surprises.values[place] * Double(increments.span[place]) > limit
        }
        guard !drops.isEmpty else { return [] }
        let usual = RobustStatistics.median(drops.map { -increments.growth[$0] })
        return drops.filter { (0.4 * usual...2.2 * usual).contains(-increments.growth[$0]) }
    }

    /// The height of a tooth at its end, should it climb on as it did in the `elapsed` days to the last reading.
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

    /// The level without its teeth: growth from foot to foot.
    func removed(from level: [Double]) -> [Double] {
        var level = level
        var foot = days[0] - interval
        for (drop, size) in zip(days, sizes) {
            var top = drop - 1
            while top > max(foot, 0), level[top].isNaN { top -= 1 }
            // What was before the first cycle seen is left as it stood at its foot.
            for day in max(0, foot)...max(0, top) {
                level[day] -= size * Double(day - foot) / Double(max(1, top - foot))
            }
            foot = drop
        }
        for day in lastDrop..<level.count {
            level[day] -= currentSize * Double(day - lastDrop) / Double(max(1, interval - 1))
        }
        return level
    }

    private static func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }
}
