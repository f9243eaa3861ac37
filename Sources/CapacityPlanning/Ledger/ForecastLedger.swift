package import MonitoringModel

/// Where forecasts are kept until their date comes, and what became of them.
///
/// Each change is durable when its call returns, and either complete or not there.
package protocol ForecastLedger: Sendable {
    /// Keeps the forecasts of a night; any kept of the same day before are replaced.
    func keep(_ night: ForecastNight) async throws

    /// The forecasts made last; nil before the first.
    func newestNight() async throws -> ForecastNight?

    /// What is for a day up to and including `day` and was not scored, oldest night first.
    func unscored(through day: Int) async throws -> [DueForecasts]

    /// What these forecasts said; those that abstained are left out.
    func checkpoints(of due: DueForecasts) async throws -> [KeptCheckpoint]

    /// Adds scores to the record, once: a second call for the same forecasts changes nothing.
    func record(_ scores: [ForecastScore], of due: DueForecasts) async throws

    /// What became of the forecasts of each resource, by horizon.
    func tallies() async throws -> [ResourceKey: [Int: ForecastTally]]

    /// Forgets forecasts made, and scores of days, before `day`.
    func removeForecasts(before day: Int) async throws
}

/// All forecasts of one day.
package struct ForecastNight: Equatable, Sendable {
    package var madeAt: Timestamp
    /// The local day, since 1970-01-01.
    package var madeOn: Int
    package var entries: [LedgerEntry]

    package init(madeAt: Timestamp, madeOn: Int, entries: [LedgerEntry]) {
        self.madeAt = madeAt
        self.madeOn = madeOn
        self.entries = entries
    }
}

/// The forecast of one resource as it is kept.
package struct LedgerEntry: Equatable, Sendable {
    package var key: ResourceKey
    /// Of the resource's series, without the metric name.
    package var labels: LabelSet
    /// The newest reading.
    package var used: Double
    /// Nil when it is not known.
    package var size: Double?
    /// The use that counts as full; nil when it is not known.
    package var limit: Double?
    /// Without details.
    package var forecast: ResourceForecast

    package init(
        key: ResourceKey, labels: LabelSet, used: Double, size: Double?, limit: Double?, forecast: ResourceForecast
    ) {
        self.key = key
        self.labels = labels
        self.used = used
        self.size = size
        self.limit = limit
        self.forecast = forecast
    }
}
