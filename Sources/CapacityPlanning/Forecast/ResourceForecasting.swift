package import Forecasting

/// Forecasts the use of one resource.
package protocol ResourceForecasting: Sendable {
    /// - Parameters:
    ///   - limit: the use that counts as full on each day of the history; not empty.
    ///   - calibration: what the record of all resources has taught.
    func forecast(_ history: ResourceHistory, limit: [Double], calibration: FleetCalibration) -> ResourceForecast
}
