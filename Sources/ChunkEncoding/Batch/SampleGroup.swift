package import MonitoringModel

/// The values of one time: parallel arrays, series rising strictly.
package struct SampleGroup: Sendable {
    package var timestamp: Timestamp
    package var series: [UInt32]
    package var values: [Double]

    package init(timestamp: Timestamp = Timestamp(milliseconds: 0), series: [UInt32] = [], values: [Double] = []) {
        self.timestamp = timestamp
        self.series = series
        self.values = values
    }
}
