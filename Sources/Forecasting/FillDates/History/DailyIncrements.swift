/// Growth between neighbouring readings. A gap of several days makes one increment: its growth per day counts with the
/// weight of the days it spans.
struct DailyIncrements {
    /// The day of the later reading, an index into the history.
    private(set) var day: [Int] = []
    /// Days since the earlier reading, at least 1.
    private(set) var span: [Int] = []
    /// Growth over the whole span.
    private(set) var growth: [Double] = []

    var count: Int { day.count }

    /// - Parameter level: one value a day; NaN is a gap.
    init(of level: [Double]) {
        day.reserveCapacity(level.count)
        span.reserveCapacity(level.count)
        growth.reserveCapacity(level.count)
        var before = -1
        for (index, value) in level.enumerated() where !value.isNaN {
            if before >= 0 {
                day.append(index)
                span.append(index - before)
                growth.append(value - level[before])
            }
            before = index
        }
    }

    func perDay(_ place: Int) -> Double { growth[place] / Double(span[place]) }
}
