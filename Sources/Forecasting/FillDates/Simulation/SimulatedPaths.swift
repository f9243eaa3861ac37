/// What came of all simulated paths of one pool.
struct SimulatedPaths {
    /// For each path the day from today it is first full, 0: before tomorrow; infinite: not within the horizon.
    var passages: [Double]
    /// Points of time at which the use of all paths was kept, every `step` days from the last reading on.
    let points: Int
    let step: Int
    private let lag: Int
    /// Use by path and point.
    private var used: [Double]

    init(count: Int, points: Int, step: Int, lag: Int) {
        passages = [Double](repeating: .infinity, count: count)
        self.points = points
        self.step = step
        self.lag = lag
        used = [Double](repeating: 0, count: count * points)
    }

    /// - Parameter value: a share of the capacity; what profiles add may lead it out of 0 to 1, where no use is. NaN, as
    ///   a calibration without sense may make it, is 0.
    @inline(__always)
    mutating func keep(_ value: Double, path: Int, point: Int) {
        if point < points { used[path * points + point] = value > 0 ? min(value, 1) : 0 }
    }

    /// A full pool stays full: nothing more fits.
    mutating func fill(_ path: Int, from day: Int, with limit: Double) {
        var point = day == .max ? points : (day - 1) / step
        while point < points {
            used[path * points + point] = limit
            point += 1
        }
    }

    /// Quantiles of use at each point of time still to come: days from today, and one value for each share.
    /// - Parameter shares: in ascending order.
    func quantiles(_ shares: [Double]) -> [(day: Int, values: [Double])] {
        // Every other path or so will do for a band; neighbours follow the same hypothesis.
        let every = max(1, passages.count / 200)
        var values = [Double](repeating: 0, count: (passages.count + every - 1) / every)
        return (0..<points).compactMap { point in
            let day = (point + 1) * step - lag
            guard day > 0 else { return nil }
            for place in values.indices { values[place] = used[place * every * points + point] }
            return (day, Selection.quantiles(shares, of: &values))
        }
    }
}
