/// Single ranks of unsorted values in linear time.
enum Selection {
    /// The value of a rank (0: the least). Values are reordered: none greater before that place, none less behind it.
    /// - Precondition: the rank is an index of values, and no value is NaN.
    static func select(_ rank: Int, of values: inout [Double]) -> Double {
        values.withUnsafeMutableBufferPointer { values in
            arrange(rank, of: values, upTo: values.count)
            return values[rank]
        }
    }

    /// The values below which shares of the values lie, each between the two ranks next to it; NaN without values.
    ///
    /// Values are reordered.
    /// - Parameter shares: in ascending order.
    static func quantiles(_ shares: [Double], of values: inout [Double]) -> [Double] {
        guard !values.isEmpty else { return shares.map { _ in .nan } }
        var result = shares
        values.withUnsafeMutableBufferPointer { values in
            // The greatest first: what it leaves behind it is out of the way of those below.
            var end = values.count
            var next = Double.nan
            for (index, share) in shares.enumerated().reversed() {
                let rank = min(max(share, 0), 1) * Double(values.count - 1)
                let place = Int(rank)
                // Shares of few values may fall between the same two ranks.
                if place + 1 < end || end == values.count {
                    arrange(place, of: values, upTo: end)
                    next = values[(place + 1)..<end].reduce(.infinity, min)
                    end = place + 1
                }
                let low = values[place]
                result[index] = next.isFinite ? low + (next - low) * (rank - Double(place)) : low
            }
        }
        return result
    }

    /// Reorders the first `end` values: none greater before the rank, none less behind it.
    private static func arrange(_ rank: Int, of values: UnsafeMutableBufferPointer<Double>, upTo end: Int) {
        var low = 0
        var high = end
        while high - low > 1 {
            let pivot = pivot(for: rank, of: values, low..<high)
            let less = partition(values, low..<high) { isNegative($0 - pivot) }
            if rank < less {
                // Not without an end even should a value be NaN after all.
                high = min(less, high - 1)
            } else if (less - low) * 8 > high - low {
                low = less
            } else {
                // With those like the pivot apart, many equal values are no worst case.
                let greater = partition(values, less..<high) { 1 - isNegative(pivot - $0) }
                if rank < greater { return }
                low = max(greater, low + 1)
            }
        }
    }

    /// Of three values of the range the least, the middle or the greatest, as the rank is in the range's first third, its
    /// second or its last (Martínez, Panario, Viola: "Adaptive sampling for quickselect", 2004).
    private static func pivot(
        for rank: Int, of values: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>
    ) -> Double {
        let (low, high) = (range.lowerBound, range.upperBound)
        let (first, second, third) = (values[low], values[low + (high - low) / 2], values[high - 1])
        let least = min(first, second)
        let greatest = max(first, second)
        if (rank - low) * 3 < high - low { return min(least, third) }
        if (high - 1 - rank) * 3 < high - low { return max(greatest, third) }
        return max(least, min(greatest, third))
    }

    /// Puts the values that belong, 1 and not 0, before all others of the range.
    ///
    /// Each value is swapped, wherever it belongs: no branch depends on values, since none could be predicted.
    /// - Returns: the place behind them.
    @inline(__always)
    private static func partition(
        _ values: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>, _ belongs: (Double) -> Int
    ) -> Int {
        var end = range.lowerBound
        for place in range {
            let value = values[place]
            values[place] = values[end]
            values[end] = value
            end += belongs(value)
        }
        return end
    }

    /// The sign's bit as a number, 1 below 0: a comparison might become a branch.
    @inline(__always)
    private static func isNegative(_ value: Double) -> Int { Int(truncatingIfNeeded: value.bitPattern &>> 63) }
}
