/// Forecasts the use of one resource.
package protocol ResourceForecasting: Sendable {
    /// - Parameter limit: the use that counts as full on each day of the history; not empty.
    func forecast(_ history: ResourceHistory, limit: [Double]) -> ResourceForecast
}
