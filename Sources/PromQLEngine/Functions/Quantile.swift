/// The φ-quantile of values: between two ranks weighted by how near each is. NaN comes before all numbers.
///
/// Takes linear time: the ranks are selected, not all values sorted.
/// - Parameter values: are put in another order.
/// - Returns: -∞ below 0, +∞ above 1, NaN without values or when φ is NaN.
func quantile(_ share: Double, of values: inout [Double]) -> Double {
    guard !values.isEmpty, !share.isNaN else { return .nan }
    if share < 0 { return -.infinity }
    if share > 1 { return .infinity }
    let rank = share * Double(values.count - 1)
    let lower = Int(rank.rounded(.down))
    let weight = rank - rank.rounded(.down)
    return values.withUnsafeMutableBufferPointer { values in
        select(lower, values)
        let low = values[lower]
        var high = low
        if lower + 1 < values.count {
            // Everything behind the selected place is not less than it.
            high = values[lower + 1]
            for value in values[(lower + 1)...] where isOrdered(value, before: high) { high = value }
        }
        return low * (1 - weight) + high * weight
    }
}

@inline(__always)
private func isOrdered(_ a: Double, before b: Double) -> Bool { a < b || (a.isNaN && !b.isNaN) }

/// Puts the value of a rank in its place, none greater before it and none less behind it (Hoare's selection).
private func select(_ rank: Int, _ values: UnsafeMutableBufferPointer<Double>) {
    var low = 0
    var high = values.count - 1
    while low < high {
        let middle = low + (high - low) / 2
        // The median of three keeps sorted input from being the worst case.
        if isOrdered(values[middle], before: values[low]) { values.swapAt(middle, low) }
        if isOrdered(values[high], before: values[low]) { values.swapAt(high, low) }
        if isOrdered(values[high], before: values[middle]) { values.swapAt(high, middle) }
        let pivot = values[middle]
        var left = low
        var right = high
        while left <= right {
            while isOrdered(values[left], before: pivot) { left += 1 }
            while isOrdered(pivot, before: values[right]) { right -= 1 }
            if left <= right {
                values.swapAt(left, right)
                left += 1
                right -= 1
            }
        }
        if rank <= right { high = right } else if rank >= left { low = left } else { return }
    }
}
