/// A series split into a line and the effect of each phase of each season.
struct SeasonalDecomposition {
    /// In steps, shortest first.
    let seasons: [Int]
    /// Where each season's effects begin.
    let offsets: [Int]
    /// By phase, one season after another. The first value is at phase 0 of each.
    var effects: [Double]
    /// The line's height at the first value.
    let level: Double
    /// The line's rise a step.
    let slope: Double

    /// Fits the line by least squares, then the seasons in turn, each by the medians of what those before it leave: a
    /// holiday is not part of a season.
    ///
    /// - Parameters:
    ///   - values: oldest first, at least one.
    ///   - seasons: as above.
    init(_ values: ArraySlice<Double>, seasons: [Int]) {
        let count = Double(values.count)
        let meanX = (count - 1) / 2
        let meanY = values.reduce(0) { $0 + $1 / count }
        var (squares, products) = (0.0, 0.0)
        for (place, value) in values.enumerated() {
            let x = Double(place) - meanX
            squares += x * x
            products += x * (value - meanY)
        }
        let slope = squares > 0 ? products / squares : 0
        self.slope = slope
        level = meanY - slope * meanX
        var rest = values.enumerated().map { $1 - meanY - slope * (Double($0) - meanX) }
        var offsets: [Int] = []
        var effects: [Double] = []
        for season in seasons {
            let offset = effects.count
            offsets.append(offset)
            for phase in 0..<season {
                let left = stride(from: phase, to: rest.count, by: season).map { rest[$0] }.sorted()
                effects.append(left.isEmpty ? 0 : (left[(left.count - 1) / 2] + left[left.count / 2]) / 2)
            }
            for place in rest.indices { rest[place] -= effects[offset + place % season] }
        }
        self.seasons = seasons
        self.offsets = offsets
        self.effects = effects
    }

    /// The line and the effects of all seasons together.
    func value(at place: Int) -> Double {
        zip(seasons, offsets).reduce(level + slope * Double(place)) { $0 + effects[$1.1 + place % $1.0] }
    }
}
