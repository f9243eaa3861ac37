/// The lengths of the seasons that a series may have, in steps.
struct RateSeasons: Equatable {
    /// Shortest first; each at least two steps, and seen twice or more.
    let lengths: [Int]

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
        self.lengths = lengths.filter { $0 <= (count - 4) / 2 }.sorted()
    }

    /// A short season seen often, in a longer one: days in weeks.
    ///
    /// Such a series is told by its days; without, changes from step to step tell more.
    func areNested(in count: Int) -> Bool {
        guard let shortest = lengths.first, let longest = lengths.last else { return false }
        return count / shortest >= 14 && longest % shortest == 0 && (2...10).contains(longest / shortest)
    }

    private static let day = 86_400.0
    private static let week = 7 * day
    private static let year = 365.25 * day
}
