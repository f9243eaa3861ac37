/// Where in its cycle of piling up and falling back one path is.
struct ToothCycle {
    private let drops: RegularDrops
    /// The day of the last drop, counted from where the path starts.
    private var start: Int
    private var interval: Int
    /// The height the running cycle ends at.
    private var size: Double

    init(_ drops: RegularDrops, pathStart: Int) {
        self.drops = drops
        start = drops.lastDrop - pathStart
        interval = max(1, drops.interval)
        size = drops.currentSize
    }

    /// What has piled up on a day; days are to be asked in order.
    @inline(__always)
    mutating func height(on day: Int, _ random: inout SplitMix64) -> Double {
        if day - start >= interval {
            start = day
            interval = max(1, drops.intervals[random.index(below: drops.intervals.count)])
            // Smoothed, since the tops decide the day and few have been seen.
            size = drops.sizes[random.index(below: drops.sizes.count)] * (1 + 0.08 * NormalScores.draw(&random))
        }
        return size * Double(day - start) / Double(max(1, interval - 1))
    }
}
