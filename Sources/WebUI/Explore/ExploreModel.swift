package import MonitoringModel

/// What the Explore page shows before anything is asked. HTTPAPI fills it.
package struct ExploreModel: Sendable {
    package var cityName: String
    package var now: Timestamp
    /// Identifier of the time zone for shown times, as "Asia/Ho_Chi_Minh".
    package var timeZone: String
    /// Seconds between polls: a chart's step is not shorter unless the reader zooms in.
    package var pollInterval: Double
    /// Names that completion offers.
    package var functions: [String]
    package var aggregations: [String]
    package var seriesCount: Int
    package var databaseBytes: Int64
    package var version: String
    package var isDemo: Bool

    package init(
        cityName: String, now: Timestamp, timeZone: String, pollInterval: Double, functions: [String],
        aggregations: [String], seriesCount: Int, databaseBytes: Int64, version: String, isDemo: Bool
    ) {
        self.cityName = cityName
        self.now = now
        self.timeZone = timeZone
        self.pollInterval = pollInterval
        self.functions = functions
        self.aggregations = aggregations
        self.seriesCount = seriesCount
        self.databaseBytes = databaseBytes
        self.version = version
        self.isDemo = isDemo
    }
}
