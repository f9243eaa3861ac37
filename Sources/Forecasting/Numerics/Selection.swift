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
            // The median of three keeps sorted input from being the worst case.
            let (first, middle, last) = (values[low], values[low + (high - low) / 2], values[high - 1])
            let pivot = max(min(first, middle), min(max(first, middle), last))
            let less = partition(values, low..<high) { $0 < pivot }
            if rank < less {
                high = less
                continue
            }
            // With those like the pivot apart, many equal values are no worst case either.
            let notGreater = partition(values, less..<high) { $0 <= pivot }
            if rank < notGreater { return }
            low = notGreater
        }
    }

    /// Puts the values that belong before all others of the range.
    ///
    /// Each value is swapped, wherever it belongs: no branch depends on values, since none could be predicted.
    /// - Returns: the place behind them.
    @inline(__always)
    private static func partition(
        _ values: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>, _ belongs: (Double) -> Bool
    ) -> Int {
        var end = range.lowerBound
        for place in range {
            let value = values[place]
            values[place] = values[end]
            values[end] = value
            end += belongs(value) ? 1 : 0
        }
        return end
    }
}
