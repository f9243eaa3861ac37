/// How one forecast did on the day it was for.
package struct ForecastScore: Hashable, Sendable {
    package var key: ResourceKey
    /// The distance of the 0.5 quantile from the use that came, as a share of the size when the forecast was made. Not
    /// of the use: a nearly empty pool would have wild errors that nobody plans by.
    package var error: Double
    /// Whether the use that came lay within the 80 % range.
    package var isHeld: Bool

    package init(key: ResourceKey, error: Double, isHeld: Bool) {
        self.key = key
        self.error = error
        self.isHeld = isHeld
    }
}

/// The forecasts of one night for one horizon.
package struct DueForecasts: Hashable, Sendable {
    /// The day they were made on, since 1970-01-01.
    package var madeOn: Int
    /// Days ahead.
    package var horizon: Int

    package init(madeOn: Int, horizon: Int) {
        self.madeOn = madeOn
        self.horizon = horizon
    }

    /// The day they are for.
    package var dueDay: Int { madeOn + horizon }

    /// - Parameters:
    ///   - checkpoints: what was forecast, of resources whose forecast did not abstain.
    ///   - actual: the highest use of a resource on the day they are for; nil where there was no reading, which scores
    ///     nothing.
    package func scores(
        _ checkpoints: [KeptCheckpoint], actual: (ResourceKey) -> Double?
    ) -> [ForecastScore] {
        checkpoints.compactMap { kept in
            guard let actual = actual(kept.key), actual.isFinite, kept.size > 0 else { return nil }
            // What a disk array rounds is not outside.
            let tolerance = kept.size * 1e-9
            // A forecast does not say how far above full it goes.
            let met = min(actual, kept.limit)
            return ForecastScore(
                key: kept.key, error: abs(met - kept.use.p50) / kept.size,
                isHeld: met >= kept.use.p10 - tolerance && met <= kept.use.p90 + tolerance)
        }
    }
}

/// What was forecast of one resource for one day.
package struct KeptCheckpoint: Hashable, Sendable {
    package var key: ResourceKey
    package var use: UseAhead
    /// When the forecast was made.
    package var size: Double
    /// The use that counted as full then.
    package var limit: Double

    package init(key: ResourceKey, use: UseAhead, size: Double, limit: Double) {
        self.key = key
        self.use = use
        self.size = size
        self.limit = limit
    }
}
