/// A retention job that frees space each time the pool nears full: drops that start from one and the same height.
struct RetentionPurges: Sendable {
    /// The used share at which the job runs.
    let threshold: Double
    /// The share of what was used that each run kept.
    let kept: [Double]
    /// How sure it is that the job exists and goes on, 0…1.
    let confidence: Double

    /// Only drops from this share of the capacity on look like the work of such a job.
    private static let lowestThreshold = 0.7

    /// - Parameters:
    ///   - level: cleaned used shares, and `increments` and `surprises` those of it.
    ///   - capacity: by day, as shares.
    ///   - singlePurge: the confidence in a job that was seen at work once.
    static func find(
        in level: [Double], _ increments: DailyIncrements, _ surprises: GrowthSurprises, capacity: [Double],
        singlePurge: Double
    ) -> RetentionPurges? {
        guard increments.count >= 12 else { return nil }
        let deviation = surprises.deviation
        var heights: [Double] = []
        var sizes: [Double] = []
        for place in 0..<increments.count where increments.growth[place] < 0 {
            let day = increments.day[place]
            let before = level[day] - increments.growth[place]
            let height = before / capacity[day]
            guard -increments.growth[place] > max(7 * deviation, 0.15 * before), height < 1 else { continue }
            heights.append(height)
            sizes.append(-increments.growth[place] / before)
        }
        guard let highest = heights.max(), highest >= lowestThreshold else { return nil }
        let near = heights.indices.filter { heights[$0] > highest - 0.1 * sizes[$0] * highest }
        guard near.count * 2 > heights.count else { return nil }
        // One drop may as well have been a clean-up by hand.
        let confidence =
            near.count >= 2 ? 0.97 : (0.78...0.955).contains(highest) && sizes[near[0]] > 0.2 ? singlePurge : 0
        return RetentionPurges(
            threshold: min(highest + deviation, 0.5 + 0.5 * highest), kept: near.map { 1 - sizes[$0] },
            confidence: confidence)
    }
}
