/// A history without what was never true of the pool: short excursions and stuck readings become gaps, gaps stay gaps.
///
/// All values are shares of `unit`, so that no later step depends on the size of the numbers.
struct CleanedReadings {
    /// At most this many days are looked at: three years, so that a year's cycle shows and the work is bounded.
    static let longestHistory = 1_096
    /// More than a thousand times the capacity was never in use; squares of less stay within range.
    private static let highestShare = 1_000.0

    /// Used shares by day, the last one today's; NaN: a gap.
    private(set) var used: [Double]
    /// The capacity of each day as a share of the unit; NaN: unknown.
    private(set) var capacity: [Double]
    /// Days since 1970-01-01 of `used[0]`.
    let firstDay: Int
    /// Today's capacity in the caller's unit; NaN: never known.
    let unit: Double
    private(set) var gaps = 0
    private(set) var excursions = 0
    private(set) var stuckReadings = 0

    init(_ history: CapacityHistory) {
        let count = min(history.used.count, Self.longestHistory)
        let skipped = history.used.count - count
        firstDay = CivilCalendar.confined(CivilCalendar.confined(history.firstDay) + skipped)
        var lastCapacity = Double.nan
        var capacity = [Double](repeating: .nan, count: count)
        for (day, value) in history.capacity.enumerated() where day < history.used.count {
            if value.isFinite, value > 0 { lastCapacity = value }
            if day >= skipped { capacity[day - skipped] = lastCapacity }
        }
        for day in min(max(history.capacity.count - skipped, 0), count)..<count { capacity[day] = lastCapacity }
        var unit = lastCapacity
        if !unit.isFinite { unit = history.used.lazy.filter(\.isFinite).max() ?? 1 }
        if !(unit > 0) { unit = 1 }
        self.unit = unit
        self.capacity = capacity.map { $0 / unit }
        used = history.used.suffix(count).map { value in
            let share = value / unit
            return value >= 0 && share <= Self.highestShare ? share : .nan
        }
        gaps = used.count { $0.isNaN }
        dropLastZero()
        dropStuckReadings()
        dropExcursions()
    }

    /// A reading of nothing today after a pool in use is believed only when tomorrow confirms it.
    private mutating func dropLastZero() {
        guard let last = used.last, last == 0, let before = used.dropLast().last(where: { !$0.isNaN }), before > 0
        else {
            return
        }
        used[used.count - 1] = .nan
        excursions += 1
    }

    private var knownDays: [Int] {
        var days: [Int] = []
        days.reserveCapacity(used.count)
        for day in used.indices where !used[day].isNaN { days.append(day) }
        return days
    }

    /// Runs of the very same number in a series that otherwise never repeats one: the source answered from memory.
    private mutating func dropStuckReadings() {
        let days = knownDays
        var repeated: [Int] = []
        var runs = 0
        for (before, day) in zip(days, days.dropFirst()) where used[before] == used[day] {
            if repeated.last != before { runs += 1 }
            repeated.append(day)
        }
        // Where repeats are usual the pool is quiet, or its numbers are round, and the source is not stuck.
        guard runs > 0, runs <= max(3, days.count / 50), repeated.count * 4 < days.count else { return }
        // A run that lasts until today is kept: it is all that is known of today.
        let lastChange = days.last { used[$0] != used[days[days.count - 1]] } ?? 0
        for day in repeated where day <= lastChange {
            used[day] = .nan
            stuckReadings += 1
        }
    }

    /// One to three readings far off both neighbours, to the same side, with the neighbours agreeing.
    ///
    /// False zeros, double counts, and copies that were gone again after a day or two.
    private mutating func dropExcursions() {
        let days = knownDays
        guard days.count >= 5 else { return }
        var steps: [Double] = []
        steps.reserveCapacity(days.count)
        for (before, day) in zip(days, days.dropFirst()) { steps.append((used[day] - used[before]).magnitude) }
        let usual = RobustStatistics.median(reordering: &steps)
        var place = 1
        scan: while place < days.count - 1 {
            let before = used[days[place - 1]]
            let limit = max(6 * usual, 0.005 * before)
            if (used[days[place]] - before).magnitude > limit {
                for length in 1...3 where place + length < days.count {
                    let after = used[days[place + length]]
                    var least = Double.infinity
                    var isAbove = true
                    var isBelow = true
                    for inner in place..<(place + length) {
                        let value = used[days[inner]]
                        least = min(least, (value - before).magnitude, (value - after).magnitude)
                        if value <= max(before, after) { isAbove = false }
                        if value >= min(before, after) { isBelow = false }
                    }
                    guard isAbove || isBelow, least > limit, (after - before).magnitude < 0.4 * least else { continue }
                    for inner in place..<(place + length) { used[days[inner]] = .nan }
                    excursions += length
                    place += length + 1
                    continue scan
                }
            }
            place += 1
        }
    }
}
