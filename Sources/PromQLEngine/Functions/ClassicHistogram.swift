/// The cumulative buckets of one histogram at one step.
struct ClassicHistogram {
    private var buckets: [(bound: Double, count: Double)] = []

    /// How much two counts may differ and still be the same one, spoilt by rounding.
    private static let tolerance = 1e-12

    var isEmpty: Bool { buckets.isEmpty }

    mutating func removeAll() { buckets.removeAll(keepingCapacity: true) }

    mutating func add(bound: Double, count: Double) { buckets.append((bound, count)) }

    /// Sorts the buckets and joins those with the same bound.
    /// - Returns: false when the last bucket does not hold everything.
    private mutating func settle() -> Bool {
        buckets.sort { $0.bound < $1.bound }
        guard buckets.last?.bound == .infinity else { return false }
        var kept = 0
        for index in 1..<max(1, buckets.count) {
            if buckets[index].bound == buckets[kept].bound {
                buckets[kept].count += buckets[index].count
            } else {
                kept += 1
                buckets[kept] = buckets[index]
            }
        }
        buckets.removeLast(buckets.count - kept - 1)
        return true
    }

    /// The φ-quantile, interpolated within its bucket.
    /// - Returns: also whether a count was less than one before it and had to be raised.
    mutating func quantile(_ share: Double) -> (value: Double, isForced: Bool) {
        if share.isNaN { return (.nan, false) }
        if share < 0 { return (-.infinity, false) }
        if share > 1 { return (.infinity, false) }
        guard settle() else { return (.nan, false) }
        let isForced = makeMonotonic()
        guard buckets.count >= 2, let all = buckets.last?.count, all != 0 else { return (.nan, isForced) }
        var rank = share * all
        var low = 0
        var high = buckets.count - 1
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].count >= rank { high = middle } else { low = middle + 1 }
        }
        if low == buckets.count - 1 { return (buckets[buckets.count - 2].bound, isForced) }
        if low == 0, buckets[0].bound <= 0 { return (buckets[0].bound, isForced) }
        var start = 0.0
        var count = buckets[low].count
        if low > 0 {
            start = buckets[low - 1].bound
            count -= buckets[low - 1].count
            rank -= buckets[low - 1].count
        }
        return (start + (buckets[low].bound - start) * (rank / count), isForced)
    }

    /// The share of observations between two bounds, interpolated within their buckets.
    mutating func fraction(from lower: Double, to upper: Double) -> Double {
        guard settle(), let all = buckets.last?.count, all != 0, !lower.isNaN, !upper.isNaN else { return .nan }
        guard lower < upper else { return 0 }
        let (below, above) = (rank(of: lower, all), rank(of: upper, all))
        return (above - below) / all
    }

    /// How many observations are below a bound. The first bucket begins at 0 unless its own bound is not above that; one that has no
    /// beginning is taken whole, as Prometheus does from 3.6 on (3.5 gives NaN).
    private func rank(of bound: Double, _ all: Double) -> Double {
        var rank = 0.0
        var start = buckets[0].bound > 0 ? 0 : -Double.infinity
        for bucket in buckets {
            if start >= bound { return min(rank, all) }
            if bucket.bound > bound {
                if start == -.infinity { return min(bucket.count, all) }
                return min(rank + (bucket.count - rank) * (bound - start) / (bucket.bound - start), all)
            }
            rank = bucket.count
            start = bucket.bound
        }
        return all
    }

    private mutating func makeMonotonic() -> Bool {
        var isForced = false
        var before = buckets[0].count
        for index in 1..<max(1, buckets.count) {
            let now = buckets[index].count
            if now == before { continue }
            let isSame = Self.isAlmostEqual(before, now)
            if isSame || now < before {
                buckets[index].count = before
                isForced = isForced || !isSame
            } else {
                before = now
            }
        }
        return isForced
    }

    private static func isAlmostEqual(_ a: Double, _ b: Double) -> Bool {
        if a.isNaN && b.isNaN || a == b { return true }
        let sum = a.magnitude + b.magnitude
        let difference = (a - b).magnitude
        if a == 0 || b == 0 || sum < .leastNormalMagnitude {
            return difference < tolerance * .leastNormalMagnitude
        }
        return difference / min(sum, .greatestFiniteMagnitude) < tolerance
    }
}
