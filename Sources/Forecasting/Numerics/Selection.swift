/// Single ranks of unsorted values in linear time.
enum Selection {
    /// The value of a rank (0: the least). Values are reordered: none greater before that place, none less behind it.
    /// - Precondition: the rank is an index of values, and no value is NaN.
    static func select(_ rank: Int, of values: inout [Double]) -> Double {
        values.withUnsafeMutableBufferPointer { values in
            var low = 0
            var high = values.count - 1
            while low < high {
                let middle = low + (high - low) / 2
                // The median of three keeps sorted input from being the worst case.
                if values[middle] < values[low] { values.swapAt(middle, low) }
                if values[high] < values[low] { values.swapAt(high, low) }
                if values[high] < values[middle] { values.swapAt(high, middle) }
                let pivot = values[middle]
                var left = low
                var right = high
                while left <= right {
                    while values[left] < pivot { left += 1 }
                    while pivot < values[right] { right -= 1 }
                    if left <= right {
                        values.swapAt(left, right)
                        left += 1
                        right -= 1
                    }
                }
                if rank <= right { high = right } else if rank >= left { low = left } else { break }
            }
            return values[rank]
        }
    }

    /// The value below which a share of the values lies, between the two ranks next to it; NaN without values.
    static func quantile(_ share: Double, of values: inout [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let rank = min(max(share, 0), 1) * Double(values.count - 1)
        let place = Int(rank)
        let low = select(place, of: &values)
        guard place + 1 < values.count else { return low }
        var high = values[place + 1]
        for value in values[(place + 1)...] where value < high { high = value }
        return low + (high - low) * (rank - Double(place))
    }
}
