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
        window.reserveCapacity(2 * reach + 2)
        for entering in 0..<(values.count + reach) {
            if entering < values.count { insert(values[entering], into: &window) }
            let centre = entering - reach
            guard centre >= 0 else { continue }
            let leaving = centre - reach - 1
            if leaving >= 0 { remove(values[leaving], from: &window) }
            let middle = window.count / 2
            result[centre] =
                window.count.isMultiple(of: 2) ? (window[middle - 1] + window[middle]) / 2 : window[middle]
        }
        return result
    }

    private static func insert(_ value: Double, into sorted: inout [Double]) {
        sorted.insert(value, at: lowerBound(value, sorted))
    }

    private static func remove(_ value: Double, from sorted: inout [Double]) {
        sorted.remove(at: lowerBound(value, sorted))
    }

    private static func lowerBound(_ value: Double, _ sorted: [Double]) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
