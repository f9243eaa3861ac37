import Glibc

/// A distribution of fill dates as far as a few of its points tell it: what is left of a forecast that was kept.
///
/// Between its points normal scores lie on straight lines over the logarithm of the day, since fill dates far ahead
/// spread like waiting times. Beyond them its tails go on as steeply as from its median to its 0.1 and 0.9 quantiles, or
/// as is needed to reach what is known to be certain or out of the question.
package struct FillCurve: Sendable {
    private struct Point {
        /// On the scale of `place(of:)`.
        var place: Double
        /// The normal score before calibration.
        var score: Double
    }

    /// Scores of days that no simulated path, or each of them, had reached.
    static let extremeScore = 3.0

    /// By place, scores never decreasing.
    private let points: [Point]
    /// Out of the question up to here.
    private let floor: Point
    /// Certain from here on; nil when not within what is known.
    private let ceiling: Point?
    /// Scores by place; nil when the quantiles do not tell.
    private let slopeBelow: Double?
    private let slopeAbove: Double?

    /// - Parameters:
    ///   - p10: days from the forecast by which the pool is full with probability 0.1; nil: not known.
    ///   - p50: the same with 0.5.
    ///   - p90: the same with 0.9.
    ///   - within: the probabilities of being full within some numbers of days.
    ///   - shift: of the calibration that all of these went through.
    ///   - stretch: of the same calibration.
    package init(
        p10: Double?, p50: Double?, p90: Double?, within: [(days: Int, probability: Double)], shift: Double,
        stretch: Double
    ) {
        func score(_ probability: Double) -> Double {
            Self.confined(shift + stretch * NormalDistribution.quantile(probability))
        }
        let quantiles = [(p10, 0.1), (p50, 0.5), (p90, 0.9)].map { day, level in
            day.map { Point(place: Self.place(of: $0), score: score(level)) }
        }
        // A probability holds through the end of its day, and a quantile is in the middle of one.
        let shares = within.map { (place: Self.place(of: Double($0.days) + 0.5), probability: $0.probability) }
        let between = shares.filter { $0.probability > 0 && $0.probability < 1 }
        var points = quantiles.compactMap { $0 } + between.map { Point(place: $0.place, score: score($0.probability)) }
        points.sort { ($0.place, $0.score) < ($1.place, $1.score) }
        for index in points.indices.dropFirst() {
            points[index].score = max(points[index].score, points[index - 1].score)
        }
        self.points = points
        floor = Point(
            place: shares.filter { $0.probability <= 0 }.map(\.place).max() ?? 0, score: -Self.extremeScore)
        ceiling = shares.filter { $0.probability >= 1 }.map(\.place).min().map {
            Point(place: $0, score: Self.extremeScore)
        }
        slopeBelow = Self.slope(quantiles[0], quantiles[1])
        slopeAbove = Self.slope(quantiles[1], quantiles[2])
    }

    /// The normal score of the probability, before calibration, that the pool is full by then.
    /// - Parameter day: from the forecast; the middle of a day is a whole number, its end half a day later.
    /// - Returns: -3…3; never decreases with the day.
    package func score(by day: Double) -> Double {
        let at = Self.place(of: day)
        if at <= floor.place { return floor.score }
        if let ceiling, at >= ceiling.place { return ceiling.score }
        let same = points.filter { $0.place == at }
        if let first = same.first, let last = same.last { return (first.score + last.score) / 2 }
        switch (points.last { $0.place < at }, points.first { $0.place > at }) {
        case (let before?, let after?):
            return Self.between(before, after, at)
        case (nil, let after?):
            let steep = slopeBelow.map { after.score - $0 * (after.place - at) } ?? .infinity
            return Self.confined(min(Self.between(floor, after, at), steep))
        case (let before?, nil):
            let steep = slopeAbove.map { before.score + $0 * (at - before.place) } ?? before.score
            return Self.confined(max(ceiling.map { Self.between(before, $0, at) } ?? before.score, steep))
        case (nil, nil):
            return ceiling.map { Self.between(floor, $0, at) } ?? floor.score
        }
    }

    static func confined(_ score: Double) -> Double { min(max(score, -extremeScore), extremeScore) }

    private static func place(of day: Double) -> Double { log1p(max(day, 0)) }

    private static func between(_ before: Point, _ after: Point, _ at: Double) -> Double {
        before.score + (after.score - before.score) * (at - before.place) / (after.place - before.place)
    }

    private static func slope(_ before: Point?, _ after: Point?) -> Double? {
        guard let before, let after else { return nil }
        // Quantiles within one day are those of any spread within it.
        let halfDay = 0.5 * exp(-before.place)
        return (after.score - before.score) / max(after.place - before.place, halfDay)
    }
}
