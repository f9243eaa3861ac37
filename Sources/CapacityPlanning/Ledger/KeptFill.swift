import Forecasting

/// What was forecast of the day one resource is full.
package struct KeptFill: Hashable, Sendable {
    package var key: ResourceKey
    package var fill: FillDays
    package var fullWithin: FullWithin
    /// When the forecast was made.
    package var size: Double
    /// The use that counted as full then; the resource was not.
    package var limit: Double

    package init(key: ResourceKey, fill: FillDays, fullWithin: FullWithin, size: Double, limit: Double) {
        self.key = key
        self.fill = fill
        self.fullWithin = fullWithin
        self.size = size
        self.limit = limit
    }

    /// Sizes that differ by less are one: those of file systems move with what their own tables take.
    private static let sameSize = 0.02

    func curve(_ calibration: ForecastCalibration) -> FillCurve {
        FillCurve(
            p10: fill.p10, p50: fill.p50, p90: fill.p90,
            within: zip(FullWithin.spans, fullWithin.values).compactMap { span, probability in
                probability.map { (span, $0) }
            }, shift: calibration.shift, stretch: calibration.stretch)
    }

    /// What became of it.
    ///
    /// - Parameters:
    ///   - madeOn: the day of the forecast, since 1970-01-01.
    ///   - last: the last day to look at.
    /// - Returns: the first day on which the resource was full, or would have been had it not been enlarged; or else the
    ///   last day on which it was seen not to be: the last with a reading before it was made smaller, or gone for a
    ///   month. Nil when the history does not hold the day of the forecast.
    func outcome(madeOn: Int, in history: ResourceHistory, through last: Int) -> (day: Int, isFull: Bool)? {
        guard madeOn >= history.firstDay, !history.size.isEmpty else { return nil }
        var seen = madeOn
        for day in stride(from: madeOn, through: min(last, history.lastDay), by: 1) {
            let used = history.used[day - history.firstDay]
            if used.isNaN {
                if day - seen >= ResourceHistory.goneAfter { break }
                continue
            }
            // The forecast was about a resource as large as it was then. New disks come when one is nearly full: to stop
            // there would make all forecasts seem early, and use goes on and passes what was full before.
            let growth = history.size[day - history.firstDay] / size
            if growth < 1 - Self.sameSize { break }
            let isEnlarged = growth > 1 + Self.sameSize
            // What a disk array rounds is not below.
            if used >= limit * (isEnlarged ? 1 : growth) * (1 - 1e-9) { return (day, true) }
            seen = day
        }
        return (seen, false)
    }
}
