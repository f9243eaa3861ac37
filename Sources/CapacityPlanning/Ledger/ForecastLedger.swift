package import Forecasting
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

    /// The nights that stand for others (see `ForecastSettling.standing`) and were not settled, oldest first.
    func unsettledNights() async throws -> [UnsettledNight]

    /// What the forecasts of a night said of the day their resources are full; those that abstained, and those of
    /// resources that were full already, are left out.
    func fills(of night: Int) async throws -> [KeptFill]

    /// Adds what became of a night's forecasts to the record, once: a second call for the same night changes nothing.
    func settle(_ night: Int, as record: FleetRecord) async throws

    /// What became of the forecasts of all nights that were settled.
    func settledRecord() async throws -> FleetRecord

    /// Forgets forecasts made, scores of days, and what became of forecasts made, before `day`.
    func removeForecasts(before day: Int) async throws
}

/// All forecasts of one day.
package struct ForecastNight: Equatable, Sendable {
    package var madeAt: Timestamp
    /// The local day, since 1970-01-01.
    package var madeOn: Int
    /// What all of its forecasts were calibrated with.
    package var calibration: ForecastCalibration
    package var entries: [LedgerEntry]

    package init(
        madeAt: Timestamp, madeOn: Int, calibration: ForecastCalibration = ForecastCalibration(), entries: [LedgerEntry]
    ) {
        self.madeAt = madeAt
        self.madeOn = madeOn
        self.calibration = calibration
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
