/// What became of the forecasts of one resource, or of all, whose date has come.
package struct ForecastTally: Hashable, Sendable {
    package var errors: ErrorDistribution
    /// Forecasts whose 80 % range held the use that came.
    package var held: Int

    package init(errors: ErrorDistribution = ErrorDistribution(), held: Int = 0) {
        self.errors = errors
        self.held = held
    }

    package mutating func add(_ score: ForecastScore) {
        errors.add(score.error)
        held += score.isHeld ? 1 : 0
    }

    package static func += (total: inout ForecastTally, other: ForecastTally) {
        total.errors += other.errors
        total.held += other.held
    }
}

/// The record that stands beside a forecast, one line a horizon.
package struct ForecastRecord: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        /// Days ahead.
        package var horizon: Int
        /// Forecasts that were scored, at least one.
        package var count: Int
        /// The middle distance of the 0.5 quantile from the use that came, as a share of the size.
        package var medianError: Double
        /// The share of 80 % ranges that held the use that came; 0.8 is right, more is too wide.
        package var heldShare: Double
    }

    /// The nearest horizon first; only those with scores.
    package var lines: [Line]

    package init(_ tallies: [Int: ForecastTally] = [:]) {
        lines = tallies.sorted { $0.key < $1.key }.compactMap { horizon, tally in
            guard let median = tally.errors.median else { return nil }
            let count = tally.errors.count
            return Line(
                horizon: horizon, count: count, medianError: median, heldShare: Double(tally.held) / Double(count))
        }
    }

    /// Days ahead for which each forecast is kept and scored.
    package static let horizons = [7, 30, 90]
}
