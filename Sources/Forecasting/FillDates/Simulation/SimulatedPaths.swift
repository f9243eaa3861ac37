/// What came of all simulated paths of one pool.
struct SimulatedPaths {
    /// For each path the day from today it is first full, 0: before tomorrow; infinite: not within the horizon.
    var passages: [Double]
    /// The days at which the use of all paths was kept, counted from the last reading; ascending.
    let days: [Int]
    private let lag: Int
    /// Use by path and day kept.
    private var used: [Double]

    init(count: Int, days: [Int], lag: Int) {
        passages = [Double](repeating: .infinity, count: count)
        self.days = days
        self.lag = lag
        used = [Double](repeating: 0, count: count * days.count)
    }

    /// Use as it is kept: what profiles add may lead it out of 0 to 1, where no use is. NaN, as a calibration without
    /// sense may make it, is 0.
    @inline(__always)
    static func confined(_ value: Double) -> Double { value > 0 ? min(value, 1) : 0 }

    /// Lends the use of one path, a place for each of `days`.
    mutating func withCourse<Result>(
        of path: Int, _ body: (UnsafeMutableBufferPointer<Double>) -> Result
    ) -> Result {
        let places = (path * days.count)..<((path + 1) * days.count)
        return used.withUnsafeMutableBufferPointer { body(UnsafeMutableBufferPointer(rebasing: $0[places])) }
    }

    /// A full pool stays full: nothing more fits.
    mutating func fill(_ path: Int, from day: Int, with limit: Double) {
        var point = days.count
        while point > 0, days[point - 1] >= day {
            point -= 1
            used[path * days.count + point] = limit
        }
    }

    /// Quantiles of use on each day kept that is still to come: days from today, and one value for each share.
    /// - Parameter shares: in ascending order.
    func quantiles(_ shares: [Double]) -> [(day: Int, values: [Double])] {
        // Every other path or so will do for a band; neighbours follow the same hypothesis.
        let every = max(1, passages.count / 200)
        var values = [Double](repeating: 0, count: (passages.count + every - 1) / every)
        return days.indices.compactMap { point in
            guard days[point] > lag else { return nil }
            for place in values.indices { values[place] = used[place * every * days.count + point] }
            return (days[point] - lag, Selection.quantiles(shares, of: &values))
        }
    }
}
