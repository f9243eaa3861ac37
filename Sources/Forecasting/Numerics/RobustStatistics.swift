/// Location and spread that single wild values do not move.
enum RobustStatistics {
    /// The median; NaN without values. Values must not be NaN.
    static func median(_ values: [Double]) -> Double {
        var copy = values
        return median(reordering: &copy)
    }

    /// The median of values, which are put in another order; NaN without values.
    static func median(reordering values: inout [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let middle = values.count / 2
        let upper = Selection.select(middle, of: &values)
        guard values.count.isMultiple(of: 2) else { return upper }
        // Everything before the selected place is not greater than it.
        var lower = values[0]
        for value in values[..<middle] where value > lower { lower = value }
        return lower + (upper - lower) / 2
    }

    /// The median distance from the centre, scaled to the standard deviation of a normal sample; NaN without values.
    static func deviation(_ values: [Double], around centre: Double) -> Double {
        var distances = values.map { ($0 - centre).magnitude }
        return 1.4826 * median(reordering: &distances)
    }

    /// For each place the median of the values at most `reach` places away: a trend that bursts do not move.
    static func runningMedian(_ values: [Double], reach: Int) -> [Double] {
        var result = values
        var window: [Double] = []
        window.reserveCapacity(2 * reach + 1)
        for entering in 0..<(values.count + reach) {
            let centre = entering - reach
            let leaving = centre - reach - 1
            if leaving >= 0, entering < values.count {
                var sorted = window.mutableSpan
                replace(values[leaving], with: values[entering], in: &sorted)
            } else if leaving >= 0 {
                window.remove(at: place(of: values[leaving], in: window.span))
            } else if entering < values.count {
                window.insert(values[entering], at: place(of: values[entering], in: window.span))
            }
            guard centre >= 0 else { continue }
            let middle = window.count / 2
            result[centre] =
                window.count.isMultiple(of: 2) ? (window[middle - 1] + window[middle]) / 2 : window[middle]
        }
        return result
    }

    /// Values in between move over by one place.
    private static func replace(_ old: Double, with new: Double, in sorted: inout MutableSpan<Double>) {
        var hole = place(of: old, in: sorted.span)
        while hole > 0, sorted[hole - 1] > new {
            sorted[hole] = sorted[hole - 1]
            hole -= 1
        }
        while hole + 1 < sorted.count, sorted[hole + 1] < new {
            sorted[hole] = sorted[hole + 1]
            hole += 1
        }
        sorted[hole] = new
    }

    /// The first place of the value in sorted values, or where it belongs; in few of them faster than by halves.
    private static func place(of value: Double, in sorted: Span<Double>) -> Int {
        var place = 0
        while place < sorted.count, sorted[place] < value { place += 1 }
        return place
    }
}
