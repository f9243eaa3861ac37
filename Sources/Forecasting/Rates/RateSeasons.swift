/// The lengths of the seasons that a series may have, in steps.
struct RateSeasons: Equatable {
    /// Shortest first; each at least two steps, and seen twice or more.
    let lengths: [Int]
    /// Whether the shortest season is no longer than a week and was seen five times: such a series is told by it.
    ///
    /// Otherwise changes from step to step tell more.
    let isCyclic: Bool

    /// - Parameters:
    ///   - step: seconds between two values.
    ///   - declared: steps of the season that the caller knows of, 1 for none.
    ///   - count: how many values there are.
    init(step: Double, declared: Int, count: Int) {
        var lengths: Set<Int> = []
        if declared > 1 { lengths.insert(declared) }
        if step > 0, step.isFinite {
            for seconds in [Self.day, Self.week] {
                let length = seconds / step
                if length >= 4, length <= Double(count), length == length.rounded() { lengths.insert(Int(length)) }
            }
            // A year is a season of days and weeks: of hours it would be longer than any history kept.
            let year = Self.year / step
            if year >= 12, year < 400 { lengths.insert(Int(year.rounded())) }
        }
        let held = lengths.filter { $0 <= (count - 4) / 2 }.sorted()
        self.lengths = held
        isCyclic = held.first.map { $0 >= 4 && Double($0) * step <= Self.week && count / $0 >= 5 } ?? false
    }

    private static let day = 86_400.0
    private static let week = 7 * day
    private static let year = 365.25 * day
}
