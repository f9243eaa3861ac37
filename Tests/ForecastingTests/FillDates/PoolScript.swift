import Forecasting

/// A pool whose future is known: a deterministic process, run past today.
struct PoolScript {
    /// Days of history, the last one today.
    var days = 300
    /// The day on which it will be full, after today.
    var fillDay = 60
    var start = 50.0
    var rate = 0.1
    /// Deviation of a day's growth.
    var noise = 0.08
    /// Deviation of a reading.
    var wobble = 0.03
    /// Multiples of the rate by weekday, Monday first.
    var week = [1.0, 1, 1, 1, 1, 1, 1]
    /// Growth on the last day of each month.
    var monthEnd = 0.0
    /// Share of the use that each day adds.
    var compound = 0.0
    /// Growth slows toward this level; 0: it does not.
    var slowsToward = 0.0
    /// Teeth of that height, one every so many days.
    var tooth = 0.0
    var toothDays = 7
    /// Added at once, so many days before today.
    var step = (size: 0.0, daysAgo: 40)
    /// The rate from so many days before today on, as a multiple.
    var rateChange = (factor: 1.0, daysAgo: 0)
    /// A batch of this size on a day in `burstDays` on average.
    var burst = 0.0
    var burstDays = 15.0
    /// The swing of a yearly cycle of the rate.
    var yearly = 0.0
    /// Always the first of January 2024, a Monday.
    static let firstDay = 19_723
    var seed: UInt64 = 1

    /// Used by day, history and future; the future is `fillDay` days long.
    func used() -> [Double] {
        var random = TestRandom(state: seed)
        var level = start
        var result: [Double] = []
        for day in 0..<(days + fillDay) {
            let ago = days - 1 - day
            var grown = rate * week[day % 7]
            if ago < rateChange.daysAgo { grown *= rateChange.factor }
            if yearly > 0 { grown *= 1 + yearly * Double.sine(ofTurns: Double(day) / 365.25) }
            grown += compound * level
            if slowsToward > 0 { grown *= max(0, 1 - level / slowsToward) }
            if isMonthEnd(day) { grown += monthEnd * (0.9 + 0.2 * random.uniform()) }
            if burst > 0, random.uniform() < 1 / burstDays { grown += burst * 2 * random.uniform() }
            if ago == step.daysAgo { grown += step.size }
            level += grown + noise * random.normal()
            let height = tooth * Double(day % toothDays) / Double(toothDays)
            result.append(max(0, level + height + wobble * random.normal()))
        }
        return result
    }

    /// The history up to today, with the capacity that is first reached on `fillDay`.
    func history(change: (inout [Double]) -> Void = { _ in }) -> CapacityHistory {
        let used = used()
        // The first passage is on that day when nothing before it is as high.
        let capacity = used.max() ?? 1
        var past = Array(used[..<days])
        change(&past)
        return CapacityHistory(used: past, capacity: [capacity], firstDay: Self.firstDay)
    }

    /// The day after today on which the use first reaches what it reaches within `fillDay` days.
    var trueDay: Int {
        let used = used()
        let capacity = used.max() ?? 1
        return (used.firstIndex { $0 >= capacity } ?? 0) - (days - 1)
    }

    private func isMonthEnd(_ day: Int) -> Bool {
        // Months of 2024 to 2026; longer histories are not scripted.
        let lengths =
            [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var end = -1
        for length in lengths + lengths.suffix(12) {
            end += length
            if end >= day { return end == day }
        }
        return false
    }
}

/// A small linear congruential generator: the tests' numbers do not depend on the generator under test.
struct TestRandom {
    var state: UInt64

    mutating func uniform() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }

    /// About normal: the sum of twelve uniform numbers.
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += uniform() }
        return sum
    }
}

extension Double {
    /// The sine of an angle in turns, close enough for a season (Bhaskara's approximation).
    static func sine(ofTurns turns: Double) -> Double {
        let part = turns - turns.rounded(.down)
        let half = part < 0.5 ? part : part - 0.5
        let angle = 360 * half
        let value = 4 * angle * (180 - angle) / (40_500 - angle * (180 - angle))
        return part < 0.5 ? value : -value
    }
}
